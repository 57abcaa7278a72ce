package faults

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/uuid"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/localcloud/stepfunctions"
	"photogallery/internal/stack"
	"photogallery/lambdas"
	"photogallery/lambdas/step"
)

// patience is how long a scenario with a fault may take: longer than a release's time-out and a
// teardown's after it.
const patience = 14 * time.Hour

// world is one environment in virtual time, past which everything comes that a fault can strike.
type world struct {
	*stack.Stack
	ctx      context.Context
	declared map[string]map[string]bool // operations by step
	began    time.Time                  // of the scenario proper

	mu         sync.Mutex
	trail      *trail
	armed      []*strike
	ongoing    []ongoing
	hidden     []hidden
	behave     func(machine.Spec) machine.Behavior
	stopped    map[string]bool // executions that a fault ended
	lost       map[string]bool // executions whose end no rule is told
	pending    int             // events under way
	violations []string
}

// variant is what a planted bug changes of the shipped system; the zero value is the shipped system.
type variant struct {
	steps             []step.Step
	release, teardown []byte

	graceIsHealth bool // refreshes take an instance in its grace period for healthy, which AWS leaves open
}

// newWorld deploys the environment. Close it in the end.
func newWorld(ctx context.Context, as variant) (*world, error) {
	w := &world{ctx: ctx, trail: newTrail(), stopped: map[string]bool{}, lost: map[string]bool{}, declared: declarations(as.steps)}
	s, err := stack.New(stack.Options{
		Environment: "main", Kind: machine.NewSimulated(w.behavior), Random: func() float64 { return 0.5 },
		Steps: as.steps, Release: as.release, Teardown: as.teardown, Around: w.around,
	})
	if err != nil {
		return nil, err
	}
	w.Stack = s
	s.Cloud.Fabric.Do(func() { s.Cloud.AutoScaling.SetGraceIsHealth(as.graceIsHealth) })
	s.Cloud.Fabric.Intercept(w.intercept)
	s.Cloud.Fabric.Deliver(w.deliver)
	return w, nil
}

// prefixes are the IAM prefixes of the SDK's service IDs.
var prefixes = map[string]string{
	"Auto Scaling": "autoscaling", "CloudWatch": "cloudwatch", "DynamoDB": "dynamodb", "EC2": "ec2",
	"Elastic Load Balancing v2": "elasticloadbalancing", "S3": "s3", "SFN": "states", "SSM": "ssm",
	"Scheduler": "scheduler", "Service Quotas": "servicequotas",
}

func declarations(steps []step.Step) map[string]map[string]bool {
	if steps == nil {
		steps = lambdas.Steps()
	}
	declared := map[string]map[string]bool{}
	for _, s := range steps {
		declared[s.Name] = map[string]bool{}
		for _, operation := range s.Operations {
			declared[s.Name][operation.Name] = true
		}
	}
	return declared
}

// violate notes that something does not hold that must.
func (w *world) violate(sentence string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.violations, sentence) {
		w.violations = append(w.violations, sentence)
	}
}

func (w *world) behavior(spec machine.Spec) machine.Behavior {
	w.mu.Lock()
	behave := w.behave
	w.mu.Unlock()
	if behave == nil {
		return machine.Behavior{}
	}
	return behave(spec)
}

// deliver is the way of every event to a rule's target.
func (w *world) deliver(e fabric.Event, arrive func()) {
	told := eventOf(e)
	w.mu.Lock()
	drop := e.Source == stepfunctions.StatusChangeSource && w.lost[told.Name]
	w.pending++
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.pending--
	}()
	if drop {
		return
	}
	if struck := w.pass(event, "", e.DetailType, told.State+told.Status); struck != nil {
		struck.fault.event(w, arrive)
		return
	}
	arrive()
}

type told struct {
	Name   string `json:"name"`   // of an execution
	Status string `json:"status"` // of an execution or a build
	State  string `json:"state"`  // of an instance
}

