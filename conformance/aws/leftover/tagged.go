package leftover

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"photogallery/internal/release"
)

// asked are the kinds of which their own service was asked. Its word goes before the tagging API's,
// which also tells of what was tagged once and is gone.
// https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
var asked = []string{
	"ec2:", "elasticloadbalancing:loadbalancer", "elasticloadbalancing:listener", "elasticloadbalancing:targetgroup", "autoscaling:",
	"cloudwatch:alarm", "cloudwatch:dashboard", "logs:log-group", "scheduler:schedule-group", "states:stateMachine",
	"lambda:function", "dynamodb:table", "iam:role", "iam:instance-profile", "s3:", "cloudformation:stack",
}

// taggedElsewhere asks for all kinds that nothing else here asks for: topics, queues and event rules
// today, and whatever the stack may be given tomorrow.
func (s *sweep) taggedElsewhere(ctx context.Context) error {
	var others []string
	pages := tagging.NewGetResourcesPaginator(s.tags, &tagging.GetResourcesInput{
		TagFilters: []types.TagFilter{{Key: aws.String(release.TagEnvironment), Values: []string{string(s.environment)}}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, found := range page.ResourceTagMappingList {
			if arn := aws.ToString(found.ResourceARN); !isAsked(arn) {
				others = append(others, arn)
			}
		}
	}
	if len(others) == 0 {
		return nil
	}
	deleted, err := s.deleted(ctx)
	for _, arn := range others {
		if deleted[last(arn)] {
			continue
		}
		s.found = append(s.found, Resource{ARN: arn, Remove: s.removal(arn), Doubt: "Only the tagging API tells of it, which may go on for an hour after its end."})
	}
	return err
}

// isAsked looks at the service and the kind: arn:aws:SERVICE:region:account:KIND…
func isAsked(arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return false
	}
	what := parts[2] + ":" + parts[5]
	return slices.ContainsFunc(asked, func(kind string) bool { return strings.HasPrefix(what, kind) })
}

// removal is the command for a kind that only the tagging API tells of.
func (s *sweep) removal(arn string) string {
	name := last(arn)
	switch service := strings.Split(arn, ":")[2]; service {
	case "sns":
		return s.inRegion("aws sns delete-topic --topic-arn " + arn)
	case "sqs":
		return s.inRegion("aws sqs delete-queue --queue-url $(aws sqs get-queue-url --queue-name " + name + " --query QueueUrl --output text)")
	case "events":
		return s.inRegion("aws events remove-targets --rule "+name+" --ids $(aws events list-targets-by-rule --rule "+name+" --query 'Targets[].Id' --output text)",
			"aws events delete-rule --name "+name)
	default:
		return "look for it in the console of " + service + " in " + s.Config.Region
	}
}

// Environments lists those whose names begin with the prefix and of which anything tells: EC2's tags,
// the tagging API or a stack.
func (a Account) Environments(ctx context.Context, prefix string) ([]release.Environment, error) {
	names := map[string]bool{}
	for _, list := range []func(context.Context, string) ([]string, error){a.ofTags, a.ofEC2, a.ofStacks} {
		found, err := list(ctx, prefix)
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			if strings.HasPrefix(name, prefix) {
				names[name] = true
			}
		}
	}
	var environments []release.Environment
	for _, name := range slices.Sorted(maps.Keys(names)) {
		environments = append(environments, release.Environment(name))
	}
	return environments, nil
}

func (a Account) ofTags(ctx context.Context, _ string) (values []string, err error) {
	pages := tagging.NewGetTagValuesPaginator(tagging.NewFromConfig(a.Config), &tagging.GetTagValuesInput{Key: aws.String(release.TagEnvironment)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		values = append(values, page.TagValues...)
	}
	return values, nil
}

func (a Account) ofEC2(ctx context.Context, prefix string) (values []string, err error) {
	pages := ec2.NewDescribeTagsPaginator(ec2.NewFromConfig(a.Config), &ec2.DescribeTagsInput{
		Filters: []ec2types.Filter{filter("key", release.TagEnvironment), filter("value", prefix+"*")},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, tag := range page.Tags {
			values = append(values, aws.ToString(tag.Value))
		}
	}
	return values, nil
}

func (a Account) ofStacks(ctx context.Context, _ string) (names []string, err error) {
	pages := cloudformation.NewDescribeStacksPaginator(cloudformation.NewFromConfig(a.Config), &cloudformation.DescribeStacksInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, stack := range page.Stacks {
			if name, ours := strings.CutPrefix(aws.ToString(stack.StackName), release.Prefix+"-"); ours {
				names = append(names, name)
			}
		}
	}
	return names, nil
}
