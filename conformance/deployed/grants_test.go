//go:build conformance

package deployed

import (
	"slices"
	"strings"

	"photogallery/lambdas"
	"photogallery/lambdas/step"
)

// reasons are why an action is granted that no part of the story needs and that is no step's own
// operation. A step's own are all called in the scenarios of internal/stack, which its tests see to.
var reasons = map[string]string{
	"logs:CreateLogStream":     "Lambda's own logging",
	"logs:PutLogEvents":        "Lambda's own logging",
	"xray:PutTraceSegments":    "Lambda's own tracing",
	"xray:PutTelemetryRecords": "Lambda's own tracing",
	"iam:PassRole":             "with an instance refresh, which moto has not",
	"ec2:RunInstances":         "with an instance refresh, which moto has not",
	"ec2:CreateTags":           "with an instance refresh, which moto has not",
	"ec2:DeleteSnapshot":       "with an image that failed, which no image of moto does",
	"cloudwatch:TagResource":   "with the alarm that guards an instance refresh, which moto has not",
}

// checkAccess holds the roles against the calls: each call was allowed, each action granted is used.
func (c *cloud) checkAccess() {
	c.accessLock.Lock()
	defer c.accessLock.Unlock()
	for _, denied := range c.access.denied {
		c.Error(denied)
	}
	for _, declared := range lambdas.Steps() {
		function := environment.Name() + "-" + kebab(declared.Name)
		statements, err := c.policies(function)
		if err != nil {
			c.Fatal(err)
		}
		var idle []string
		for _, statement := range statements {
			for _, action := range statement.Action {
				if reasons[action] == "" && !declares(declared, action) && !c.access.used[function+" "+action] && !slices.Contains(idle, action) {
					idle = append(idle, action)
				}
			}
		}
		if len(idle) > 0 {
			c.Errorf("%s needs no %s", function, strings.Join(idle, ", "))
		}
	}
}

func declares(declared step.Step, action string) bool {
	return slices.ContainsFunc(declared.Operations, func(operation step.Operation) bool { return operation.Name == action })
}

// kebab returns a step's name as part of its function's.
func kebab(name string) string {
	var out strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				out.WriteByte('-')
			}
			r += 'a' - 'A'
		}
		out.WriteRune(r)
	}
	return out.String()
}
