package release

// Remedy returns one sentence about what to do after a failure, or "" if the message says it.
// BUILDER and INSTANCE stand for the ID of the instance whose log it names.
func (c Code) Remedy() string { return remedies[c] }

var remedies = map[Code]string{
	InvalidRequest:      "Correct the request; `gallery release --help` lists what it may hold.",
	QuotaExceeded:       "Ask AWS for a higher quota, or release fewer or smaller instances.",
	AccessDenied:        "The function's role lacks a permission: deploy the stack again.",
	Throttled:           "AWS asks to slow down: release again in some minutes.",
	AwsUnavailable:      "AWS failed on its side: release again in some minutes.",
	CapacityUnavailable: "Release again later, or with another --instance-type.",
	NotSeenYet:          "If the stack was deployed a moment ago, release again; else a role lacks a permission: see `gallery doctor`.",
	BuildFailed:         "Correct the bundle and release again; `gallery logs BUILDER` has all that the builder wrote.",
	BuilderDied:         "Release again; `gallery logs BUILDER` has what the builder wrote before it ended.",
	RunFailed:           "Its output says why; correct that and run the command again.",
	ImageFailed:         "Release again.",
	FleetFailed:         "Correct the bundle and release again; `gallery logs INSTANCE` has what the service wrote.",
	RefreshFailed:       "`gallery status` shows the alarms; release again when all is quiet.",
	RefreshRolledBack:   "The new version does not stay healthy: `gallery logs INSTANCE` has what it wrote.",
	VerifyFailed:        "The new version does not answer /: `gallery logs INSTANCE` has what it wrote.",
	TrafficRejected:     "The new version serves worse than the former one: `gallery logs INSTANCE` has what it wrote.",
	RolledBack:          "Release again when the reason is gone.",
	NotApproved:         "Release again, and answer in time with `gallery promote`, or give a longer --approval-timeout.",
	LockLost:            "Another run took over: see `gallery executions`.",
	SweepStuck:          "Start the teardown again: `gallery teardown`.",
	LeftBehind:          "Start the teardown again: `gallery teardown`.",
}
