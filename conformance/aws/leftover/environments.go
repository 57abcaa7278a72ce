package leftover

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"photogallery/release"
)

// Environments lists the environments whose names begin with the prefix, from EC2's tags, the
// tagging API and stacks.
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
	err = each(ctx, pages, func(page *tagging.GetTagValuesOutput) { values = append(values, page.TagValues...) })
	return values, err
}

func (a Account) ofEC2(ctx context.Context, prefix string) (values []string, err error) {
	pages := ec2.NewDescribeTagsPaginator(ec2.NewFromConfig(a.Config), &ec2.DescribeTagsInput{
		Filters: []types.Filter{filter("key", release.TagEnvironment), filter("value", prefix+"*")},
	})
	err = each(ctx, pages, func(page *ec2.DescribeTagsOutput) {
		for _, tag := range page.Tags {
			values = append(values, aws.ToString(tag.Value))
		}
	})
	return values, err
}

func (a Account) ofStacks(ctx context.Context, _ string) (names []string, err error) {
	pages := cloudformation.NewDescribeStacksPaginator(cloudformation.NewFromConfig(a.Config), &cloudformation.DescribeStacksInput{})
	err = each(ctx, pages, func(page *cloudformation.DescribeStacksOutput) {
		for _, stack := range page.Stacks {
			if name, ours := strings.CutPrefix(aws.ToString(stack.StackName), release.Prefix+"-"); ours {
				names = append(names, name)
			}
		}
	})
	return names, err
}
