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

// timeLimit is how long a scenario with a fault may take. It is longer than the time-out of a
// release and of the teardown after it.
const timeLimit = 14 * time.Hour

// environment is one environment in virtual time. It intercepts every invocation, call and event,
// and injects faults into them.
type environment struct {
	*stack.Stack
	ctx      context.Context
	declared map[string]map[string]bool // operations by step
	began    time.Time                  // when the scenario began, after its setup

	mu         sync.Mutex
	trace      *trace
	armed      []*injection
	outages    []outage
	hidden     []hidden
	behave     func(machine.Spec) machine.Behavior
	stopped    map[string]bool // executions that a fault ended
	lost       map[string]bool // executions whose end reaches no rule
	pending    int             // events being delivered
	shifts     []shift
	ended      []life
	digests    map[string]string // the settings of each instance of a fleet
	violations []string
}

// variant is what a planted bug changes. The zero value is the shipped system.
type variant struct {
	steps             []step.Step
	release, teardown []byte

	sleepAfter    time.Duration // the scenario's
	budget        float64       // the scenario's
	graceIsHealth bool          // refreshes count an instance in its grace period as healthy; AWS does not say
	lab           bool          // the limits of a Learner Lab hold
}

// newEnvironment deploys an environment. The caller closes it.
func newEnvironment(ctx context.Context, as variant) (*environment, error) {
	env := &environment{ctx: ctx, trace: newTrace(), stopped: map[string]bool{}, lost: map[string]bool{}, declared: declarations(as.steps)}
	s, err := stack.New(stack.Options{
		Environment: "main", Kind: machine.NewSimulated(env.behavior), Random: func() float64 { return 0.5 },
		Steps: as.steps, Release: as.release, Teardown: as.teardown, Around: env.wrap, SleepAfter: as.sleepAfter, Budget: as.budget, Lab: as.lab,
	})
	if err != nil {
		return nil, err
	}
	env.Stack = s
	s.Cloud.Fabric.Do(func() {
		s.Cloud.AutoScaling.SetGraceIsHealth(as.graceIsHealth)
		if as.lab {
			s.Cloud.EC2.OnState(func(string, string) { env.checkLab() })
		}
	})
	s.Cloud.Fabric.Intercept(env.intercept)
	s.Cloud.Fabric.Deliver(env.deliver)
	return env, nil
}

