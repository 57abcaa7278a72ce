package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"photogallery/internal/awsstack"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/lambdas/sweep"
	"photogallery/release"
)

// stuck maps the states that CloudFormation does not leave by itself to their remedies.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
var stuck = map[types.StackStatus]string{
	types.StackStatusCreateFailed:         "Its creation failed: read why in `aws cloudformation describe-stack-events --stack-name NAME`, delete it with `npx cdk destroy`, and deploy again with `npx cdk deploy`.",
	types.StackStatusRollbackComplete:     "Its creation failed and was rolled back: read why in `aws cloudformation describe-stack-events --stack-name NAME`, and deploy again with `npx cdk deploy`, which deletes it first.",
	types.StackStatusRollbackFailed:       "Its creation failed, and so did rolling that back: delete it with `npx cdk destroy`, and deploy again with `npx cdk deploy`.",
	types.StackStatusUpdateFailed:         "Its update failed: read why in `aws cloudformation describe-stack-events --stack-name NAME`, then run `aws cloudformation rollback-stack --stack-name NAME`.",
	types.StackStatusUpdateRollbackFailed: "Rolling its update back failed: read why in `aws cloudformation describe-stack-events --stack-name NAME`, mend that, then run `aws cloudformation continue-update-rollback --stack-name NAME`.",
	types.StackStatusDeleteFailed:         "Its deletion failed: read what is still in use in `aws cloudformation describe-stack-events --stack-name NAME`, and run `npx cdk destroy` again.",
	types.StackStatusReviewInProgress:     "It is a change set that nobody has executed: deploy with `npx cdk deploy`.",
}

func (e *examination) stack(ctx context.Context) Finding {
	if e.Stack == "" {
		return Finding{}
	}
	out, err := e.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &e.Stack})
	var refused smithy.APIError
	isAbsent := errors.As(err, &refused) && refused.ErrorCode() == "ValidationError"
	if err != nil && !isAbsent {
		return e.unseen(err)
	}
	if isAbsent || len(out.Stacks) == 0 {
		return well("there is no stack %s in %s", e.Stack, e.Config.Region).but(Failed, "%s", e.others(ctx))
	}
	status := out.Stacks[0].StackStatus
	if remedy := stuck[status]; remedy != "" {
		return well("%s is in %s", e.Stack, status).but(Failed, "%s", strings.ReplaceAll(remedy, "NAME", e.Stack))
	}
	opened, err := awsstack.Open(ctx, e.Config, e.Stack)
	if err != nil {
		return well("%s is in %s, and none of Photogallery's", e.Stack, status).but(Failed, "%s.", upper(release.Classify(err).Message))
	}
	e.environment, e.table = opened.Environment, output(out.Stacks[0], tableOutput)
	e.Architecture = cmp.Or(e.Architecture, opened.Architecture)
	e.own = ownNetworkOf(out.Stacks[0])
	e.key = output(out.Stacks[0], keyOutput)
	e.hasDoor = output(out.Stacks[0], doorOutput) != ""
	e.takeBounds(ctx)
	return e.state(status)
}

// tableOutput is the stack's output for its table.
const tableOutput = "TableName"

// output returns the value of a stack's output, or "" if there is none of that name.
func output(of types.Stack, name string) string {
	for _, output := range of.Outputs {
		if aws.ToString(output.OutputKey) == name {
			return aws.ToString(output.OutputValue)
		}
	}
	return ""
}

// others says what to do if the stack does not exist.
func (e *examination) others(ctx context.Context) string {
	const deploy = "Deploy it with `npx cdk deploy`, or choose another region with --region."
	if names, err := awsstack.Names(ctx, e.Config); err == nil && len(names) > 0 {
		return "Those of Photogallery that are there are " + strings.Join(names, ", ") + ". " + deploy
	}
	return deploy
}

// takeBounds takes the bounds of the fleet that serves, or of a request if that cannot be read.
func (e *examination) takeBounds(ctx context.Context) {
	current, err := records.ReadCurrent(ctx, e.DynamoDB, e.table)
	if err != nil {
		return
	}
	group, err := fleet.Group(ctx, e.AutoScaling, e.environment.Group(current.Serves()))
	if err == nil && group != nil && !e.Asked {
		e.MinSize, e.MaxSize = int(aws.ToInt32(group.MinSize)), int(aws.ToInt32(group.MaxSize))
	}
}

