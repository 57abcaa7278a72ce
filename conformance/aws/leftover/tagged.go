package leftover

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"photogallery/release"
)

// asked lists the kinds that their own service was asked for, by a tag or by a name of the product.
// Its answer overrides the tagging API's, which also lists deleted resources.
// https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
var asked = []string{
	"ec2:", "elasticloadbalancing:loadbalancer", "elasticloadbalancing:listener", "elasticloadbalancing:targetgroup", "autoscaling:",
	"cloudwatch:alarm", "logs:log-group", "scheduler:schedule-group", "s3:", "cloudformation:stack",
}

// taggedElsewhere asks for all other kinds: topics, queues, event rules and a state machine that
// CloudFormation names today, and whatever the stack may have tomorrow. It skips what
// CloudFormation has deleted.
func (s *sweep) taggedElsewhere(ctx context.Context) error {
	var others []string
	pages := tagging.NewGetResourcesPaginator(s.tags, &tagging.GetResourcesInput{
		TagFilters: []types.TagFilter{{Key: aws.String(release.TagEnvironment), Values: []string{string(s.environment)}}},
	})
	err := each(ctx, pages, func(page *tagging.GetResourcesOutput) {
		for _, found := range page.ResourceTagMappingList {
			if arn := aws.ToString(found.ResourceARN); !isAsked(arn) && !s.isKnown(arn) {
				others = append(others, arn)
			}
		}
	})
	if len(others) == 0 {
		return err
	}
	deleted, failed := s.deleted(ctx)
	for _, arn := range others {
		if deleted[keyOf(arn)] {
			continue
		}
		s.found = append(s.found, Resource{ARN: arn, Remove: s.removal(arn), Doubt: "Only the tagging API lists it, which it may do for an hour after its end."})
	}
	return errors.Join(err, failed)
}

// isAsked compares the service and the kind: arn:aws:SERVICE:region:account:KIND…
func isAsked(arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return false
	}
	what := parts[2] + ":" + parts[5]
	return slices.ContainsFunc(asked, func(kind string) bool { return strings.HasPrefix(what, kind) })
}

// removal returns the command for a kind that only the tagging API lists.
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
	case "states":
		return s.inRegion("aws stepfunctions delete-state-machine --state-machine-arn " + arn)
	default:
		return "look for it in the console of " + service + " in " + s.Config.Region
	}
}
