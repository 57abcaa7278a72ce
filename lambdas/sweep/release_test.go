package sweep_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/balancer"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/lock"
	"photogallery/lambdas/promote"
	"photogallery/lambdas/records"
	"photogallery/lambdas/scaling"
	"photogallery/lambdas/schedule"
	"photogallery/lambdas/step"
	"photogallery/lambdas/sweep"
	"photogallery/release"
)

// environment takes releases through the steps by hand.
type environment struct{ steptest.Environment }

// inEnvironment gives the test an environment in virtual time. Instances of a release whose name
// begins with "sick" never answer.
func inEnvironment(t *testing.T, test func(e environment)) {
	t.Helper()
	behave := func(spec machine.Spec) machine.Behavior {
		return machine.Behavior{NeverHealthy: strings.HasPrefix(spec.ImageTags[release.TagRelease], "sick")}
	}
	steptest.In(t, behave, func(e steptest.Environment) { test(environment{e}) })
}

func run[Out any](e environment, s step.Step, in any) Out {
	e.Helper()
	return steptest.Run[Out](e.Environment, s, in)
}

// plan returns that of a release with a ttl.
func plan(name string) release.Plan {
	return release.Plan{
		Release: name, Version: name, Digest: release.Token(name), InstanceType: "t4g.small",
		MinSize: 2, MaxSize: 5, TTLSeconds: 24 * 60 * 60, BakeSeconds: 300,
	}
}

func call(name string) step.Call { return step.Call{Execution: "arn:execution:" + name} }

// launchBuilder leaves a builder of the release running.
func (e environment) launchBuilder(name string) (instance string) {
	e.Helper()
	out, err := e.Clients.EC2.RunInstances(e.Context(), &ec2.RunInstancesInput{
		ImageId: aws.String(e.baseImage()), InstanceType: "t4g.small", MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		SubnetId: aws.String(e.Settings.PublicSubnets[0]), SecurityGroupIds: []string{e.Settings.BuilderSecurityGroup},
		IamInstanceProfile: &ec2types.IamInstanceProfileSpecification{Arn: aws.String(e.Settings.BuilderProfile)},
		TagSpecifications: []ec2types.TagSpecification{{
			ResourceType: ec2types.ResourceTypeInstance, Tags: tagsOf(name, release.TagRole, release.RoleBuilder),
		}},
	})
	if err != nil {
		e.Fatal(err)
	}
	return aws.ToString(out.Instances[0].InstanceId)
}

func tagsOf(name string, more ...string) []ec2types.Tag {
	pairs := append([]string{release.TagEnvironment, "main", release.TagRelease, name}, more...)
	var tags []ec2types.Tag
	for pair := range slices.Chunk(pairs, 2) {
		tags = append(tags, ec2types.Tag{Key: aws.String(pair[0]), Value: aws.String(pair[1])})
	}
	return tags
}

// bake makes the release's image and leaves no builder.
func (e environment) bake(name string) (image string) {
	e.Helper()
	builder := e.launchBuilder(name)
	time.Sleep(time.Minute)
	out, err := e.Clients.EC2.CreateImage(e.Context(), &ec2.CreateImageInput{
		InstanceId: aws.String(builder), Name: aws.String("photogallery-main-" + name),
		TagSpecifications: []ec2types.TagSpecification{
			{ResourceType: ec2types.ResourceTypeImage, Tags: tagsOf(name)},
			{ResourceType: ec2types.ResourceTypeSnapshot, Tags: tagsOf(name)},
		},
	})
	if err != nil {
		e.Fatal(err)
	}
	time.Sleep(10 * time.Minute)
	if _, err := e.Clients.EC2.TerminateInstances(e.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{builder}}); err != nil {
		e.Fatal(err)
	}
	time.Sleep(5 * time.Minute)
	return aws.ToString(out.ImageId)
}

// entrance makes the load balancer and its listener.
func (e environment) entrance(name string) balancer.LoadBalancer {
	e.Helper()
	made := run[balancer.LoadBalancer](e, balancer.EnsureLoadBalancer, balancer.EnsureLoadBalancerInput{Call: call(name), Plan: plan(name)})
	run[struct{}](e, balancer.EnsureListener, balancer.EnsureListenerInput{Call: call(name), Plan: plan(name), LoadBalancer: made.ARN})
	for made.State != "active" {
		time.Sleep(10 * time.Second)
		made = run[balancer.LoadBalancer](e, balancer.CheckLoadBalancer, balancer.CheckLoadBalancerInput{
			Call: call(name), Plan: plan(name), LoadBalancer: made.ARN, Deadline: made.Deadline,
		})
	}
	return made
}

func (e environment) template(name, image string) fleet.TemplateVersion {
	e.Helper()
	return run[fleet.TemplateVersion](e, fleet.EnsureTemplate, fleet.EnsureTemplateInput{Call: call(name), Plan: plan(name), Image: image})
}

// made is what a release has made when a test stops it.
type made struct {
	image    string
	entrance balancer.LoadBalancer
	template fleet.TemplateVersion
	fleet    fleet.Fleet
	refresh  fleet.Refresh
}

// first takes a first release up to its group; the group's instances are not awaited.
func (e environment) first(name string) made {
	e.Helper()
	m := made{image: e.bake(name), entrance: e.entrance(name)}
	m.template = e.template(name, m.image)
	m.fleet = run[fleet.Fleet](e, fleet.CreateGroup, fleet.CreateGroupInput{
		Call: call(name), Plan: plan(name), TemplateID: m.template.ID, TemplateVersion: m.template.Version,
	})
	return m
}

