package stack

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"sync"
	"testing"

	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas"
)

// calls are the operations that each step was seen to call, over all scenarios of this package.
var calls = callLog{steps: map[string]map[string]bool{}, lines: map[string]bool{}}

// TestMain compares, when every scenario has run, what the steps declare with what they called. A
// run of some of the tests says nothing of what is never called.
func TestMain(m *testing.M) {
	flag.Parse()
	status := m.Run()
	if status == 0 && flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.list").Value.String() == "" {
		for _, difference := range calls.differences() {
			status = 1
			fmt.Fprintln(os.Stderr, difference)
		}
	}
	if path := os.Getenv("CONFORMANCE_CALLS"); path != "" {
		if err := calls.write(path); err != nil {
			status = 1
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(status)
}

type callLog struct {
	mu         sync.Mutex
	operations []fabric.Operation // of the embedded cloud
	steps      map[string]map[string]bool
	lines      map[string]bool // each different request and answer once, where they are asked for
}

// prefixes are the IAM prefixes of the SDK's service IDs.
var prefixes = map[string]string{
	"Auto Scaling": "autoscaling", "CloudWatch": "cloudwatch", "DynamoDB": "dynamodb", "EC2": "ec2", "EventBridge": "events",
	"Elastic Load Balancing v2": "elasticloadbalancing", "Route 53": "route53", "S3": "s3", "SFN": "states", "SSM": "ssm",
	"Scheduler": "scheduler", "Service Quotas": "servicequotas",
}

func (l *callLog) add(call fabric.Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if os.Getenv("CONFORMANCE_CALLS") != "" {
		l.lines[answer(call)] = true
	}
	if call.Caller == "" {
		return
	}
	if os.Getenv("CONFORMANCE_CALLS") != "" {
		l.lines[line(call, "input", plain(reflect.ValueOf(call.Input)))] = true
	}
	if l.steps[call.Caller] == nil {
		l.steps[call.Caller] = map[string]bool{}
	}
	l.steps[call.Caller][prefixes[call.Operation.Service]+":"+call.Operation.Name] = true
}

// differences returns the calls that no step declares and the declarations that no scenario called.
func (l *callLog) differences() (lines []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range lambdas.Steps() {
		declared := map[string]bool{}
		for _, operation := range s.Operations {
			declared[operation.Name] = true
			if !l.steps[s.Name][operation.Name] {
				lines = append(lines, "step "+s.Name+" declares "+operation.Name+", which no scenario makes it call")
			}
		}
		for name := range l.steps[s.Name] {
			if !declared[name] {
				lines = append(lines, "step "+s.Name+" calls "+name+", which it does not declare")
			}
		}
	}
	return lines
}

// ofPeople are the operations that the command line and the aws command call.
var ofPeople = []string{
	"states:ListStateMachines", "states:DescribeStateMachine", "states:StartExecution", "states:StopExecution", "states:DescribeExecution", "states:GetExecutionHistory", "states:ListExecutions",
	"autoscaling:TerminateInstanceInAutoScalingGroup", "events:PutEvents", "s3:GetObject", "s3:PutObject",
}

func TestCloudHasExactlyTheCalledOperations(t *testing.T) {
	called := map[string]bool{}
	for _, name := range ofPeople {
		called[name] = true
	}
	for _, s := range lambdas.Steps() {
		for _, operation := range s.Operations {
			called[operation.Name] = true
		}
	}
	inVirtualTime(t, func(t *testing.T, e *environment) {
		calls.know(e.Cloud.Fabric.Operations())
		for _, operation := range e.Cloud.Fabric.Operations() {
			name := prefixes[operation.Service] + ":" + operation.Name
			if !called[name] {
				t.Errorf("nobody calls %s", name)
			}
			delete(called, name)
		}
	})
	for name := range called {
		t.Errorf("the embedded cloud has no %s", name)
	}
}
