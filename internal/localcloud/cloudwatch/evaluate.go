package cloudwatch

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// breaching is a value of TreatMissingData; the other is notBreaching.
const breaching = "breaching"

// treatments maps the values of TreatMissingData to their spelling in reasons.
var treatments = map[string]string{breaching: "Breaching", "notBreaching": "NonBreaching"}

// extraPeriods is how many earlier periods are read in case some of the latest are missing. AWS
// documents five in all for three periods and no general rule.
const extraPeriods = 2

// rule is how an alarm evaluates its data points.
type rule struct {
	periods      int // N
	toAlarm      int // M
	threshold    float64
	comparison   comparison
	treatMissing string
}

type comparison struct {
	breaches func(value, threshold float64) bool
	words    string
}

var comparisons = map[types.ComparisonOperator]comparison{
	types.ComparisonOperatorGreaterThanOrEqualToThreshold: {func(v, t float64) bool { return v >= t }, "greater than or equal to"},
	types.ComparisonOperatorGreaterThanThreshold:          {func(v, t float64) bool { return v > t }, "greater than"},
	types.ComparisonOperatorLessThanThreshold:             {func(v, t float64) bool { return v < t }, "less than"},
	types.ComparisonOperatorLessThanOrEqualToThreshold:    {func(v, t float64) bool { return v <= t }, "less than or equal to"},
}

type datapoint struct {
	at    time.Time // the period's start
	value float64   // NaN where data is missing
}

var noData = datapoint{value: math.NaN()}

func (d datapoint) missing() bool { return math.IsNaN(d.value) }

// verdict is a state with its reason.
type verdict struct {
	state  types.StateValue
	reason string
}

// judge evaluates the data points of the evaluation range, oldest first.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
func (r rule) judge(evaluated []datapoint) verdict {
	known := slices.DeleteFunc(slices.Clone(evaluated), datapoint.missing)
	if len(known) > r.periods {
		known = known[len(known)-r.periods:]
	}
	absent := r.periods - len(known)
	beyond := 0
	for _, d := range known {
		if r.comparison.breaches(d.value, r.threshold) {
			beyond++
		}
	}
	if r.treatMissing == breaching && beyond+absent >= r.toAlarm || beyond >= r.toAlarm {
		return r.crossed(types.StateValueAlarm, known, beyond, absent)
	}
	return r.crossed(types.StateValueOk, known, beyond, absent)
}

// crossed formats a verdict as CloudWatch does.
func (r rule) crossed(state types.StateValue, known []datapoint, beyond, absent int) verdict {
	reason := fmt.Sprintf("no datapoints were received for %d periods", absent)
	if len(known) > 0 {
		agreeing, verb := beyond, "were"
		if state == types.StateValueOk {
			agreeing, verb = len(known)-beyond, "were not"
		}
		reason = fmt.Sprintf("%d out of the last %d datapoints [%s] %s %s the threshold (%g)",
			agreeing, len(known), listed(known), verb, r.comparison.words, r.threshold)
	}
	if absent > 0 {
		reason += fmt.Sprintf(" and %d missing datapoints were treated as [%s]", absent, treatments[r.treatMissing])
	}
	return verdict{state, "Threshold Crossed: " + reason + "."}
}

func listed(points []datapoint) string {
	var all []string
	for _, d := range points {
		all = append(all, fmt.Sprintf("%g (%s)", d.value, d.at.Format("02/01/06 15:04:05")))
	}
	return strings.Join(all, ", ")
}
