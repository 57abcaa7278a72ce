package leftover

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"
)

// stack is the one that all the rest but what a release makes belongs to.
func (s *sweep) stack(ctx context.Context) error {
	out, err := s.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(s.environment.Name())})
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorCode() == "ValidationError" { // no such stack
		return nil
	}
	if err != nil {
		return err
	}
	for _, found := range out.Stacks {
		s.add(aws.ToString(found.StackId), "make aws-sweep ENVIRONMENT="+string(s.environment))
	}
	return nil
}

// deleted are the IDs of what CloudFormation has deleted with former stacks of this name: it tells of
// them for ninety days.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html
func (s *sweep) deleted(ctx context.Context) (map[string]bool, error) {
	ids := map[string]bool{}
	pages := cloudformation.NewListStacksPaginator(s.stacks, &cloudformation.ListStacksInput{StackStatusFilter: []types.StackStatus{types.StackStatusDeleteComplete}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, stack := range page.StackSummaries {
			if aws.ToString(stack.StackName) != s.environment.Name() {
				continue
			}
			ids[aws.ToString(stack.StackId)] = true
			if err := s.deletedWith(ctx, stack.StackId, ids); err != nil {
				return nil, err
			}
		}
	}
	return ids, nil
}

func (s *sweep) deletedWith(ctx context.Context, stack *string, ids map[string]bool) error {
	pages := cloudformation.NewListStackResourcesPaginator(s.stacks, &cloudformation.ListStackResourcesInput{StackName: stack})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, resource := range page.StackResourceSummaries {
			if resource.ResourceStatus == types.ResourceStatusDeleteComplete {
				ids[last(aws.ToString(resource.PhysicalResourceId))] = true
			}
		}
	}
	return nil
}

// last is the part of an ARN, a URL or a plain ID that tells one resource of a stack from another.
func last(id string) string { return id[strings.LastIndexAny(id, ":/|")+1:] }
