package grade

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"photogallery/internal/awsstack"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// reader fills a snapshot.
type reader struct {
	step.Clients
	*Snapshot
}

// calls holds every call that reads an account, in their order: some take what an earlier one has found.
var calls = []struct {
	operation Operation
	read      func(*reader, context.Context) error
}{
	{describeVPCs, (*reader).vpcs}, {describeSubnets, (*reader).subnets}, {describeGateways, (*reader).gateways}, {describeRoutes, (*reader).routes},
	{describeSecurityGroups, (*reader).securityGroups}, {describeInstances, (*reader).instances}, {describeImages, (*reader).images},
	{describeSnapshots, (*reader).snapshots}, {describeVolumes, (*reader).volumes}, {describeAddresses, (*reader).addresses},
	{describeTemplates, (*reader).templates}, {describeVersions, (*reader).versions},
	{describeBalancers, (*reader).balancers}, {describeListeners, (*reader).listeners}, {describeTargetGroups, (*reader).targetGroups}, {describeTargetHealth, (*reader).health},
	{describeGroups, (*reader).groups}, {describePolicies, (*reader).policies}, {describeActivities, (*reader).activities}, {describeAlarms, (*reader).alarms},
}

// Read reads an account. web requests the home page of each load balancer. A call that AWS refuses is in
// Refused; the error, a release.Error, is about credentials that are good for nothing and about AWS not
// answering.
func Read(ctx context.Context, config aws.Config, web step.Doer) (*Snapshot, error) {
	// It needs no permission. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
	caller, err := sts.NewFromConfig(config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, explain(err, config.Region, "ExpiredToken", "ExpiredTokenException")
	}
	r := &reader{step.NewClients(config, web), &Snapshot{
		Account: aws.ToString(caller.Account), Caller: aws.ToString(caller.Arn), Region: config.Region, At: time.Now(), Refused: map[Operation]*release.Error{},
	}}
	for _, call := range calls {
		if err := call.read(r, ctx); err != nil {
			if err := explain(err, config.Region, "ExpiredToken", "ExpiredTokenException", "RequestExpired"); ctx.Err() != nil || errors.Is(err, errExpired) {
				return nil, err
			}
			r.Refused[call.operation] = release.Classify(awsstack.Explain(err, config.Region))
		}
	}
	r.readPages(ctx)
	return r.Snapshot, ctx.Err()
}

var errExpired = errors.New("the credentials are no longer good")

// explain words an error for people. Credentials with one of the codes, or of a lab that has ended, are
// expired. RequestExpired is one where the clock is known to be right.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
func explain(err error, region string, codes ...string) error {
	var refused smithy.APIError
	if !errors.As(err, &refused) || !slices.Contains(codes, refused.ErrorCode()) && !awsstack.IsLabEnded(err) {
		return awsstack.Explain(err, region)
	}
	return release.Errorf(release.AccessDenied, "%w: start the lab again and copy its new ones into the profile; outside a lab, sign in again", errExpired)
}

type paginator[Out, Options any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*Options)) (*Out, error)
}

// most is more pages than any account of a lesson has. Six weeks of activities may have more.
const most = 100

func each[Out, Options any](ctx context.Context, pages paginator[Out, Options], take func(*Out)) error {
	for n := 0; n < most && pages.HasMorePages(); n++ {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		take(page)
	}
	return nil
}

func (r *reader) vpcs(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeVpcsPaginator(r.EC2, &ec2.DescribeVpcsInput{}), func(o *ec2.DescribeVpcsOutput) { r.VPCs = append(r.VPCs, o.Vpcs...) })
}

func (r *reader) subnets(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeSubnetsPaginator(r.EC2, &ec2.DescribeSubnetsInput{}), func(o *ec2.DescribeSubnetsOutput) { r.Subnets = append(r.Subnets, o.Subnets...) })
}

func (r *reader) gateways(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeInternetGatewaysPaginator(r.EC2, &ec2.DescribeInternetGatewaysInput{}), func(o *ec2.DescribeInternetGatewaysOutput) {
		r.Gateways = append(r.Gateways, o.InternetGateways...)
	})
}

func (r *reader) routes(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeRouteTablesPaginator(r.EC2, &ec2.DescribeRouteTablesInput{}), func(o *ec2.DescribeRouteTablesOutput) {
		r.Routes = append(r.Routes, o.RouteTables...)
	})
}

func (r *reader) securityGroups(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeSecurityGroupsPaginator(r.EC2, &ec2.DescribeSecurityGroupsInput{}), func(o *ec2.DescribeSecurityGroupsOutput) {
		r.SecurityGroups = append(r.SecurityGroups, o.SecurityGroups...)
	})
}

func (r *reader) instances(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeInstancesPaginator(r.EC2, &ec2.DescribeInstancesInput{}), func(o *ec2.DescribeInstancesOutput) {
		for _, reservation := range o.Reservations {
			r.Instances = append(r.Instances, reservation.Instances...)
		}
	})
}