// state checks the state of a stack.
func (e *examination) state(status types.StackStatus) Finding {
	f := well("%s is in %s", e.Stack, status)
	switch {
	case status == types.StackStatusUpdateRollbackComplete:
		return f.but(Warning, "Its last deployment failed and what was before it works on: read why in `aws cloudformation describe-stack-events --stack-name %s`, then deploy again with `npx cdk deploy`.", e.Stack)
	case strings.HasSuffix(string(status), "_IN_PROGRESS"):
		return f.but(Warning, "Wait for its end before you release: `aws cloudformation wait stack-update-complete --stack-name %s`.", e.Stack)
	}
	return f
}

// lock reports who holds the lock.
func (e *examination) lock(ctx context.Context) Finding {
	if e.environment == "" {
		return Finding{}
	}
	held, err := records.ReadLock(ctx, e.DynamoDB, e.table)
	if err != nil {
		return e.unseen(err)
	}
	if held == nil {
		return well("nobody holds environment %s", e.environment)
	}
	name := release.NameOf(held.Holder)
	out, err := e.SFN.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &held.Holder})
	if err != nil && !release.IsNotFound(err) {
		return e.unseen(err)
	}
	f := well("%s has held environment %s since %s", name, e.environment, held.Since.UTC().Format(time.RFC3339))
	if err == nil && out.Status == sfntypes.ExecutionStatusRunning {
		return f.but(Warning, "Another release must wait for it: `gallery execution %s --stack %s` shows how far it is.", name, e.Stack)
	}
	f.Saw += " and runs no more"
	return f.but(Warning, "The next release or teardown takes it over and undoes what was begun: `gallery teardown --stack %s` does at once.", e.Stack)
}

// leftovers lists resources that belong to no serving release. While an execution holds the lock
// its resources are not leftovers.
func (e *examination) leftovers(ctx context.Context) Finding {
	if e.environment == "" {
		return Finding{}
	}
	held, err := records.ReadLock(ctx, e.DynamoDB, e.table)
	if err != nil {
		return e.unseen(err)
	}
	if held != nil {
		return well("not looked for while the environment is held")
	}
	left, err := e.findLeftovers(ctx)
	if err != nil {
		return e.unseen(err)
	}
	if len(left) == 0 {
		return well("none")
	}
	return well("%s", names(left)).but(Warning, "They may cost money, and no release needs them: `gallery teardown --stack %s` removes them, with what serves.", e.Stack)
}

func (e *examination) findLeftovers(ctx context.Context) ([]inventory.Resource, error) {
	recorded, err := records.ReadCurrent(ctx, e.DynamoDB, e.table)
	if err != nil {
		return nil, err
	}
	if !recorded.Serving {
		return e.allThereIs(ctx)
	}
	builders, err := inventory.Instances(ctx, e.EC2, e.environment, inventory.IsBuilder)
	if err != nil {
		return nil, err
	}
	images, err := inventory.Images(ctx, e.EC2, e.environment, inventory.Selection{Except: []string{recorded.Image, recorded.FormerImage}})
	return slices.Concat(builders, images), err
}

// allThereIs lists what a teardown that keeps the latest image would remove, with the teardown's
// own step.
func (e *examination) allThereIs(ctx context.Context) ([]inventory.Resource, error) {
	input, err := json.Marshal(sweep.ListInput{Plan: release.Teardown{Scope: release.ScopeEnvironment, Images: release.KeepLatestImage, DryRun: true}})
	if err != nil {
		return nil, err
	}
	settings := step.Settings{Environment: e.environment, Table: e.table}
	answer, err := sweep.ListResources.Handler(e.Clients, settings, slog.New(slog.DiscardHandler)).Invoke(ctx, input)
	var failure messages.InvokeResponse_Error
	if errors.As(err, &failure) {
		return nil, release.Errorf(release.Code(failure.Type), "%s", failure.Message)
	}
	if err != nil {
		return nil, err
	}
	var listed sweep.Listed
	err = json.Unmarshal(answer, &listed)
	return listed.Resources, err
}

func names(resources []inventory.Resource) string {
	var all []string
	for _, resource := range resources {
		all = append(all, resource.String())
	}
	return strings.Join(all, ", ")
}
