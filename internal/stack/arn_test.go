package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"photogallery/internal/localcloud/fabric"
)

// formats are the forms of ARNs by service and kind of resource, as the services' pages of the Service
// Authorization Reference have them.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
var formats = func() []*regexp.Regexp {
	const here, name, id = `:us-east-1:123456789012:`, `[A-Za-z0-9._-]+`, `[0-9a-f]{16}`
	var forms []*regexp.Regexp
	for _, form := range []string{
		`acm` + here + `certificate/[0-9a-f-]{36}`,
		`autoscaling` + here + `autoScalingGroup:` + name + `:autoScalingGroupName/` + name,
		`autoscaling` + here + `scalingPolicy:` + name + `:autoScalingGroupName/` + name + `:policyName/` + name,
		`cloudwatch` + here + `alarm:` + name,
		`elasticloadbalancing` + here + `listener/app/` + name + `/` + id + `/` + id,
		`elasticloadbalancing` + here + `listener-rule/app/` + name + `/` + id + `/` + id + `/` + id,
		`elasticloadbalancing` + here + `loadbalancer/app/` + name + `/` + id,
		`elasticloadbalancing` + here + `targetgroup/` + name + `/` + id,
		`iam::123456789012:(role|instance-profile)/` + name,
		`lambda` + here + `function:` + name,
		`scheduler` + here + `schedule/` + name + `/` + name,
		`states` + here + `stateMachine:` + name,
		`states` + here + `execution:` + name + `:` + name,
	} {
		forms = append(forms, regexp.MustCompile(`^arn:aws:`+form+`$`))
	}
	return forms
}()

var anARN = regexp.MustCompile(`arn:[^\s",\\}\]]+`)

// wrongARNs lists the ARNs in a text that have a form of no resource.
func wrongARNs(text string) (wrong []string) {
	for _, arn := range anARN.FindAllString(text, -1) {
		known := false
		for _, form := range formats {
			known = known || form.MatchString(arn)
		}
		if !known {
			wrong = append(wrong, arn)
		}
	}
	return wrong
}

// What the settings name and what every call of a first release, one of each strategy and a teardown says and is answered
// has the form that AWS gives it.
func TestARNsHaveTheFormsOfAWS(t *testing.T) {
	inVirtualTimeWithDomain(t, func(t *testing.T, e *environment) {
		var seen strings.Builder
		note := func(what any) {
			text, err := json.Marshal(what)
			if err != nil {
				t.Errorf("%T: %v", what, err)
			}
			e.Cloud.Fabric.Do(func() { seen.Write(text) })
		}
		note(fmt.Sprintf("%+v", e.Settings))
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			out, err := next()
			note(call.Input)
			note(out)
			return out, err
		})
		e.release("r1", `{"ttl": "2h"}`).ends("Succeeded")
		e.release("r2", `{"rebake": true}`).ends("Succeeded")
		e.release("r3", `{"strategy": "rolling"}`).ends("Succeeded")
		e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
		if wrong := wrongARNs(seen.String()); len(wrong) > 0 {
			t.Errorf("%q have a form of no resource", wrong)
		}
		if seen.Len() < 10_000 {
			t.Errorf("only %d bytes of calls were seen", seen.Len())
		}
	})
}