var own = []string{"self"}

func (r *reader) images(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeImagesPaginator(r.EC2, &ec2.DescribeImagesInput{Owners: own}), func(o *ec2.DescribeImagesOutput) { r.Images = append(r.Images, o.Images...) })
}

func (r *reader) snapshots(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeSnapshotsPaginator(r.EC2, &ec2.DescribeSnapshotsInput{OwnerIds: own}), func(o *ec2.DescribeSnapshotsOutput) {
		r.Snapshots = append(r.Snapshots, o.Snapshots...)
	})
}

func (r *reader) volumes(ctx context.Context) error {
	in := &ec2.DescribeVolumesInput{Filters: []ec2types.Filter{{Name: aws.String("status"), Values: []string{"available"}}}}
	return each(ctx, ec2.NewDescribeVolumesPaginator(r.EC2, in), func(o *ec2.DescribeVolumesOutput) { r.Volumes = append(r.Volumes, o.Volumes...) })
}

func (r *reader) addresses(ctx context.Context) error {
	out, err := r.EC2.DescribeAddresses(ctx, &ec2.DescribeAddressesInput{}) // has no pages
	if err == nil {
		r.Addresses = out.Addresses
	}
	return err
}

func (r *reader) templates(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeLaunchTemplatesPaginator(r.EC2, &ec2.DescribeLaunchTemplatesInput{}), func(o *ec2.DescribeLaunchTemplatesOutput) {
		r.Templates = append(r.Templates, o.LaunchTemplates...)
	})
}

func (r *reader) versions(ctx context.Context) error {
	for _, template := range r.Templates {
		in := &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: template.LaunchTemplateId}
		err := each(ctx, ec2.NewDescribeLaunchTemplateVersionsPaginator(r.EC2, in), func(o *ec2.DescribeLaunchTemplateVersionsOutput) {
			r.Versions = append(r.Versions, o.LaunchTemplateVersions...)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) balancers(ctx context.Context) error {
	return each(ctx, elb.NewDescribeLoadBalancersPaginator(r.ELB, &elb.DescribeLoadBalancersInput{}), func(o *elb.DescribeLoadBalancersOutput) {
		r.Balancers = append(r.Balancers, o.LoadBalancers...)
	})
}

func (r *reader) listeners(ctx context.Context) error {
	for _, balancer := range r.Balancers {
		in := &elb.DescribeListenersInput{LoadBalancerArn: balancer.LoadBalancerArn}
		err := each(ctx, elb.NewDescribeListenersPaginator(r.ELB, in), func(o *elb.DescribeListenersOutput) { r.Listeners = append(r.Listeners, o.Listeners...) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) targetGroups(ctx context.Context) error {
	return each(ctx, elb.NewDescribeTargetGroupsPaginator(r.ELB, &elb.DescribeTargetGroupsInput{}), func(o *elb.DescribeTargetGroupsOutput) {
		r.TargetGroups = append(r.TargetGroups, o.TargetGroups...)
	})
}

func (r *reader) health(ctx context.Context) error {
	r.Health = map[string][]elbHealth{}
	for _, group := range r.TargetGroups {
		out, err := r.ELB.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: group.TargetGroupArn}) // has no pages
		if err != nil {
			return err
		}
		r.Health[aws.ToString(group.TargetGroupArn)] = out.TargetHealthDescriptions
	}
	return nil
}

func (r *reader) groups(ctx context.Context) error {
	return each(ctx, autoscaling.NewDescribeAutoScalingGroupsPaginator(r.AutoScaling, &autoscaling.DescribeAutoScalingGroupsInput{}), func(o *autoscaling.DescribeAutoScalingGroupsOutput) {
		r.Groups = append(r.Groups, o.AutoScalingGroups...)
	})
}

func (r *reader) policies(ctx context.Context) error {
	return each(ctx, autoscaling.NewDescribePoliciesPaginator(r.AutoScaling, &autoscaling.DescribePoliciesInput{}), func(o *autoscaling.DescribePoliciesOutput) {
		r.Policies = append(r.Policies, o.ScalingPolicies...)
	})
}

func (r *reader) activities(ctx context.Context) error {
	return each(ctx, autoscaling.NewDescribeScalingActivitiesPaginator(r.AutoScaling, &autoscaling.DescribeScalingActivitiesInput{}), func(o *autoscaling.DescribeScalingActivitiesOutput) {
		r.Activities = append(r.Activities, o.Activities...)
	})
}

func (r *reader) alarms(ctx context.Context) error {
	return each(ctx, cloudwatch.NewDescribeAlarmsPaginator(r.CloudWatch, &cloudwatch.DescribeAlarmsInput{}), func(o *cloudwatch.DescribeAlarmsOutput) {
		r.Alarms = append(r.Alarms, o.MetricAlarms...)
	})
}