// serve takes a first release to its end.
func (e environment) serve(name string) made {
	e.Helper()
	m := e.first(name)
	for !m.fleet.Ready {
		time.Sleep(10 * time.Second)
		m.fleet = run[fleet.Fleet](e, fleet.CheckFleet, fleet.CheckFleetInput{Call: call(name), Plan: plan(name), Deadline: m.fleet.Deadline})
	}
	e.verify(name, m)
	e.finish(name, m)
	return m
}

func (e environment) verify(name string, m made) {
	e.Helper()
	in := balancer.VerifyInput{
		Call: call(name), Plan: plan(name), LoadBalancer: m.entrance.ARN, URL: m.entrance.URL, Host: m.entrance.Host,
		TemplateVersion: m.template.Version, Deadline: time.Now().Add(e.Settings.Timings.Verify),
	}
	for !run[balancer.Verdict](e, balancer.Verify, in).Verified {
		time.Sleep(5 * time.Second)
	}
}

// roll takes a release on a running group up to a started refresh.
func (e environment) roll(name string) made {
	e.Helper()
	m := made{image: e.bake(name), entrance: e.entrance(name)}
	m.template = e.template(name, m.image)
	guard := run[scaling.Guard](e, scaling.GuardRefresh, scaling.GuardRefreshInput{Call: call(name), Plan: plan(name), LoadBalancer: m.entrance.ARN})
	m.refresh = run[fleet.Refresh](e, fleet.StartRefresh, fleet.StartRefreshInput{
		Call: call(name), Plan: plan(name), TemplateID: m.template.ID, TemplateVersion: m.template.Version, Alarms: guard.Alarms,
	})
	return m
}

// awaitRefresh waits until the refresh has the status.
func (e environment) awaitRefresh(name string, m made, status string) {
	e.Helper()
	for m.refresh.Status != status {
		time.Sleep(15 * time.Second)
		m.refresh = run[fleet.Refresh](e, fleet.CheckRefresh, fleet.CheckRefreshInput{
			Call: call(name), Plan: plan(name), Refresh: m.refresh.Refresh, Deadline: m.refresh.Deadline,
		})
	}
}

// scale takes the release from its verified fleet to its promotion.
func (e environment) scale(name string, m made) {
	e.Helper()
	run[struct{}](e, scaling.EnsureScaling, scaling.EnsureScalingInput{Call: call(name), Plan: plan(name), LoadBalancer: m.entrance.ARN})
	run[schedule.Scheduled](e, schedule.ScheduleTeardown, schedule.Input{Call: call(name), Plan: plan(name)})
}

// finish scales the group, locks the environment, promotes, retires and unlocks.
func (e environment) finish(name string, m made) {
	e.Helper()
	e.scale(name, m)
	run[lock.Output](e, lock.Lock, lock.Input{Call: call(name), Release: name})
	run[release.Current](e, promote.Promote, promote.Input{Call: call(name), Plan: plan(name), Image: m.image, TemplateVersion: m.template.Version})
	run[promote.Retired](e, promote.Retire, promote.RetireInput{Call: call(name), Plan: plan(name)})
	run[map[string]any](e, lock.Unlock, call(name))
}

func (e environment) baseImage() string {
	e.Helper()
	out, err := e.Clients.SSM.GetParameter(e.Context(), baseImageParameter(e.Settings))
	if err != nil {
		e.Fatal(err)
	}
	return aws.ToString(out.Parameter.Value)
}

// undo runs rounds of Undo until it is done.
func (e environment) undo(releases ...string) {
	e.Helper()
	e.undoing(releases, func() {})
}

// undoing looks after each round.
func (e environment) undoing(releases []string, look func()) {
	e.Helper()
	var deadline any = ""
	for {
		out := run[sweep.Progress](e, sweep.Undo, map[string]any{"execution": "arn:undo", "releases": releases, "deadline": deadline})
		if out.Done {
			return
		}
		look()
		deadline = out.Deadline
		time.Sleep(10 * time.Second)
	}
}

// tearDown runs the stages of a teardown as the state machine does.
func (e environment) tearDown(request release.Teardown) {
	e.Helper()
	deadline := time.Now().Add(e.Settings.Timings.Sweep)
	for _, stage := range sweep.Order {
		in := sweep.Input{Call: call("teardown"), Plan: request, Stage: stage.Name, Deadline: deadline}
		for !run[sweep.Progress](e, sweep.Sweep, in).Done {
			time.Sleep(10 * time.Second)
		}
	}
}

func (e environment) listed(request release.Teardown) []inventory.Resource {
	e.Helper()
	return run[sweep.Listed](e, sweep.ListResources, sweep.ListInput{Call: call("teardown"), Plan: request}).Resources
}

// kept lists what a dry run says that a teardown keeps.
func (e environment) kept(request release.Teardown) []inventory.Resource {
	e.Helper()
	return run[sweep.Listed](e, sweep.ListResources, sweep.ListInput{Call: call("teardown"), Plan: request}).Kept
}

var wholeEnvironment = release.Teardown{Scope: release.ScopeEnvironment, Images: release.DeleteImages, Interrupt: true}

// count returns how many resources of each kind the environment has.
func (e environment) count() map[string]int {
	e.Helper()
	count := map[string]int{}
	for _, resource := range e.listed(wholeEnvironment) {
		count[resource.Kind]++
	}
	return count
}

// wantOnly fails unless the environment has exactly these many of each kind.
func (e environment) wantOnly(want map[string]int) {
	e.Helper()
	if got := e.count(); !maps.Equal(got, want) {
		e.Errorf("there are %v, want %v: %v", got, want, e.listed(wholeEnvironment))
	}
}

func (e environment) recorded() release.Current {
	e.Helper()
	recorded, err := records.ReadCurrent(e.Context(), e.Clients.DynamoDB, e.Settings.Table)
	if err != nil {
		e.Fatal(err)
	}
	return recorded
}
