package mutants

const (
	releaseMachine  = "statemachine/release.asl.json"
	teardownMachine = "statemachine/teardown.asl.json"
)

// catchAll is how every state of the release machine, outside of its branches, ends in the undo.
const catchAll = `      "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Failed"}],
`

// retryAWS is the first Retry of most states.
const retryAWS = `        {"ErrorEquals": ["Throttled", "AwsUnavailable", "StillInUse"], "IntervalSeconds": 2, "MaxAttempts": 24, "BackoffRate": 2, "MaxDelaySeconds": 60, "JitterStrategy": "FULL"},
`

// unlockFirst is a state that should not be: it gives the environment back in front of the undo.
const unlockFirst = `"Next": "UnlockFirst"
    },
    "UnlockFirst": {
      "Type": "Task",
      "Resource": "${Unlock}",
      "Parameters": {"execution.$": "$$.Execution.Id"},
      "ResultPath": null,
      "TimeoutSeconds": 90,
      "Retry": [
        {"ErrorEquals": ["Throttled", "AwsUnavailable", "StillInUse", "Lambda.ClientExecutionTimeoutException", "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException", "Lambda.Unknown", "Sandbox.Timedout", "Runtime.ExitError", "States.Timeout"], "MaxAttempts": 30}
      ],
      "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.dirty", "Next": "UnlockDirty"}],
      "Next": "Undo"`

