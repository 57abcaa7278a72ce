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

// stack finds the stack, to which everything belongs except what a release makes.
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
		s.members = map[string]bool{}
		err = errors.Join(err, s.resources(ctx, found.StackId, func(key string, isDeleted bool) { s.members[key] = !isDeleted }))
		s.add(aws.ToString(found.StackId), "make aws-sweep ENVIRONMENT="+string(s.environment))
	}
	return err
}

// deleted returns what CloudFormation has deleted with former stacks of this name, by service and
// ID: it lists them for ninety days.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html
func (s *sweep) deleted(ctx context.Context) (map[string]bool, error) {
	gone := map[string]bool{}
	var former []*string
	pages := cloudformation.NewListStacksPaginator(s.stacks, &cloudformation.ListStacksInput{StackStatusFilter: []types.StackStatus{types.StackStatusDeleteComplete}})
	err := each(ctx, pages, func(page *cloudformation.ListStacksOutput) {
		for _, stack := range page.StackSummaries {
			if aws.ToString(stack.StackName) == s.environment.Name() {
				former = append(former, stack.StackId)
			}
		}
	})
	for _, stack := range former {
		err = errors.Join(err, s.resources(ctx, stack, func(key string, isDeleted bool) { gone[key] = isDeleted }))
	}
	return gone, err
}

// resources returns the resources of a stack, by service and ID.
func (s *sweep) resources(ctx context.Context, stack *string, use func(key string, isDeleted bool)) error {
	pages := cloudformation.NewListStackResourcesPaginator(s.stacks, &cloudformation.ListStackResourcesInput{StackName: stack})
	return each(ctx, pages, func(page *cloudformation.ListStackResourcesOutput) {
		for _, resource := range page.StackResourceSummaries {
			// AWS::SERVICE::Kind
			if kind := strings.Split(aws.ToString(resource.ResourceType), "::"); len(kind) > 1 {
				service := strings.ToLower(kind[1])
				if other, differs := services[service]; differs {
					service = other
				}
				use(service+" "+last(aws.ToString(resource.PhysicalResourceId)), resource.ResourceStatus == types.ResourceStatusDeleteComplete)
			}
		}
	})
}

// services maps the services that ARNs and CloudFormation name differently.
var services = map[string]string{"stepfunctions": "states", "elasticloadbalancingv2": "elasticloadbalancing"}

// keyOf returns an ARN's service and ID: arn:aws:SERVICE:region:account:…ID
func keyOf(arn string) string {
	parts := strings.SplitN(arn, ":", 4)
	if len(parts) < 4 {
		return ""
	}
	return parts[2] + " " + last(arn)
}

// last returns the part of an ARN, a URL or a plain ID that identifies a resource of a service.
func last(id string) string { return id[strings.LastIndexAny(id, ":/|")+1:] }
