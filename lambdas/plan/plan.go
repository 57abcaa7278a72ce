// Package plan holds the step that turns a request into a plan. It asks everything that could make
// the release fail later, and touches nothing.
package plan

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

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
		step.Unbound("ec2:DescribeImages"),
		step.Unbound("ec2:DescribeSubnets"),
		step.Unbound("ec2:DescribeInstanceTypeOfferings"),
		step.Unbound("ec2:DescribeInstanceTypes"),
		step.Unbound("ec2:GetEbsDefaultKmsKeyId"),
		step.Unbound("autoscaling:DescribeAutoScalingGroups"),
		step.Unbound("servicequotas:GetServiceQuota"),
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, Input) (release.Plan, error) {
	return planner{clients.DynamoDB, clients.S3, clients.EC2, clients.AutoScaling, clients.Quotas, clients.EC2.Options().Region, settings}.run
})

// Input is what Plan is given.
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
	ec2.DescribeSubnetsAPIClient
	ec2.DescribeInstanceTypeOfferingsAPIClient
	ec2.DescribeInstanceTypesAPIClient
	GetEbsDefaultKmsKeyId(context.Context, *ec2.GetEbsDefaultKmsKeyIdInput, ...func(*ec2.Options)) (*ec2.GetEbsDefaultKmsKeyIdOutput, error)
}

type quotaAPI interface {
	GetServiceQuota(context.Context, *servicequotas.GetServiceQuotaInput, ...func(*servicequotas.Options)) (*servicequotas.GetServiceQuotaOutput, error)
}

type planner struct {
	table    records.Reader
	objects  objectAPI
	ec2      ec2API
	groups   autoscaling.DescribeAutoScalingGroupsAPIClient
	quotas   quotaAPI
	region   string
	settings step.Settings
}

// draft is a plan in the making, with what one question found out for a later one.
type draft struct {
	plan    release.Plan
	request release.Request
	serving release.Current
	vcpus   int  // of one instance, or 0 if the type is no good
	bakes   bool // a builder will run
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
	d := draft{request: request, serving: serving, plan: release.Plan{
		Release: in.Release, Rebake: request.Rebake, Wait: request.Wait,
		Desired:    request.Desired,
		TTLSeconds: int64(request.Lifetime() / time.Second), TeardownAt: teardownAt(request, serving),
	}}
	var problems []error
	for _, question := range []func(context.Context, *draft) error{plainName, sizes, p.content, p.ebsKey, p.instanceType, p.quota} {
		err := question(ctx, &d)
		if err != nil && !isProblem(err) {
			return release.Plan{}, err
		}
		problems = append(problems, err)
	}
	return d.plan, release.Join(problems...)
}

// plainName refuses an execution's name that Step Functions takes and the rest does not: EC2 holds
// descriptions to ASCII, and the builder, which names its release in its report, drops the rest.
func plainName(_ context.Context, d *draft) error {
	isPlain := func(r rune) bool { return r > ' ' && r < unicode.MaxASCII }
	if name := d.plan.Release; name == "" || strings.TrimFunc(name, isPlain) != "" {
		return release.Errorf(release.InvalidRequest, "the execution is named %q, and a release is named after its execution; start one with a name of ASCII characters, or with none", name)
	}
	return nil
}

// sizes leaves those that the request does not name as the release before left them.
func sizes(_ context.Context, d *draft) (err error) {
	d.plan.MinSize, d.plan.MaxSize, err = d.request.Sizes(d.serving)
	return err
}

// teardownAt returns the end that a former release was given, unless the request gives another or
// that end has passed: then the teardown has come, or nothing served that it could end.
func teardownAt(request release.Request, former release.Current) string {
	at, err := time.Parse(time.RFC3339, former.TeardownAt)
	if err != nil || request.TTL != "" || !at.After(time.Now()) {
		return ""
	}
	return former.TeardownAt
}

// isProblem tells what is wrong with the request from what was wrong with asking: the former is
// collected, the latter ends the step, to be tried again where that helps.
func isProblem(err error) bool {
	switch release.CodeOf(err) {
	case release.InvalidRequest, release.ImageNotFound, release.QuotaExceeded:
		return true
	}
	return false
}