var machineMutants = []mutant{
	{"a dry run releases", []edit{
		{releaseMachine, `"IsNeeded": {`, `{"Variable": "$.plan.dryRun", "BooleanEquals": true, "Next": "Planned"}`, `{"Variable": "$.plan.dryRun", "BooleanEquals": true, "Next": "Lock"}`},
	}},
	{"a dry run takes the lock", []edit{
		{releaseMachine, `"IsNeeded": {`, `"BooleanEquals": true, "Next": "Planned"}`, `"BooleanEquals": true, "Next": "Lock"}`},
		{releaseMachine, `"LockOutcome": {`, `"Choices": [`, `"Choices": [
        {"Variable": "$.plan.dryRun", "BooleanEquals": true, "Next": "Planned"},`},
	}},
	{"a person's verdict in a hold ends the whole watch", []edit{
		{releaseMachine, `"Promoted": {`, `"Default": "ShiftAll"`, `"Default": "EnsureScaling"`},
	}},
	{"no person's verdict is asked for before the last step", []edit{
		{"lambdas/balancer/shift_traffic.go", "", "next < 100 && following == 100", "next > 100 && following == 100"},
	}},
	{"a state misspells its step", []edit{
		{releaseMachine, `"TerminateBuilder": {`, `"${TerminateBuilder}"`, `"${TerminateBuilders}"`},
	}},
	{"a state calls another's step", []edit{
		{releaseMachine, `"VerifyBaking": {`, `"${Verify}"`, `"${CheckFleet}"`},
	}},
	{"a state retries no throttled call", []edit{
		{releaseMachine, `"${GuardRefresh}"`, retryAWS, ""},
	}},
	{"a state retries a throttled call twice and no more", []edit{
		{releaseMachine, `"${Promote}"`, `"MaxAttempts": 24`, `"MaxAttempts": 2`},
	}},
	{"a function that is killed is not retried", []edit{
		{releaseMachine, `"${CreateGroup}"`, `"Runtime.ExitError", `, ""},
	}},
	{"a builder without room is not tried again", []edit{
		{releaseMachine, `"${LaunchBuilder}"`, `["CapacityUnavailable"]`, `["QuotaExceeded"]`},
	}},
	{"a failure of a state is not caught", []edit{
		{releaseMachine, `"${ScheduleTeardown}"`, catchAll, ""},
	}},
	{"a failure goes past the undo", []edit{
		{releaseMachine, `"EnsureScaling": {`, `"Next": "Failed"}`, `"Next": "UnlockFailed"}`},
	}},
	{"the environment is unlocked before the undo", []edit{
		{releaseMachine, `"Failed": {`, `"Next": "Undo"`, unlockFirst},
	}},
	{"the undo is given up after its first round", []edit{
		{releaseMachine, `"Undone": {`, `"Default": "WaitForUndo"`, `"Default": "UnlockFailed"`},
		{releaseMachine, "", "    \"WaitForUndo\": {\"Type\": \"Wait\", \"Seconds\": 10, \"Next\": \"Undo\"},\n", ""},
	}},
	{"the heartbeat is too short for a build", []edit{
		{releaseMachine, `"AwaitBuild": {`, `"HeartbeatSeconds": 120`, `"HeartbeatSeconds": 12`},
	}},
	{"a missed heartbeat fails the build", []edit{
		{releaseMachine, `"AwaitBuild": {`, `"ErrorEquals": ["States.HeartbeatTimeout", "States.Timeout"], "IntervalSeconds": 1,`, `"ErrorEquals": ["Busy"], "IntervalSeconds": 1,`},
	}},
	{"a missed heartbeat is known by the guide's name alone, not by that of AWS's histories", []edit{
		{releaseMachine, `"AwaitBuild": {`, `"ErrorEquals": ["States.HeartbeatTimeout", "States.Timeout"], "IntervalSeconds": 1,`, `"ErrorEquals": ["States.HeartbeatTimeout"], "IntervalSeconds": 1,`},
	}},
	{"a path that leads nowhere can be caught, as the documents say, and not AWS's histories", []edit{
		{"internal/asl/paths.go", "func (p path) get(", "errorRuntime", `"States.ParameterPathFailure"`},
	}},
	{"a first release is not verified", []edit{
		{releaseMachine, `"FleetReady": {`, `"Next": "Verify"`, `"Next": "EnsureScaling"`},
	}},
	{"the alarm that guards a refresh comes after it", []edit{
		{releaseMachine, `"GroupState": {`, `"Next": "GuardRefresh"`, `"Next": "StartRefresh"`},
		{releaseMachine, `"${StartRefresh}"`, `"alarms.$": "$.guard.alarms"`, `"alarms": []`},
		{releaseMachine, `"${StartRefresh}"`, `"Next": "WaitForRefresh"`, `"Next": "GuardRefresh"`},
		{releaseMachine, `"${GuardRefresh}"`, `"Next": "StartRefresh"`, `"Next": "WaitForRefresh"`},
	}},
	{"a fleet is retired before its successor is promoted", []edit{
		{releaseMachine, `"ScheduleTeardown": {`, `"Next": "LeadsDomain"`, `"Next": "TookOver"`},
		{releaseMachine, `"TookOver": {`, `"Default": "Retire"`, `"Default": "Promote"`},
		{releaseMachine, `"FleetRetired": {`, `"Next": "Retire"`, `"Next": "Promote"`},
		{releaseMachine, `"Promote": {`, `"Next": "TookOver"`, `"Next": "Retire"`},
	}},
	{"no new fleet is verified", []edit{
		{releaseMachine, `"FleetReady": {`, `"Next": "Verify"`, `"Next": "TakesOver"`},
	}},
	{"the teardown machine swaps two stages", []edit{
		{teardownMachine, "", `"stage": "group"`, `"stage": "?"`},
		{teardownMachine, "", `"stage": "load-balancer"`, `"stage": "group"`},
		{teardownMachine, "", `"stage": "?"`, `"stage": "load-balancer"`},
	}},
	{"the teardown does not await the group's end", []edit{
		{teardownMachine, `"GroupGone": {`, `"Default": "WaitForGroup"`, `"Default": "SweepLoadBalancer"`},
		{teardownMachine, "", "    \"WaitForGroup\": {\"Type\": \"Wait\", \"Seconds\": 10, \"Next\": \"SweepGroup\"},\n", ""},
	}},
	{"a ttl's teardown takes another release away", []edit{
		{teardownMachine, `"Wanted": {`, `"Default": "Unlock"`, `"Default": "SweepSchedules"`},
	}},
	{"the teardown says that nothing is left, whatever is", []edit{
		{teardownMachine, `"VerifyNothingLeft": {`, `"Next": "StillThere"`, `"Next": "Unlock"`},
		{teardownMachine, "", `    "StillThere": {"Type": "Pass", "InputPath": "$.failure", "ResultPath": "$.dirty", "Next": "UnlockDirty"},
`, ""},
	}},
}
