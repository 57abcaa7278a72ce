package lock

import (
	"encoding/json"
	"strings"
	"time"

	"photogallery/lambdas/records"
	"photogallery/release"
)

// Namespace and dimension of the metrics that the last step of an execution writes.
const (
	Namespace = "Photogallery"
	Dimension = "Environment"
)

// The metrics. A counting metric is 0 or 1, so that a sum is a number of executions and a missing
// value means no executions.
const (
	ReleaseSucceeded = "ReleaseSucceeded"
	ReleaseFailed    = "ReleaseFailed"             // clean or dirty, without those that were refused the lock
	ReleaseDuration  = "ReleaseSeconds"            // how long the release held the lock; absent if unknown
	FailedDirty      = string(release.FailedDirty) // of releases and teardowns
)

// metric is a line of CloudWatch's embedded metric format. It must be a whole log event.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type metric struct {
	values map[string]float64
	units  []unit
}

type unit struct{ Name, Unit string }

func (m *metric) add(name, of string, value float64) {
	m.values[name], m.units = value, append(m.units, unit{name, of})
}

func (m *metric) count(name string, happened bool) {
	value := 0.0
	if happened {
		value = 1
	}
	m.add(name, "Count", value)
}

// measure records how an execution ended. Its lock is zero if that is unknown. A run of a command is
// no release.
func measure(in UnlockInput, environment release.Environment, held records.Lock) metric {
	m := metric{values: map[string]float64{}}
	if held.Entry.Kind != release.RunEntry && strings.Contains(in.Execution, ":"+environment.ReleaseMachine()+":") {
		failed := in.Failure != nil || in.Dirty != nil
		m.count(ReleaseSucceeded, !failed)
		m.count(ReleaseFailed, failed)
		if !held.Since.IsZero() {
			m.add(ReleaseDuration, "Seconds", time.Since(held.Since).Seconds())
		}
	}
	m.count(FailedDirty, in.Dirty != nil)
	return m
}

func (m metric) line(environment release.Environment, execution string) ([]byte, error) {
	document := map[string]any{
		Dimension:   environment,
		"execution": execution,
		"_aws": map[string]any{
			"Timestamp": time.Now().UnixMilli(),
			"CloudWatchMetrics": []map[string]any{{
				"Namespace": Namespace, "Dimensions": [][]string{{Dimension}}, "Metrics": m.units,
			}},
		},
	}
	for name, value := range m.values {
		document[name] = value
	}
	line, err := json.Marshal(document)
	return append(line, '\n'), err
}
