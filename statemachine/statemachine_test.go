package statemachine_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"photogallery/internal/asl"
	"photogallery/lambdas"
	"photogallery/lambdas/step"
	"photogallery/lambdas/sweep"
	"photogallery/release"
	"photogallery/statemachine"
)

const functionPrefix = "arn:aws:lambda:us-east-1:123456789012:function:"

func load(t *testing.T, text []byte) *asl.Definition {
	t.Helper()
	substitutions := map[string]string{}
	for _, s := range lambdas.Steps() {
		substitutions[s.Name] = functionPrefix + s.Name
	}
	definition, err := asl.Load(text, substitutions)
	if err != nil {
		t.Fatal(err)
	}
	return definition
}

func machines(t *testing.T) map[string]*asl.Definition {
	t.Helper()
	return map[string]*asl.Definition{
		"release":  load(t, statemachine.Release),
		"teardown": load(t, statemachine.Teardown),
	}
}

func tasks(definition *asl.Definition) []asl.StateInfo {
	return slices.DeleteFunc(definition.States(), func(s asl.StateInfo) bool { return s.Type != "Task" })
}

func TestEveryTaskHasAStepAndEveryStepATask(t *testing.T) {
	steps := map[string]step.Step{}
	for _, s := range lambdas.Steps() {
		if _, twice := steps[s.Name]; twice {
			t.Errorf("step %s is listed twice", s.Name)
		}
		steps[s.Name] = s
	}
	used := map[string]bool{}
	for machine, definition := range machines(t) {
		for _, task := range tasks(definition) {
			name := strings.TrimPrefix(task.Function, functionPrefix)
			used[name] = true
			if _, known := steps[name]; !known {
				t.Errorf("%s: state %s calls %s, which is no step", machine, task.Name, name)
			}
		}
	}
	for name, s := range steps {
		if used[name] == s.Event {
			t.Errorf("step %s: used by a state machine: %t, invoked by an event: %t", name, used[name], s.Event)
		}
	}
}

var standardErrors = []string{
	"States.ALL", "States.Timeout", "States.HeartbeatTimeout",
	"Lambda.ClientExecutionTimeoutException", "Lambda.ServiceException", "Lambda.AWSLambdaException",
	"Lambda.SdkClientException", "Lambda.TooManyRequestsException", "Lambda.Unknown", "Sandbox.Timedout", "Runtime.ExitError",
}

func TestEveryErrorNameIsACodeOrStandard(t *testing.T) {
	known := map[string]bool{}
	for _, name := range standardErrors {
		known[name] = true
	}
	for _, code := range release.Codes() {
		known[string(code)] = true
	}
	for machine, definition := range machines(t) {
		for _, task := range tasks(definition) {
			var names []string
			for _, retry := range task.Retry {
				names = append(names, retry.ErrorEquals...)
			}
			for _, catch := range task.Catch {
				names = append(names, catch.ErrorEquals...)
			}
			for _, name := range names {
				if !known[name] {
					t.Errorf("%s: state %s matches on %s, which nothing reports", machine, task.Name, name)
				}
			}
		}
	}
}

func TestTasksRetryTransientErrors(t *testing.T) {
	for machine, definition := range machines(t) {
		for _, task := range tasks(definition) {
			for _, name := range passing() {
				if !slices.ContainsFunc(task.Retry, func(r asl.RetryInfo) bool {
					return slices.Contains(r.ErrorEquals, name) && r.MaxAttempts >= 6
				}) {
					t.Errorf("%s: state %s gives up at the first %s", machine, task.Name, name)
				}
			}
		}
	}
}

// passing returns the errors that say nothing of what a step did: AWS is busy, or the function was
// killed.
func passing() []string {
	names := []string{"Throttled", "AwsUnavailable", "StillInUse"}
	for _, name := range standardErrors {
		if !strings.HasPrefix(name, "States.") {
			names = append(names, name)
		}
	}
	return names
}

// A builder that says nothing ends itself after three quarters of an hour; an honest one may take half
// an hour, however many heartbeats that is. The guide's name of a missed heartbeat is another than that
// of AWS's histories: one rule has both, so that they share its attempts. States.Timeout stands for the
// task's own time-out too, which no attempt reaches before it misses its heartbeat: nothing sends any.
func TestBuildIsAwaitedForHalfAnHour(t *testing.T) {
	for _, task := range tasks(load(t, statemachine.Release)) {
		for _, retry := range task.Retry {
			if !slices.Contains(retry.ErrorEquals, "States.HeartbeatTimeout") {
				continue
			}
			if !slices.Contains(retry.ErrorEquals, "States.Timeout") || task.TimeoutSeconds <= task.HeartbeatSeconds {
				t.Errorf("state %s retries %v, with a heartbeat after %d s and a time-out after %d s", task.Name, retry.ErrorEquals, task.HeartbeatSeconds, task.TimeoutSeconds)
			}
			if waits := time.Duration((retry.MaxAttempts+1)*task.HeartbeatSeconds) * time.Second; waits < 30*time.Minute || waits > 45*time.Minute {
				t.Errorf("state %s waits %v", task.Name, waits)
			}
			return
		}
	}
	t.Error("no state waits for a heartbeat")
}

// Only a state that touches nothing, and the listing that ends there, may fail the execution outright.
func TestEveryTaskCatchesItsFailure(t *testing.T) {
	for machine, definition := range machines(t) {
		for _, task := range tasks(definition) {
			if task.Name == "ListResources" {
				continue
			}
			if len(task.Catch) == 0 {
				t.Errorf("%s: a failure of state %s ends the execution without its undo", machine, task.Name)
			}
		}
	}
}