// prefixes maps the SDK's service IDs to IAM prefixes.
var prefixes = map[string]string{
	"Auto Scaling": "autoscaling", "CloudWatch": "cloudwatch", "DynamoDB": "dynamodb", "EC2": "ec2",
	"EventBridge": "events", "Elastic Load Balancing v2": "elasticloadbalancing", "S3": "s3", "SFN": "states", "SSM": "ssm",
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

// violate records the violation of an invariant.
func (env *environment) violate(sentence string) {
	env.mu.Lock()
	defer env.mu.Unlock()
	if !slices.Contains(env.violations, sentence) {
		env.violations = append(env.violations, sentence)
	}
}

func (env *environment) behavior(spec machine.Spec) machine.Behavior {
	env.noteSettings(spec)
	env.writeSBOM(spec)
	if behave := env.rulesMachines(); behave != nil {
		return behave(spec)
	}
	return machine.Behavior{}
}

// rulesMachines returns the fault that rules how machines behave, or nil when faults have ended.
func (env *environment) rulesMachines() func(machine.Spec) machine.Behavior {
	env.mu.Lock()
	defer env.mu.Unlock()
	return env.behave
}

// deliver intercepts the delivery of an event to a rule's target.
func (env *environment) deliver(e fabric.Event, arrive func()) {
	detail := detailOf(e)
	env.mu.Lock()
	drop := e.Source == stepfunctions.StatusChangeSource && env.lost[detail.Name]
	env.pending++
	env.mu.Unlock()
	defer func() {
		env.mu.Lock()
		defer env.mu.Unlock()
		env.pending--
	}()
	if drop {
		return
	}
	if at := env.inject(event, "", e.DetailType, detail.State+detail.Status); at != nil {
		at.fault.event(env, arrive)
		return
	}
	arrive()
}

type eventDetail struct {
	Name   string `json:"name"`   // of an execution
	Status string `json:"status"` // of an execution or a build
	State  string `json:"state"`  // of an instance
}

func detailOf(e fabric.Event) (detail eventDetail) {
	_ = json.Unmarshal(e.Detail, &detail) // an absent field stays empty
	return detail
}

// injection is a fault at a point.
type injection struct {
	fault fault
	at    point
	done  bool
}

// inject returns the injection for a call or event, or nil if there is none.
func (env *environment) inject(kind kind, run, step, operation string) *injection {
	env.mu.Lock()
	defer env.mu.Unlock()
	at := env.trace.add(kind, stableName(run), step, operation)
	for _, one := range env.armed {
		if !one.done && one.at == at {
			one.done = true
			return one
		}
	}
	return nil
}

// stableName returns a name that is the same in every repetition. EventBridge Scheduler gives
// executions random names.
func stableName(run string) string {
	if uuid.Validate(run) == nil {
		return "scheduled"
	}
	return run
}

// arm starts the scenario after its setup: from now on points are recorded and faults injected.
func (env *environment) arm(injections ...*injection) {
	env.mu.Lock()
	defer env.mu.Unlock()
	env.began, env.trace, env.armed = time.Now(), newTrace(), injections
}

// listFromHere drops the points so far from the listing. Another scenario covers them.
func (env *environment) listFromHere() {
	env.mu.Lock()
	defer env.mu.Unlock()
	env.trace.first = len(env.trace.points)
}

// listFrom drops the points before a step from the listing.
func (env *environment) listFrom(step string) {
	env.mu.Lock()
	defer env.mu.Unlock()
	env.trace.from = step
}

// listOnly drops the points of other steps from the listing.
func (env *environment) listOnly(step string) {
	env.mu.Lock()
	defer env.mu.Unlock()
	env.trace.only = step
}

// setBehavior sets the behavior of machines that boot from now on, until endFaults.
func (env *environment) setBehavior(as func(machine.Spec) machine.Behavior) {
	env.mu.Lock()
	defer env.mu.Unlock()
	env.behave = as
}

// endFaults ends all faults.
func (env *environment) endFaults() {
	env.mu.Lock()
	env.armed, env.outages, env.hidden, env.behave = nil, nil, nil, nil
	env.mu.Unlock()
	env.Cloud.Fabric.Do(func() {
		env.Cloud.ELB.SetTraffic(0)
		for _, zone := range fabric.Zones() {
			env.Cloud.EC2.SetCapacity(zone, true)
		}
	})
}

// arn returns the ARN of an execution of either machine.
func (env *environment) arn(name string) string {
	machine := env.Settings.TeardownMachine
	if isRelease(name) {
		machine = env.Settings.ReleaseMachine
	}
	return strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":" + name
}

// release starts a release. Its name must begin with r.
func (env *environment) release(name, input string) {
	if _, err := env.StartRelease(env.ctx, name, input); err != nil {
		env.violate("release " + name + " cannot be started: " + err.Error())
	}
}

// teardown starts a teardown.
func (env *environment) teardown(name, input string) {
	if _, err := env.StartTeardown(env.ctx, name, input); err != nil {
		env.violate("teardown " + name + " cannot be started: " + err.Error())
	}
}

// awaitEnd blocks until the execution has ended or timeLimit has passed.
func (env *environment) awaitEnd(name string) stepfunctions.Snapshot {
	ctx, cancel := context.WithTimeout(env.ctx, timeLimit)
	defer cancel()
	end, err := env.Await(ctx, env.arn(name))
	if err != nil {
		env.violate("execution " + name + " does not end: " + err.Error())
	}
	return end
}

// executions lists the executions of both machines, oldest first.
func (env *environment) executions() (all []types.ExecutionListItem) {
	for _, machine := range []string{env.Settings.ReleaseMachine, env.Settings.TeardownMachine} {
		out, err := env.SFN.ListExecutions(env.ctx, &sfn.ListExecutionsInput{StateMachineArn: &machine})
		if err != nil {
			env.violate("executions cannot be listed: " + err.Error())
			continue
		}
		all = append(all, out.Executions...)
	}
	slices.SortStableFunc(all, func(a, b types.ExecutionListItem) int { return a.StartDate.Compare(*b.StartDate) })
	return all
}

// settle blocks until nothing runs, no event is being delivered and nothing has started for a
// while.
func (env *environment) settle() {
	const quiet = 4 * time.Minute // longer than Lambda's retries of an event
	deadline := time.Now().Add(timeLimit)
	for calm := 0; calm < 2; calm++ {
		for _, run := range env.executions() {
			if run.Status == types.ExecutionStatusRunning {
				calm = 0
				env.awaitEnd(*run.Name)
			}
		}
		env.mu.Lock()
		if env.pending > 0 {
			calm = 0
		}
		env.mu.Unlock()
		if time.Now().After(deadline) {
			env.violate("the environment does not settle")
			return
		}
		time.Sleep(quiet)
	}
}
