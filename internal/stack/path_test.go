package stack

import (
	"encoding/json"
	"flag"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"photogallery/internal/asl"
	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/localcloud/stepfunctions"
	"photogallery/lambdas"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/records"
	"photogallery/release"
	"photogallery/statemachine"
)

// environment is a stack on simulated machines whose behavior a test may change as it goes.
type environment struct {
	*testing.T
	*Stack
	behave func(machine.Spec) machine.Behavior
}

// inVirtualTime deploys the shipped stack and runs a scenario on it.
func inVirtualTime(t *testing.T, scenario func(*testing.T, *environment)) {
	t.Helper()
	inVirtualTimeWith(t, Options{}, scenario)
}

// graceIsHealth runs every scenario with refreshes that take an instance in its grace period for healthy:
// AWS leaves it open.
var graceIsHealth = flag.Bool("grace-is-health", false, "let refreshes count instances in their grace period as healthy")

// inVirtualTimeWith deploys the stack with more options.
func inVirtualTimeWith(t *testing.T, options Options, scenario func(*testing.T, *environment)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		e := &environment{T: t, behave: func(machine.Spec) machine.Behavior { return machine.Behavior{} }}
		kind := machine.NewSimulated(func(spec machine.Spec) machine.Behavior { return e.behave(spec) })
		options.Environment, options.Kind, options.Random = "main", kind, func() float64 { return 0.5 }
		s, err := New(options)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		s.Cloud.Fabric.Observe(calls.add)
		s.Cloud.Fabric.Do(func() { s.Cloud.AutoScaling.SetGraceIsHealth(*graceIsHealth) })
		e.Stack = s
		scenario(t, e)
	})
}

// run is one ended execution.
type run struct {
	*environment
	arn string
	stepfunctions.Snapshot
}

func (e *environment) release(name, input string) run {
	e.Helper()
	return e.await(e.start(e.StartRelease(e.Context(), name, input)))
}

func (e *environment) teardown(name, input string) run {
	e.Helper()
	return e.await(e.start(e.StartTeardown(e.Context(), name, input)))
}

func (e *environment) start(execution string, err error) string {
	e.Helper()
	if err != nil {
		e.Fatal(err)
	}
	return execution
}

func (e *environment) await(execution string) run {
	e.Helper()
	snapshot, err := e.Await(e.Context(), execution)
	if err != nil {
		e.Fatal(err)
	}
	return run{e, execution, snapshot}
}

// ends checks how the run ended: by the name of its last state, and words in its cause.
func (r run) ends(last string, words ...string) run {
	r.Helper()
	path := r.Path(r.arn)
	if len(path) == 0 || path[len(path)-1] != last {
		r.Fatalf("%s ended %s %s: %s\nby way of %v\nwant %s", r.Name, r.Status, r.Error, r.Cause, path, last)
	}
	for _, word := range words {
		if !strings.Contains(r.Cause, word) {
			r.Errorf("the cause of %s says %q, not %q", r.Name, r.Cause, word)
		}
	}
	return r
}

// follows checks the steps and the end that the run went through. Waits and choices are left out,
// and a step that was polled stands once.
func (r run) follows(want string) run {
	r.Helper()
	types := stateTypes(r.T)
	path := slices.DeleteFunc(r.Path(r.arn), func(name string) bool {
		return !slices.Contains([]string{"Task", "Succeed", "Fail"}, types[name])
	})
	if diff := cmp.Diff(strings.Fields(want), slices.Compact(path)); diff != "" {
		r.Errorf("%s took another path (-want +got):\n%s", r.Name, diff)
	}
	return r
}

func stateTypes(t *testing.T) map[string]string {
	t.Helper()
	functions := map[string]string{}
	for _, s := range lambdas.Steps() {
		functions[s.Name] = fabric.ARN("lambda", "function:"+s.Name)
	}
	types := map[string]string{}
	for _, text := range [][]byte{statemachine.Release, statemachine.Teardown} {
		definition, err := asl.Load(text, functions)
		if err != nil {
			t.Fatal(err)
		}
		for _, state := range definition.States() {
			if types[state.Name] = state.Type; state.TimeoutPath != "" {
				types[state.Name] = "Wait" // for an answer
			}
		}
	}
	return types
}

// current returns the environment's recorded state.
func (e *environment) current() release.Current {
	e.Helper()
	recorded, err := records.ReadCurrent(e.Context(), e.Clients.DynamoDB, e.Settings.Table)
	if err != nil {
		e.Fatal(err)
	}
	return recorded
}

// serves checks that a release serves from healthy instances of its own image, all of them, and
// that nothing of any other release but the image of the former is there.
func (e *environment) serves(name string, instances int) {
	e.Helper()
	recorded := e.current()
	if !recorded.Serving || recorded.Release != name {
		e.Errorf("%q serves (%t), want %q", recorded.Release, recorded.Serving, name)
	}
	e.Cloud.Fabric.Do(func() {
		live := 0
		for _, i := range e.Cloud.EC2.Instances() {
			if i.State == "terminated" || i.State == "shutting-down" {
				continue
			}
			live++
			if i.ImageID != recorded.Image {
				e.Errorf("instance %s (%s) runs image %s, not %s", i.ID, i.Tags[release.TagRole], i.ImageID, recorded.Image)
			}
			if health := e.Cloud.ELB.Health(e.Settings.Targets(recorded.Serves()), i.ID); health != "healthy" {
				e.Errorf("instance %s is %s", i.ID, health)
			}
		}
		if live != instances {
			e.Errorf("%d live instances, want %d", live, instances)
		}
	})
	e.unlocked()
}

func (e *environment) unlocked() {
	e.Helper()
	if holder := e.lockHolder(); holder != "" {
		e.Errorf("%s still holds the lock", holder)
	}
}

// left lists what a teardown would delete, as "kind name".
func (e *environment) left() (resources []string) {
	e.Helper()
	listed := e.teardown("dry-run-"+time.Now().Format("150405.000"), `{"dryRun": true, "images": "delete"}`).ends("Listed")
	return resourceNames(e.T, listed.Output)
}

// empty checks that nothing is left that a teardown which keeps images would delete, and that at
// most the images are.
func (e *environment) empty(images int) {
	e.Helper()
	e.unlocked()
	found := 0
	for _, resource := range e.left() {
		if strings.HasPrefix(resource, "image ") || strings.HasPrefix(resource, "snapshot ") {
			found++
			continue
		}
		e.Errorf("%s is left", resource)
	}
	if found > 2*images {
		e.Errorf("%d images and snapshots are left, want at most %d of each", found, images)
	}
}

func (e *environment) instances(of string) (found []ec2.Instance) {
	e.Cloud.Fabric.Do(func() {
		for _, i := range e.Cloud.EC2.Instances() {
			if i.Tags[release.TagRole] == of && i.State == "running" {
				found = append(found, i)
			}
		}
	})
	return found
}

func (e *environment) lockHolder() string {
	e.Helper()
	held, err := records.ReadLock(e.Context(), e.Clients.DynamoDB, e.Settings.Table)
	if err != nil {
		e.Fatal(err)
	}
	if held == nil {
		return ""
	}
	return held.Holder
}

func resourceNames(t *testing.T, output string) (names []string) {
	t.Helper()
	var listed struct {
		Resources []inventory.Resource `json:"resources"`
	}
	if err := json.Unmarshal([]byte(output), &listed); err != nil {
		t.Fatalf("%s: %v", output, err)
	}
	for _, resource := range listed.Resources {
		names = append(names, resource.Kind+" "+resource.ID+" "+resource.Name)
	}
	return names
}
