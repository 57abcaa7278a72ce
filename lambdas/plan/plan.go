// Package plan holds the step that turns a request into a plan. It checks everything that could
// make the release fail later, and changes nothing.
package plan

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"photogallery/lambdas/image"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Plan checks a release's request against the account and fills in its defaults.
var Plan = step.Define(step.Step{
	Name:     "Plan",
	Summary:  "Check the whole request and fill in its defaults; nothing is touched.",
	Timeout:  60 * time.Second,
	MemoryMB: 128,

	DefaultBundle: true,
	Operations: []step.Operation{
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		{Name: "s3:HeadObject", Scope: step.StackBucket},
		{Name: "ssm:GetParameter", Scope: step.PublicParameter},
		step.Unbound("ec2:DescribeImages"),
		step.Unbound("ec2:DescribeInstances"),
		step.Unbound("ec2:DescribeSubnets"),
		step.Unbound("ec2:DescribeInstanceTypeOfferings"),
		step.Unbound("ec2:DescribeInstanceTypes"),
		step.Unbound("ec2:GetEbsDefaultKmsKeyId"),
		step.Unbound("autoscaling:DescribeAutoScalingGroups"),
		step.Unbound("elasticloadbalancing:DescribeLoadBalancers"),
		step.Unbound("servicequotas:GetServiceQuota"),
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, Input) (release.Plan, error) {
	return planner{clients.DynamoDB, clients.S3, clients.SSM, clients.EC2, clients.AutoScaling, clients.ELB, clients.Quotas, clients.EC2.Options().Region, settings}.run
})

// Input is the input of Plan.
type Input struct {
	step.Call
	Release string          `json:"release"` // the execution's name
	Request json.RawMessage `json:"request"`
}

type objectAPI interface {
	HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error)
}

type ec2API interface {
	ec2.DescribeImagesAPIClient
	ec2.DescribeInstancesAPIClient
	ec2.DescribeSubnetsAPIClient
	ec2.DescribeInstanceTypeOfferingsAPIClient
	ec2.DescribeInstanceTypesAPIClient
	GetEbsDefaultKmsKeyId(context.Context, *ec2.GetEbsDefaultKmsKeyIdInput, ...func(*ec2.Options)) (*ec2.GetEbsDefaultKmsKeyIdOutput, error)
}

type quotaAPI interface {
	GetServiceQuota(context.Context, *servicequotas.GetServiceQuotaInput, ...func(*servicequotas.Options)) (*servicequotas.GetServiceQuotaOutput, error)
}

type planner struct {
	table      records.Reader
	objects    objectAPI
	parameters image.ParameterAPI
	ec2        ec2API
	groups     autoscaling.DescribeAutoScalingGroupsAPIClient
	entrance   elb.DescribeLoadBalancersAPIClient
	quotas     quotaAPI
	region     string
	settings   step.Settings
}

// draft is an unfinished plan, with results that later checks use.
type draft struct {
	plan    release.Plan
	request release.Request
	serving release.Current
	image   *types.Image // that is released, or nil if none is known
	vcpus   int          // of one instance, or 0 if the type is not usable
	bakes   bool         // whether a builder will run
	others  int          // instances that the rest of the region may run; only in a lab

	unstored bool // whether the bundle has yet to be stored, which a dry run leaves
}

func (p planner) run(ctx context.Context, in Input) (release.Plan, error) {
	request, err := release.ParseRequest(in.Request)
	if err != nil {
		return release.Plan{}, err
	}
	serving, err := records.ReadCurrent(ctx, p.table, p.settings.Table)
	if err != nil {
		return release.Plan{}, err
	}
	if request.Run != "" {
		return p.planRun(ctx, in.Release, request, serving)
	}
	if request.RebakeIfNewer {
		why, err := p.upToDate(ctx, serving)
		if err != nil || why != "" {
			return release.Plan{Release: in.Release, Unchanged: why, Note: "nothing to do: " + why}, err
		}
	}
	return p.plan(ctx, in.Release, request.As(serving, in.Request), serving)
}