func eventOf(e fabric.Event) (detail told) {
	_ = json.Unmarshal(e.Detail, &detail) // what is not there is told by no field
	return detail
}

// strike is a fault at a place.
type strike struct {
	fault fault
	at    site
	done  bool
}

// pass returns the fault that strikes a call or event, or nil if none does.
func (w *world) pass(kind kind, run, step, operation string) *strike {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := w.trail.pass(kind, steady(run), step, operation)
	for _, one := range w.armed {
		if !one.done && one.at == at {
			one.done = true
			return one
		}
	}
	return nil
}

// steady is a name that every repetition gives: a schedule starts executions under one of its own.
func steady(run string) string {
	if uuid.Validate(run) == nil {
		return "scheduled"
	}
	return run
}

// arm begins the scenario proper: calls and events are noted from now on, and struck.
func (w *world) arm(strikes ...*strike) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.began, w.trail, w.armed = time.Now(), newTrail(), strikes
}

// listFromHere leaves out of the listing what has happened so far: another scenario strikes there.
func (w *world) listFromHere() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trail.first = len(w.trail.sites)
}

// listFrom leaves out of the listing what happens before a step.
func (w *world) listFrom(step string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trail.from = step
}

// behaves changes how machines that boot from now on behave, until it is lifted.
func (w *world) behaves(as func(machine.Spec) machine.Behavior) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.behave = as
}

// lift ends all faults.
func (w *world) lift() {
	w.mu.Lock()
	w.armed, w.ongoing, w.hidden, w.behave = nil, nil, nil, nil
	w.mu.Unlock()
	w.Cloud.Fabric.Do(func() {
		for _, zone := range fabric.Zones() {
			w.Cloud.EC2.SetCapacity(zone, true)
		}
	})
}

// arn is the ARN of an execution of either machine.
func (w *world) arn(name string) string {
	machine := w.Settings.TeardownMachine
	if strings.HasPrefix(name, "r") {
		machine = w.Settings.ReleaseMachine
	}
	return strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":" + name
}

// release starts a release; its name begins with r.
func (w *world) release(name, input string) {
	if _, err := w.StartRelease(w.ctx, name, input); err != nil {
		w.violate("release " + name + " cannot be started: " + err.Error())
	}
}

// teardown starts a teardown.
func (w *world) teardown(name, input string) {
	if _, err := w.StartTeardown(w.ctx, name, input); err != nil {
		w.violate("teardown " + name + " cannot be started: " + err.Error())
	}
}

// end blocks until the execution has ended, within its patience.
func (w *world) end(name string) stepfunctions.Snapshot {
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	end, err := w.Await(ctx, w.arn(name))
	if err != nil {
		w.violate("execution " + name + " has no end: " + err.Error())
	}
	return end
}

// runs lists the executions of both machines, oldest first.
func (w *world) runs() (all []types.ExecutionListItem) {
	for _, machine := range []string{w.Settings.ReleaseMachine, w.Settings.TeardownMachine} {
		out, err := w.SFN.ListExecutions(w.ctx, &sfn.ListExecutionsInput{StateMachineArn: &machine})
		if err != nil {
			w.violate("executions cannot be listed: " + err.Error())
			continue
		}
		all = append(all, out.Executions...)
	}
	slices.SortStableFunc(all, func(a, b types.ExecutionListItem) int { return a.StartDate.Compare(*b.StartDate) })
	return all
}

// settle blocks until nothing runs, no event is under way and nothing has begun for a while.
func (w *world) settle() {
	const quiet = 4 * time.Minute // longer than Lambda tries an event again
	deadline := time.Now().Add(patience)
	for calm := 0; calm < 2; calm++ {
		for _, run := range w.runs() {
			if run.Status == types.ExecutionStatusRunning {
				calm = 0
				w.end(*run.Name)
			}
		}
		w.mu.Lock()
		if w.pending > 0 {
			calm = 0
		}
		w.mu.Unlock()
		if time.Now().After(deadline) {
			w.violate("the environment does not come to rest")
			return
		}
		time.Sleep(quiet)
	}
}
