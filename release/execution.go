package release

import (
	"strings"
	"time"
)

// ExecutionName returns a name for an execution that contains its kind and its time to the
// millisecond. CloudWatch Logs allows its characters: letters, digits and dashes.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func ExecutionName(kind string, at time.Time) string {
	return kind + "-" + strings.Replace(at.Format("20060102-150405.000"), ".", "-", 1)
}

// NameOf returns the last part of an ARN whose parts are separated by colons: the name of an
// execution, a state machine or a function. It returns a text without colons unchanged.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
func NameOf(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] }

// MachineOf returns the ARN of the state machine that an execution's ARN names.
func MachineOf(execution string) string {
	return strings.Replace(strings.TrimSuffix(execution, ":"+NameOf(execution)), ":execution:", ":stateMachine:", 1)
}

// ExecutionOf returns the ARN of an execution of a state machine.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
func ExecutionOf(machine, name string) string {
	return strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":" + name
}
