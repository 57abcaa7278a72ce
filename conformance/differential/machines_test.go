//go:build conformance

package differential

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"photogallery/internal/asl"
	"photogallery/statemachine"
)

// runs is how often each of the real machines runs on both engines.
const runs = 720

// TestRealMachinesRunAlikeElsewhere holds our interpreter to the npm package aws-local-stepfunctions, on the machines
// that are deployed, with the same answers by chance. It has no task tokens: there the function's answer is the result.
func TestRealMachinesRunAlikeElsewhere(t *testing.T) {
	for name, text := range map[string][]byte{"release": statemachine.Release, "teardown": statemachine.Teardown} {
		t.Run(name, func(t *testing.T) {
			machine := ownFunctions(t, text)
			var cases bytes.Buffer
			var wants []Ended
			visited := map[string]bool{}
			for seed := range uint64(runs) {
				given := newStubs(machine, seed)
				want := runReal(t, machine, given)
				for _, state := range want.Path {
					visited[state] = true
				}
				wants = append(wants, want)
				line := object{"definition": machine, "input": object{}, "context": contextObject, "answers": given.given}
				cases.WriteString(encode(line) + "\n")
			}
			for i, got := range elsewhere(t, &cases) {
				if diff := compare(wants[i], got); diff != "" {
					t.Errorf("seed %d, ours - elsewhere +:\n%s", i, diff)
				}
			}
			eachState(machine, func(state string, _ object) {
				if !visited[state] {
					t.Errorf("no run has come to %s", state)
				}
			})
		})
	}
}

var contextObject = object{"Execution": object{"Id": executionARN, "Name": "one", "Input": object{}}, "Task": object{"Token": "token"}, "State": object{"EnteredTime": "2026-01-31T12:00:00.000Z"}}

// ownFunctions gives each Task a function of its own.
func ownFunctions(t *testing.T, text []byte) (machine object) {
	t.Helper()
	if err := json.Unmarshal(text, &machine); err != nil {
		t.Fatal(err)
	}
	eachState(machine, func(name string, state object) {
		function := "arn:aws:lambda:us-east-1:123456789012:function:" + name
		if strings.HasSuffix(encode(state["Resource"]), `waitForTaskToken"`) {
			state["Resource"] = function
			state["Parameters"] = state["Parameters"].(object)["Payload"]
			delete(state["Parameters"].(object), "token.$")
			delete(state, "HeartbeatSeconds")
			delete(state, "TimeoutSecondsPath")
		} else if state["Type"] == "Task" {
			state["Resource"] = function
		}
	})
	return machine
}

// runReal runs a machine on internal/asl, in virtual time.
func runReal(t *testing.T, machine object, functions *stubs) (end Ended) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		def, err := asl.Load([]byte(encode(machine)), nil)
		if err != nil {
			t.Fatal(err)
		}
		m := asl.NewMachine("arn:aws:states:us-east-1:123456789012:stateMachine:m", "m", def, asl.Options{Invoker: functions})
		defer m.Close()
		execution, err := m.Start("one", []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		now, err := execution.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		end, err = ended(string(now.Status), now.Error, now.Cause, now.Output, slices.Sorted(slices.Values(execution.Path())))
		if err != nil {
			t.Fatal(err)
		}
	})
	return end
}

// elsewhere runs the cases on the other engine.
func elsewhere(t *testing.T, cases *bytes.Buffer) (ends []Ended) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "node", "engine.mjs")
	command.Stdin, command.Stderr = cases, os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(out), []byte("\n")) {
		var end Ended
		if err := json.Unmarshal(line, &end); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		slices.Sort(end.Path)
		end.Output = withoutCauses(end.Output)
		ends = append(ends, end)
	}
	return ends
}