// Plan and Lock touch nothing. A failure of any other state ends clean by way of the undo alone.
func TestEveryFailureLeadsToTheUndo(t *testing.T) {
	definition := load(t, statemachine.Release)
	next := map[string][]string{}
	for _, state := range definition.States() {
		next[state.Name] = state.Next
	}
	for _, task := range tasks(definition) {
		if task.Name == "Plan" || task.Name == "Lock" || task.Parent != "" {
			continue
		}
		for _, catch := range task.Catch {
			if slices.Contains(around(next, catch.Next, "Undo"), "FailedClean") {
				t.Errorf("a failure of state %s ends clean without an undo", task.Name)
			}
		}
	}
}

// around lists the states that can follow one without coming by another.
func around(next map[string][]string, from, without string) []string {
	seen := []string{from}
	for i := 0; i < len(seen); i++ {
		for _, state := range next[seen[i]] {
			if state != without && seen[i] != without && !slices.Contains(seen, state) {
				seen = append(seen, state)
			}
		}
	}
	return seen
}

func TestFunctionsEndBeforeTheirStatesTimeOut(t *testing.T) {
	timeouts := map[string]time.Duration{}
	for _, s := range lambdas.Steps() {
		timeouts[s.Name] = s.Timeout
	}
	for machine, definition := range machines(t) {
		for _, task := range tasks(definition) {
			name := strings.TrimPrefix(task.Function, functionPrefix)
			state := time.Duration(task.TimeoutSeconds) * time.Second
			if task.TimeoutPath != "" {
				state = time.Duration(step.Pause(0)) * time.Second // the shortest
			}
			if timeouts[name] <= 0 || timeouts[name] >= state {
				t.Errorf("%s: state %s waits %v for %s, which may take %v", machine, task.Name, state, name, timeouts[name])
			}
		}
	}
}

// A ttl teardown and an undo wait for a release that runs: one that gave up before it would leave
// what it was to remove.
func TestTeardownOutwaitsARelease(t *testing.T) {
	release, teardown := limit(t, statemachine.Release), limit(t, statemachine.Teardown)
	if sweep := 2 * step.DefaultTimings().Sweep; teardown < release+sweep {
		t.Errorf("a teardown ends after %v; a release may take %v, and an undo and a sweep %v", teardown, release, sweep)
	}
}

func limit(t *testing.T, text []byte) time.Duration {
	t.Helper()
	var machine struct{ TimeoutSeconds int }
	if err := json.Unmarshal(text, &machine); err != nil || machine.TimeoutSeconds == 0 {
		t.Fatal(err, machine)
	}
	return time.Duration(machine.TimeoutSeconds) * time.Second
}

// A field that an object has twice is silently lost when it is decoded, and with it one of two states
// of the same name.
func TestDefinitionsHaveNoDuplicateFields(t *testing.T) {
	for machine, text := range map[string][]byte{"release": statemachine.Release, "teardown": statemachine.Teardown} {
		for _, field := range twice(json.NewDecoder(bytes.NewReader(text))) {
			t.Errorf("%s: one object has the field %s twice", machine, field)
		}
	}
}

func twice(text *json.Decoder) (fields []string) {
	token, _ := text.Token()
	open, nested := token.(json.Delim)
	seen := map[string]bool{}
	for nested && text.More() {
		if open == '{' {
			token, _ = text.Token()
			name := strings.TrimSuffix(token.(string), ".$")
			if seen[name] {
				fields = append(fields, name)
			}
			seen[name] = true
		}
		fields = append(fields, twice(text)...)
	}
	if nested {
		_, _ = text.Token() // what closes it
	}
	return fields
}

func TestTeardownSweepsInOrder(t *testing.T) {
	var drawn []string
	for _, line := range strings.Split(string(statemachine.Teardown), "\n") {
		if _, stage, found := strings.Cut(line, `"stage": "`); found {
			drawn = append(drawn, stage[:strings.Index(stage, `"`)])
		}
	}
	if want := sweep.Stages(); !slices.Equal(drawn, want) {
		t.Errorf("the state machine sweeps %v, the sweep's order is %v", drawn, want)
	}
}

// On AWS a path that leads nowhere is States.Runtime, which nothing catches: the release would not undo itself.
// So a step's answer has each field that a path names, whatever its value.
func TestPathsNameNoFieldThatAnAnswerOmits(t *testing.T) {
	sources, err := filepath.Glob("../lambdas/*/*.go")
	if err != nil || len(sources) == 0 {
		t.Fatal(sources, err)
	}
	omitted := regexp.MustCompile("json:\"(\\w+),omit")
	path := regexp.MustCompile(`"\$(\.[\w.]+)"`)
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range omitted.FindAllSubmatch(text, -1) {
			for _, named := range path.FindAllSubmatch(slices.Concat(statemachine.Release, statemachine.Teardown), -1) {
				if strings.Contains(string(named[1])+".", "."+string(field[1])+".") {
					t.Errorf("%s omits %s, which $%s names", source, field[1], named[1])
				}
			}
		}
	}
}

// The longest watch has the most looks: each hold of ten percentages and both approvals begin with short ones.
func TestHistoryHasRoomForADayOfLooks(t *testing.T) {
	const (
		events = 13 // a wait for a verdict, a look and a choice
		others = 3000
		waits  = 12
	)
	shortest := 0
	for step.Pause(shortest+1) == step.Pause(0) {
		shortest++
	}
	rest := int(release.MostWatched/time.Second) - (waits-1)*shortest
	looks := (waits-1)*(shortest/step.Pause(shortest)+1) + rest/step.Pause(rest) + 1
	if all := events*looks + others; all > 25_000 {
		t.Errorf("%d looks make %d events", looks, all)
	}
}
