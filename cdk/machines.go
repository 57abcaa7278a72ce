package cdk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"photogallery/statemachine"
)

type machines struct {
	release, teardown sfn.CfnStateMachine
}

func (s *stack) addMachines() {
	environment := s.options.Environment
	s.machines = machines{
		release:  s.machine("Release", environment.ReleaseMachine(), statemachine.Release),
		teardown: s.machine("Teardown", environment.TeardownMachine(), statemachine.Teardown),
	}
}

// machine returns a state machine from a file of statemachine/, with each step's name replaced by
// the ARN of its function's version.
func (s *stack) machine(id, name string, definition []byte) sfn.CfnStateMachine {
	steps := stepsOf(definition)
	substitutions := map[string]*string{}
	for _, step := range steps {
		version, isKnown := s.functions[step]
		if !isKnown {
			panic(fmt.Sprintf("state machine %s runs ${%s}, which is not a step", name, step))
		}
		substitutions[step] = version.FunctionArn()
	}
	if text := compact(definition); strings.Contains(text, "${"+integrationName+"}") {
		substitutions[integrationName] = awscdk.Fn_Sub(jsii.String(strings.Replace(integration, "arn:aws:", "arn:${AWS::Partition}:", 1)), nil)
	}
	return sfn.NewCfnStateMachine(s.scope, jsii.String(id), &sfn.CfnStateMachineProps{
		StateMachineName:        jsii.String(name),
		StateMachineType:        jsii.String("STANDARD"),
		DefinitionString:        jsii.String(compact(definition)),
		DefinitionSubstitutions: substitutions,
		RoleArn:                 s.machineRole(id+"MachineRole", steps).RoleArn(),
		TracingConfiguration:    &sfn.CfnStateMachine_TracingConfigurationProperty{Enabled: jsii.Bool(s.options.isTraced())},
		LoggingConfiguration: &sfn.CfnStateMachine_LoggingConfigurationProperty{
			Level:                jsii.String("ALL"),
			IncludeExecutionData: jsii.Bool(true),
			Destinations: []any{&sfn.CfnStateMachine_LogDestinationProperty{
				CloudWatchLogsLogGroup: &sfn.CfnStateMachine_CloudWatchLogsLogGroupProperty{LogGroupArn: s.logs.machines.LogGroupArn()},
			}},
		},
	})
}

var substitution = regexp.MustCompile(`\$\{([A-Za-z]+)\}`)

// stepsOf lists the steps that a definition names, each once, in alphabetical order.
func stepsOf(definition []byte) []string {
	steps := map[string]bool{}
	for _, found := range substitution.FindAllSubmatch(definition, -1) {
		steps[string(found[1])] = true
	}
	return slices.Sorted(maps.Keys(steps))
}

// The files name the integration of AWS's largest partition, so that any engine runs them; a
// deployment substitutes its own. The whole ARN is substituted, because cfn-lint accepts no other
// form.
const (
	integration     = "arn:aws:states:::lambda:invoke.waitForTaskToken"
	integrationName = "InvokeAndWait"
)

// compact removes white space: a template has at most a megabyte.
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
func compact(definition []byte) string {
	var small bytes.Buffer
	if err := json.Compact(&small, definition); err != nil {
		panic(err)
	}
	return strings.ReplaceAll(small.String(), integration, "${"+integrationName+"}")
}

// machineRole allows the machine to invoke the published versions of its functions.
// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
func (s *stack) machineRole(id string, steps []string) awsiam.IRole {
	invoke := Statement{Actions: []string{"lambda:InvokeFunction"}}
	for _, step := range steps {
		invoke.Resources = append(invoke.Resources, arn("lambda", "function:"+*s.name(kebab(step))+":*"))
	}
	trust := awsiam.NewServicePrincipal(jsii.String("states.amazonaws.com"), &awsiam.ServicePrincipalOpts{
		Conditions: conditions(map[string]map[string]string{"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}}, nil),
	})
	return s.roleOf(id, trust, "Runs the steps of a state machine", []Statement{
		invoke,
		{
			Actions: []string{
				"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries",
				"logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
			},
			Resources: []string{"*"}, Reason: "log deliveries know no resource",
		},
		{
			Actions:   []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"},
			Resources: []string{"*"}, Reason: "X-Ray knows no resource for segments",
		},
	})
}
