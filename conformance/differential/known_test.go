package differential

// Known is a case in which the interpreters have differed, with what the specification says, or AWS has recorded.
type Known struct {
	Name string
	Case
	Want Ended
	Docs string // what settles it
	Moto string // what moto does instead; "" where it agrees since, or since the launcher mends it
}

const (
	specification = "https://states-language.net/spec.html"
	errorNames    = "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"

	// recordedHeartbeat are histories that others recorded against AWS on 18 April 2024.
	recordedHeartbeat = "https://github.com/localstack/localstack/blob/0d4768330f496af9f630890e34e8b62238c2c429/tests/aws/services/stepfunctions/v2/timeouts/test_heartbeats.snapshot.json"
	// recordedPaths are others of 2 January 2025; shownPath shows a Task's on AWS.
	recordedPaths = "https://github.com/localstack/localstack/blob/8b9a79f05846835cf4dff63ab7eefdde9df83783/tests/aws/services/stepfunctions/v2/scenarios/test_base_scenarios.snapshot.json"
	shownPath     = "https://000047.awsstudygroup.com/3-serviceorchestration/3.3-updatepermission/3.3.3-checkworkflow/"
	taskState     = "https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html"
	choiceState   = "https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html"
)

// Corpus are all of them.
func Corpus() []Known {
	return []Known{
		{
			Name: "a comparison with a variable that is not there ends the execution",
			Case: of(`"S": {"Type": "Choice", "Choices": [{"Variable": "$.none", "NumericEquals": 1, "Next": "Yes"}], "Default": "No"},
				"Yes": {"Type": "Succeed"}, "No": {"Type": "Succeed"}`, `{}`),
			Want: failed("States.Runtime", "S"), Docs: choiceState, Moto: "takes it for false",
		},
		{
			Name: "no rule and no Default is States.NoChoiceMatched",
			Case: of(`"S": {"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": 1, "Next": "Yes"}]}, "Yes": {"Type": "Succeed"}`, `{"a": 2}`),
			Want: failed("States.NoChoiceMatched", "S"), Docs: errorNames, Moto: "has it as States.Runtime",
		},
		{
			Name: "a result put into what is no object is States.ResultPathMatchFailure",
			Case: of(`"S": {"Type": "Pass", "Result": 1, "ResultPath": "$.r", "End": true}`, `[]`),
			Want: failed("States.ResultPathMatchFailure", "S"), Docs: specification + "#filters", Moto: "leaves the data as it is",
		},
		{
			Name: "a parameter whose path leads nowhere is States.Runtime on AWS, and not States.ParameterPathFailure",
			Case: of(`"S": {"Type": "Pass", "Parameters": {"k.$": "$.none"}, "End": true}`, `{}`),
			Want: failed("States.Runtime", "S"), Docs: recordedPaths,
		},
		{
			Name: "a Task's parameter whose path leads nowhere is not for Catch",
			Case: of(`"S": {"Type": "Task", "Resource": "`+arn("Echo", "S")+`", "Parameters": {"k.$": "$.none"}, "Next": "No",
				"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "No"}]}, "No": {"Type": "Succeed"}`, `{"a": 1}`),
			Want: failed("States.Runtime", "S"), Docs: shownPath, Moto: "calls it Exception, and catches it",
		},
		{
			Name: "an InputPath that leads nowhere is not for Catch",
			Case: of(`"S": {"Type": "Task", "Resource": "`+arn("Echo", "S")+`", "InputPath": "$.none", "Next": "No",
				"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "No"}]}, "No": {"Type": "Succeed"}`, `{}`),
			Want: failed("States.Runtime", "S"), Docs: errorNames,
		},
		{
			Name: "States.Array has a null as it is given one",
			Case: of(`"S": {"Type": "Pass", "Parameters": {"k.$": "States.Array(1, null, 'x')"}, "End": true}`, `{}`),
			Want: succeeded(object{"k": []any{1.0, nil, "x"}}, "S"), Docs: specification + "#appendix-b", Moto: "drops it",
		},
		{
			Name: "a function gets null where the path leads to null",
			Case: of(`"S": {"Type": "Task", "Resource": "`+arn("Echo", "S")+`", "InputPath": "$.z", "ResultPath": "$.r", "End": true}`, `{"z": null}`),
			Want: succeeded(object{"z": nil, "r": nil}, "S"), Docs: specification + "#filters", Moto: "gives it {}",
		},
		{
			Name: "a text as the output is JSON, in quotes",
			Case: of(`"S": {"Type": "Pass", "OutputPath": "$.s", "End": true}`, `{"s": "x"}`),
			Want: succeeded("x", "S"), Docs: "https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html", Moto: "gives it without quotes",
		},
		{
			Name: "a task token's failure has its cause",
			Case: of(`"S": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
				"Parameters": {"FunctionName": "`+arn("Refuses", "S")+`", "Payload": {"token.$": "$$.Task.Token"}}, "End": true}`, `{}`),
			Want: Ended{Status: "FAILED", Error: "BuildFailed", Cause: "exit 1", Path: []string{"S"}},
			Docs: "https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html",
		},
		{
			Name: "Catch knows a missed heartbeat as States.HeartbeatTimeout, and it comes before the time-out",
			Case: of(`"S": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 60, "HeartbeatSeconds": 1,
				"Parameters": {"FunctionName": "`+arn("Silent", "S")+`", "Payload": {"token.$": "$$.Task.Token"}}, "Next": "No",
				"Catch": [{"ErrorEquals": ["States.HeartbeatTimeout"], "ResultPath": null, "Next": "Yes"}]},
				"Yes": {"Type": "Succeed"}, "No": {"Type": "Succeed"}`, `{}`),
			Want: succeeded(object{}, "S", "Yes"), Docs: errorNames, Moto: "knows it as States.Timeout alone",
		},
		{
			Name: "a missed heartbeat is called States.Timeout, without a cause, where it is recorded",
			Case: of(`"S": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 60, "HeartbeatSeconds": 1,
				"Parameters": {"FunctionName": "`+arn("Silent", "S")+`", "Payload": {"token.$": "$$.Task.Token"}}, "End": true}`, `{}`),
			Want: Ended{Status: "FAILED", Error: "States.Timeout", Path: []string{"S"}}, Docs: recordedHeartbeat,
		},
		{
			Name: "States.Timeout catches a missed heartbeat",
			Case: of(`"S": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 60, "HeartbeatSeconds": 1,
				"Parameters": {"FunctionName": "`+arn("Silent", "S")+`", "Payload": {"token.$": "$$.Task.Token"}}, "Next": "No",
				"Catch": [{"ErrorEquals": ["States.Timeout"], "ResultPath": null, "Next": "Yes"}]},
				"Yes": {"Type": "Succeed"}, "No": {"Type": "Succeed"}`, `{}`),
			Want: succeeded(object{}, "S", "Yes"), Docs: recordedHeartbeat,
		},
		{
			Name: "a token that nobody answers in the seconds of the input is States.Timeout",
			Case: of(`"S": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSecondsPath": "$.wait",
				"Parameters": {"FunctionName": "`+arn("Silent", "S")+`", "Payload": {"token.$": "$$.Task.Token"}}, "Next": "No",
				"Catch": [{"ErrorEquals": ["States.Timeout"], "ResultPath": null, "Next": "Yes"}]},
				"Yes": {"Type": "Succeed"}, "No": {"Type": "Succeed"}`, `{"wait": 1}`),
			Want: succeeded(object{"wait": 1.0}, "S", "Yes"), Docs: taskState,
		},
		{
			Name: "a TimeoutSecondsPath that leads nowhere is not for Catch",
			Case: of(`"S": {"Type": "Task", "Resource": "`+arn("Echo", "S")+`", "TimeoutSecondsPath": "$.none", "Next": "No",
				"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "No"}]}, "No": {"Type": "Succeed"}`, `{}`),
			Want: failed("States.Runtime", "S"), Docs: errorNames, Moto: "catches it",
		},
		{
			Name: "States.TaskFailed stands for what a function fails with",
			Case: of(`"S": {"Type": "Task", "Resource": "`+arn("Busy", "S")+`", "Next": "No",
				"Catch": [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.failure", "Next": "Yes"}]},
				"Yes": {"Type": "Succeed"}, "No": {"Type": "Succeed"}`, `{}`),
			Want: succeeded(object{"failure": object{"Error": "Busy", "Cause": `{"errorMessage":"no Busy","errorType":"Busy"}`}}, "S", "Yes"), Docs: errorNames,
		},
		{
			Name: "a Parallel state's Catch sees its branch's error, and States.ALL too",
			Case: of(`"S": {"Type": "Parallel", "Branches": [{"StartAt": "S.0.F", "States": {"S.0.F": {"Type": "Fail", "Error": "FailedClean"}}}], "Next": "No",
				"Catch": [{"ErrorEquals": ["Busy"], "Next": "No"}, {"ErrorEquals": ["FailedClean"], "ResultPath": null, "Next": "Yes"}]},
				"Yes": {"Type": "Succeed"}, "No": {"Type": "Succeed"}`, `{}`),
			Want: succeeded(object{}, "S", "Yes", "S.0.F"), Docs: specification + "#errors",
		},
		{
			Name: "States.BranchFailed stands for whatever a branch failed with",
			Case: of(`"S": {"Type": "Parallel", "Branches": [{"StartAt": "S.0.F", "States": {"S.0.F": {"Type": "Fail", "Error": "FailedClean"}}}], "Next": "No",
				"Catch": [{"ErrorEquals": ["States.BranchFailed"], "ResultPath": null, "Next": "Yes"}]},
				"Yes": {"Type": "Succeed"}, "No": {"Type": "Succeed"}`, `{}`),
			Want: succeeded(object{}, "S", "Yes", "S.0.F"), Docs: errorNames, Moto: "does not know that name",
		},
		{
			Name: "an ErrorPath to what is no text ends in States.Runtime",
			Case: of(`"S": {"Type": "Fail", "ErrorPath": "$.n"}`, `{"n": 1}`),
			Want: failed("States.Runtime", "S"), Docs: specification + "#fail-state",
		},
		{
			Name: "the machine's TimeoutSeconds ends it as TIMED_OUT",
			Case: Case{`{"StartAt": "S", "TimeoutSeconds": 1, "States": {"S": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
				"Parameters": {"FunctionName": "` + arn("Silent", "S") + `", "Payload": {"token.$": "$$.Task.Token"}}, "End": true}}}`, `{}`},
			Want: Ended{Status: "TIMED_OUT", Path: []string{"S"}}, Docs: "https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html",
		},
	}
}

// of is a machine that starts at S.
func of(states, input string) Case {
	return Case{`{"StartAt": "S", "States": {` + states + `}}`, input}
}

func failed(errorName string, path ...string) Ended {
	return Ended{Status: "FAILED", Error: errorName, Path: path}
}

func succeeded(output any, path ...string) Ended {
	return Ended{Status: "SUCCEEDED", Output: output, Path: path}
}
