package stack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"photogallery/internal/localcloud/fabric"
)

// know sets the operations of the embedded cloud.
func (l *callLog) know(operations []fabric.Operation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.operations = operations
}

// unanswered returns the operations of the embedded cloud of which no line has an output.
func (l *callLog) unanswered() (names []string) {
	for _, operation := range l.operations {
		start, err := json.Marshal([]any{operation.Service, operation.Name, "output"})
		if err != nil {
			panic(err)
		}
		if !slices.ContainsFunc(slices.Collect(maps.Keys(l.lines)), func(line string) bool {
			return strings.HasPrefix(line, strings.TrimSuffix(string(start), "]"))
		}) {
			names = append(names, operation.String())
		}
	}
	return names
}

// write adds the requests that the steps made, and the answers that everybody got, to a file, a line each, for
// conformance/calls.py to hold against the services' models. The members have the names of the SDK's structs.
func (l *callLog) write(path string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if without := l.unanswered(); len(without) > 0 {
		return fmt.Errorf("no scenario has an answer of %s: call it in one", strings.Join(without, ", "))
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	for line := range l.lines {
		if _, err := file.WriteString(line + "\n"); err != nil {
			return err
		}
	}
	return file.Close()
}

// answer returns what a call was answered: an output, or the code of an error.
func answer(call fabric.Call) string {
	var refusal smithy.APIError
	switch {
	case errors.As(call.Err, &refusal):
		return line(call, "error", refusal.ErrorCode())
	case call.Err != nil:
		return line(call, "error", call.Err.Error())
	}
	return line(call, "output", plain(reflect.ValueOf(call.Output)))
}

// line returns one side of a call. What the SDK has can always be encoded.
func line(call fabric.Call, side string, value any) string {
	text, err := json.Marshal([]any{call.Operation.Service, call.Operation.Name, side, value})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// plain returns a value of the SDK without what it leaves out of a request: members that are nil,
// or zero if they cannot be nil. It sends a flag that is required, and which one is the struct does
// not say.
func plain(value reflect.Value) any {
	switch inner := value.Interface().(type) {
	case time.Time:
		return inner.Format(time.RFC3339)
	case io.Reader:
		return ""
	case []byte:
		return string(inner)
	}
	switch value.Kind() {
	case reflect.Interface, reflect.Pointer:
		target := reflect.Indirect(value.Elem())
		if _, member, isUnion := strings.Cut(target.Type().Name(), "Member"); isUnion && value.Kind() == reflect.Interface {
			return map[string]any{member: plain(target.FieldByName("Value"))}
		}
		return plain(target)
	case reflect.Struct:
		members := map[string]any{}
		for i := range value.NumField() {
			field, isFlag := value.Type().Field(i), value.Field(i).Kind() == reflect.Bool
			if field.IsExported() && (isFlag || !value.Field(i).IsZero()) {
				members[field.Name] = plain(value.Field(i))
			}
		}
		return members
	case reflect.Slice:
		elements := []any{}
		for i := range value.Len() {
			elements = append(elements, plain(value.Index(i)))
		}
		return elements
	case reflect.Map:
		members := map[string]any{}
		for _, key := range value.MapKeys() {
			members[key.String()] = plain(value.MapIndex(key))
		}
		return members
	}
	return value.Interface()
}

// No step calls these operations.
func TestPeopleGetAnswersOfTheirOwn(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		release := e.release("r1", `{}`).ends("Succeeded")
		listed, err := e.SFN.ListStateMachines(t.Context(), &sfn.ListStateMachinesInput{})
		if err != nil || len(listed.StateMachines) != 2 {
			t.Fatalf("%v, %v", listed, err)
		}
		for _, m := range listed.StateMachines {
			described, err := e.SFN.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: m.StateMachineArn})
			if err != nil || described.Status != types.StateMachineStatusActive {
				t.Errorf("%v, %v", described, err)
			}
		}
		history, err := e.SFN.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &release.arn, MaxResults: 1000})
		if err != nil || history.Events[len(history.Events)-1].Type != types.HistoryEventTypeExecutionSucceeded {
			t.Errorf("%v, %v", history, err)
		}
		groups, err := e.Clients.AutoScaling.DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
		if err != nil {
			t.Fatal(err)
		}
		keep := false
		if _, err := e.Clients.AutoScaling.TerminateInstanceInAutoScalingGroup(t.Context(), &autoscaling.TerminateInstanceInAutoScalingGroupInput{
			InstanceId: groups.AutoScalingGroups[0].Instances[0].InstanceId, ShouldDecrementDesiredCapacity: &keep,
		}); err != nil {
			t.Error(err)
		}
	})
}
