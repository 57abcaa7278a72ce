// Package awsstack is a deployed stack for the command line. It finds a stack by its CloudFormation
// outputs, reads its status and logs, and uploads bundles and photos.
package awsstack

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// The stack's outputs.
const (
	releaseMachineOutput  = "ReleaseStateMachineArn"
	teardownMachineOutput = "TeardownStateMachineArn"
	environmentOutput     = "Environment"
	architectureOutput    = "Architecture"
	photoBucketOutput     = "PhotoBucketName"
	bundleBucketOutput    = "BundleBucketName"
	uploadKeyOutput       = "UploadKeyLocation"
	logGroupOutput        = "InstanceLogGroupName"
	endpointOutput        = "InstanceConnectEndpointId"
	dashboardOutput       = "DashboardUrl"
	tableOutput           = "TableName"
	galleryOutput         = "GalleryUrl"     // of the domain, if there is one
	settingsKeyOutput     = "SettingsKeyArn" // of the option settingsKey
	frontDoorOutput       = "FrontDoorUrl"   // of the option wake
	labOutput             = "Lab"            // of an account of an AWS Academy Learner Lab
)

// Stack is a deployed environment.
type Stack struct {
	Name            string
	Region          string
	Environment     release.Environment
	Architecture    string // arm64 or x86_64
	ReleaseMachine  string // ARN
	TeardownMachine string // ARN
	Dashboard       string // its URL, or "" for none
	// SFN stops retrying as SDK clients do by default. Patient retries for minutes, so that a
	// followed execution outlasts throttling or a train's tunnel.
	SFN, Patient *sfn.Client
	Events       *eventbridge.Client

	outputs map[string]string
	clients step.Clients
	logs    *cloudwatchlogs.Client
	visits  visits
}

// historyAttempts amounts to about three minutes.
const historyAttempts = 15

var stackName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,127}$`)

// Open finds a stack by its name. Its errors are Explain's, InvalidRequest for an impossible name,
// and NothingUp for a stack that does not exist, is not Photogallery's or is not completely
// deployed; they name the usable stacks.
func Open(ctx context.Context, config aws.Config, name string) (*Stack, error) {
	if !stackName.MatchString(name) {
		return nil, release.Errorf(release.InvalidRequest, "--stack %q: give the name of a CloudFormation stack, such as photogallery-main", name)
	}
	api := NewStacks(config)
	out, err := api.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	// CloudFormation has no other code for a valid name without a stack.
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorCode() == "ValidationError" || err == nil && len(out.Stacks) == 0 {
		return nil, release.Errorf(release.NothingUp, "there is no stack %q in %s%s", name, config.Region, others(ctx, api))
	}
	if err != nil {
		return nil, Explain(err, config.Region)
	}
	s := newStack(config, out.Stacks[0])
	if s.ReleaseMachine == "" || s.TeardownMachine == "" || s.Environment == "" {
		return nil, notOurs(ctx, api, config.Region, out.Stacks[0])
	}
	return s, nil
}

func newStack(config aws.Config, described types.Stack) *Stack {
	outputs := outputsOf(described)
	return &Stack{
		Name: aws.ToString(described.StackName), Region: config.Region, Environment: release.Environment(outputs[environmentOutput]),
		Architecture:   cmp.Or(outputs[architectureOutput], release.ARM64), // which a stack without the output has
		ReleaseMachine: outputs[releaseMachineOutput], TeardownMachine: outputs[teardownMachineOutput],
		Dashboard: outputs[dashboardOutput], outputs: outputs,
		SFN:     sfn.NewFromConfig(config),
		Events:  eventbridge.NewFromConfig(config),
		Patient: sfn.NewFromConfig(config, func(o *sfn.Options) { o.RetryMaxAttempts = historyAttempts }),
		clients: step.NewClients(config, nil), logs: cloudwatchlogs.NewFromConfig(config),
	}
}

func outputsOf(described types.Stack) map[string]string {
	outputs := map[string]string{}
	for _, output := range described.Outputs {
		outputs[aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
	}
	return outputs
}

// notOurs explains why an existing stack cannot be used.
func notOurs(ctx context.Context, api *Stacks, region string, described types.Stack) error {
	name, status := aws.ToString(described.StackName), string(described.StackStatus)
	if strings.HasSuffix(status, "_IN_PROGRESS") {
		return release.Errorf(release.NothingUp, "stack %q in %s is in %s: wait for its end, then try again", name, region, status)
	}
	return release.Errorf(release.NothingUp, "stack %q in %s, which is in %s, has no output %s, so that it is none of Photogallery's or was not deployed to its end: deploy it with `npx cdk deploy`%s",
		name, region, status, releaseMachineOutput, others(ctx, api))
}

// others lists the existing stacks.
func others(ctx context.Context, api *Stacks) string {
	names, err := names(ctx, api)
	switch {
	case err != nil:
		return "; `npx cdk list` lists those of this app, and --region chooses another region"
	case len(names) == 0:
		return "; no stack there is Photogallery's: deploy one with `npx cdk deploy`, or choose another --region or --profile"
	}
	return "; Photogallery's stacks there are " + strings.Join(names, ", ")
}

// Names lists the stacks of Photogallery in the region.
func Names(ctx context.Context, config aws.Config) ([]string, error) {
	return names(ctx, NewStacks(config))
}

func names(ctx context.Context, api *Stacks) (found []string, err error) {
	pages := cloudformation.NewDescribeStacksPaginator(api, &cloudformation.DescribeStacksInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, described := range page.Stacks {
			if outputsOf(described)[releaseMachineOutput] != "" {
				found = append(found, aws.ToString(described.StackName))
			}
		}
	}
	return found, nil
}

// output returns an output of the stack, or an error if it is missing.
func (s *Stack) output(name string) (string, error) {
	if value := s.outputs[name]; value != "" {
		return value, nil
	}
	return "", release.Errorf(release.NothingUp, "stack %s has no output %s, so that another version has deployed it: deploy it again with `npx cdk deploy`", s.Name, name)
}