func (p planner) plan(ctx context.Context, name string, request release.Request, serving release.Current) (release.Plan, error) {
	d := draft{request: request, serving: serving, plan: release.Plan{
		Release: name, Rebake: request.Rebake || request.RebakeIfNewer, Wait: request.Wait, DryRun: request.DryRun,
		By: request.By, Commit: request.Commit,
		Desired:    request.Desired,
		TTLSeconds: int64(request.Lifetime() / time.Second),
		Strategy:   request.Strategy, Traffic: request.Percentages(),
		HoldSeconds: int(request.HoldTime() / time.Second), BakeSeconds: int(request.Bake() / time.Second),
		Approval: request.Approval, ApprovalSeconds: int(request.ApprovalTime() / time.Second), ApprovalWait: step.Pause(int(request.ApprovalTime() / time.Second)),
	}}
	err := d.ask(ctx, p.budget, plainName, p.sizes, p.ends, p.appSettings, p.content, rollingNeeds, p.ebsKey, p.instanceType, p.priced, p.lab, p.quota)
	d.plan.Note = d.plan.Summary()
	if err != nil || !request.DryRun {
		return d.plan, err
	}
	forecast, err := p.forecast(ctx, d)
	d.plan.Forecast = forecast
	return d.plan, err
}

// ask asks all questions and returns their problems together, or the first error of another kind.
func (d *draft) ask(ctx context.Context, questions ...func(context.Context, *draft) error) error {
	var problems []error
	for _, question := range questions {
		err := question(ctx, d)
		if err != nil && !isProblem(err) {
			return err
		}
		problems = append(problems, err)
	}
	return release.Join(problems...)
}

// plainName refuses execution names that Step Functions accepts and others do not: EC2 limits
// descriptions to ASCII, and the builder, which names its release in its report, drops the rest.
func plainName(_ context.Context, d *draft) error {
	isPlain := func(r rune) bool { return r > ' ' && r < unicode.MaxASCII }
	if name := d.plan.Release; name == "" || strings.TrimFunc(name, isPlain) != "" {
		return release.Errorf(release.InvalidRequest, "the execution is named %q, and a release is named after its execution; start one with a name of ASCII characters, or with none", name)
	}
	return nil
}

// sizes keeps the former release's sizes unless the request names others, and so with scheduled ones.
func (p planner) sizes(ctx context.Context, d *draft) (err error) {
	d.plan.Timetable = d.request.Timetable(d.serving)
	request := d.request
	if p.settings.Lab {
		if d.others, err = Others(ctx, p.ec2, p.groups, p.settings.Environment); err != nil {
			return err
		}
		request.MaxSize = cmp.Or(request.MaxSize, d.serving.MaxSize, LabMaxSize(request, d.others))
	}
	d.plan.MinSize, d.plan.MaxSize, err = request.UsualBounds(d.serving)
	return err
}

// ends decides when the environment is torn down: the request says it, or the former release's end
// stays, unless that time has passed: then the teardown has run, or there was nothing to tear down. In
// a lab there is always an end unless the request wants none.
func (p planner) ends(_ context.Context, d *draft) (err error) {
	now := time.Now()
	if d.request.SessionEnds != "" || d.request.TTL != "" {
		d.plan.TeardownAt, err = d.request.TeardownAt(now)
		return err
	}
	at, err := time.Parse(time.RFC3339, d.serving.TeardownAt)
	switch {
	case err == nil && at.After(now):
		d.plan.TeardownAt = d.serving.TeardownAt
	case p.settings.Lab:
		d.plan.TeardownAt = now.Add(release.LabTTL).UTC().Format(time.RFC3339)
	}
	return nil
}

// isProblem reports whether an error is a problem of the request. Such problems are collected. Any
// other error comes from the lookup itself, and ends the step so that it can be retried.
func isProblem(err error) bool {
	switch release.CodeOf(err) {
	case release.InvalidRequest, release.ImageNotFound, release.QuotaExceeded, release.BudgetUsedUp:
		return true
	}
	return false
}
