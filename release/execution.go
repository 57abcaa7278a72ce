package release

import (
	"strings"
	"time"
)

// ExecutionName is a name for an execution that tells its kind and when it was made, to the millisecond.
// It has what CloudWatch Logs takes of a name: letters, digits and dashes.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func ExecutionName(kind string, at time.Time) string {
	return kind + "-" + strings.Replace(at.Format("20060102-150405.000"), ".", "-", 1)
}
