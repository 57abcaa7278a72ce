package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/plan"
	"photogallery/release"
)

// The quota of VPCs; that of internet gateways follows it.
// https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
const (
	vpcService = "vpc"
	vpcCode    = "L-F678F1CE"
)

// The name of the quota of state transitions a second, which is lower for new accounts.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const (
	statesService  = "states"
	transitionRate = "StateTransition throttle token refill rate per second"

	transitionsASecond = 10 // of two branches whose steps answer within half a second
)

// quota returns the applied value of this account, or the default if Service Quotas has no other.
func (e *examination) quota(ctx context.Context, service, code string) (int, error) {
	out, err := e.Quotas.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{ServiceCode: &service, QuotaCode: &code})
	if err == nil && out.Quota != nil && out.Quota.Value != nil {
		return int(*out.Quota.Value), nil
	}
	if err != nil && !release.IsNotFound(err) {
		return 0, err
	}
	usual, err := e.Quotas.GetAWSDefaultServiceQuota(ctx, &servicequotas.GetAWSDefaultServiceQuotaInput{ServiceCode: &service, QuotaCode: &code})
	if err != nil {
		return 0, err
	}
	if usual.Quota == nil || usual.Quota.Value == nil {
		return 0, release.Errorf(release.Unexpected, "Service Quotas has no value of %s", code)
	}
	return int(*usual.Quota.Value), nil
}

// askFor returns the command that requests a higher quota. AWS answers in minutes or days.
func (e *examination) askFor(service, code string, value int) string {
	return fmt.Sprintf("`aws service-quotas request-service-quota-increase --service-code %s --quota-code %s --desired-value %d --region %s`", service, code, value, e.Config.Region)
}

// vcpuQuota computes the need as the Plan step of a release does, and also for the largest fleet.
func (e *examination) vcpuQuota(ctx context.Context) Finding {
	if e.vcpus == 0 {
		return Finding{}
	}
	if !plan.IsStandard(e.InstanceType) {
		return well("%s counts against another quota", e.InstanceType).but(Warning, "See that it is enough for %d instances: `aws service-quotas list-service-quotas --service-code ec2`.", plan.Peak(e.MaxSize, e.MaxSize, true))
	}
	limit, err := e.quota(ctx, plan.QuotaService, plan.StandardQuota)
	if err != nil {
		return e.unseen(err)
	}
	others, err := e.vcpusOfOthers(ctx)
	if err != nil {
		return e.unseen(err)
	}
	first, second, largest := plan.Peak(0, e.MinSize, true)*e.vcpus, plan.PeakBlueGreen(e.MinSize, e.MinSize)*e.vcpus, plan.PeakBlueGreen(e.MaxSize, e.MaxSize)*e.vcpus
	rolled, largestRolled := plan.Peak(e.MinSize, e.MinSize, true)*e.vcpus, plan.Peak(e.MaxSize, e.MaxSize, true)*e.vcpus
	f := well("%d vCPUs of Standard instances, of which others use %d; a first release takes %d, a second fleet beside one of %d takes %d, and beside one of %d takes %d; with the strategy rolling it is %d and %d",
		limit, others, first, e.MinSize, second, e.MaxSize, largest, rolled, largestRolled)
	ask := e.askFor(plan.QuotaService, plan.StandardQuota, largest+others)
	switch free := limit - others; {
	case free < rolled:
		return f.but(Failed, "Ask for more with %s, or release with a smaller --min-size.", ask)
	case free < second:
		return f.but(Warning, "A second release would be refused: give it --strategy rolling, ask for more with %s, or release with a smaller --min-size.", ask)
	case free < largest:
		return f.but(Warning, "A second fleet beside one that has grown would be refused: then release with --strategy rolling, ask for more with %s, or release with a smaller --max-size.", ask)
	}
	return f
}

// vcpusOfOthers counts the vCPUs of all On-Demand Standard instances except the stack's own.
func (e *examination) vcpusOfOthers(ctx context.Context) (count int, err error) {
	pages := ec2.NewDescribeInstancesPaginator(e.EC2, &ec2.DescribeInstancesInput{Filters: []types.Filter{
		{Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}},
	}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		for _, reservation := range page.Reservations {
			for _, i := range reservation.Instances {
				own := e.environment != "" && inventory.Tag(i.Tags, release.TagEnvironment) == string(e.environment)
				if !own && i.InstanceLifecycle == "" && plan.IsStandard(string(i.InstanceType)) && i.CpuOptions != nil {
					count += int(aws.ToInt32(i.CpuOptions.CoreCount) * aws.ToInt32(i.CpuOptions.ThreadsPerCore))
				}
			}
		}
	}
	return count, nil
}

// vpcQuota checks the quota for a new stack.
func (e *examination) vpcQuota(ctx context.Context) Finding {
	if e.environment != "" {
		return Finding{}
	}
	limit, err := e.quota(ctx, vpcService, vpcCode)
	if err != nil {
		return e.unseen(err)
	}
	count := 0
	pages := ec2.NewDescribeVpcsPaginator(e.EC2, &ec2.DescribeVpcsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return e.unseen(err)
		}
		count += len(page.Vpcs)
	}
	f := well("%d of %d VPCs in %s are there", count, limit, e.Config.Region)
	if count >= limit {
		return f.but(Failed, "A stack makes one: deploy into one of yours with `-c vpc`, delete one that nothing uses, or ask for more with %s.", e.askFor(vpcService, vpcCode, count+1))
	}
	return f
}

// transitions finds the quota by its name. An execution above the quota waits and does not fail.
func (e *examination) transitions(ctx context.Context) Finding {
	pages := servicequotas.NewListServiceQuotasPaginator(e.Quotas, &servicequotas.ListServiceQuotasInput{ServiceCode: aws.String(statesService)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return e.unseen(err)
		}
		for _, quota := range page.Quotas {
			if !strings.EqualFold(aws.ToString(quota.QuotaName), transitionRate) {
				continue
			}
			rate := int(aws.ToFloat64(quota.Value))
			f := well("%d state transitions a second", rate)
			if rate < transitionsASecond {
				return f.but(Warning, "Releases will be slower, not fail: ask for more with %s.", e.askFor(statesService, aws.ToString(quota.QuotaCode), transitionsASecond))
			}
			return f
		}
	}
	return well("Service Quotas names no limit to state transitions")
}
