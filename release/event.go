package release

import (
	"slices"
	"time"
)

// The types of the events that the stack's rules match.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
const (
	BuildResultEvent     = "Build Result"    // a builder's own event; see BuildResult
	VerdictEvent         = "Release Verdict" // a person's; see Verdict
	NoticeEvent          = "Release Notice"  // a release's word to people; see Notice
	BudgetEvent          = "Budget Notice"   // the budget's word to people; see BudgetNotice
	InstanceStateEvent   = "EC2 Instance State-change Notification"
	ExecutionStatusEvent = "Step Functions Execution Status Change"
	AlarmStateEvent      = "CloudWatch Alarm State Change"
)

// EndingStates lists the states of an instance that is ending or has ended. A builder in one of
// them reports no result.
func EndingStates() []string {
	return []string{"stopping", "stopped", "shutting-down", "terminated"}
}

// IsEnding reports whether a state is one of EndingStates.
func IsEnding(state string) bool { return slices.Contains(EndingStates(), state) }

// BuildResult is the detail of a BuildResultEvent, with which a builder reports how its build
// ended. gallery-ami/recipe/builder.sh writes it on AWS.
type BuildResult struct {
	Instance string      `json:"instance"` // the builder's ID
	Release  string      `json:"release"`  // the execution that it builds for
	Status   BuildStatus `json:"status"`
	Reason   string      `json:"reason"` // of a failure: the command and the end of the log
}

// BuildStatus reports whether a build succeeded.
type BuildStatus string

// The statuses.
const (
	BuildSuccess BuildStatus = "success"
	BuildFailure BuildStatus = "failure"
)

// Verdict is the detail of a VerdictEvent: a person's answer to a release that waits for one, or is
// watched.
type Verdict struct {
	Release string    `json:"release"` // the execution's name
	Verdict Answer    `json:"verdict"`
	By      string    `json:"by"`                 // who answered, for people
	Wait    time.Time `json:"waitSince,omitzero"` // when the wait began that a promotion answers, or zero if the sender does not know
}

// Notice is the detail of a NoticeEvent: what a release under way tells people.
type Notice struct {
	Release   string `json:"release"`
	Execution string `json:"execution"` // ARN
	Text      string `json:"text"`      // a sentence, without the release's name
}

// BudgetNotice is the detail of a BudgetEvent.
type BudgetNotice struct {
	Text string `json:"text"` // sentences
}

// Answer approves a release or undoes it.
type Answer string

// The answers.
const (
	Promote  Answer = "promote"  // approve it, give it all of the traffic, or end its bake
	Rollback Answer = "rollback" // undo it
)

// Answers lists them.
func Answers() []Answer { return []Answer{Promote, Rollback} }
