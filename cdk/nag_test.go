package cdk_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// suppressions are the findings that are as they should be. They stand here, not in the template.
var suppressions = []struct {
	finding *regexp.Regexp // of "path: rule"
	reason  string
}{
	{regexp.MustCompile(`Role/Resource: AwsSolutions-IAM5\[Resource::\*\]`), "IAM knows no resource for these actions; permissions_test.go wants a reason for each"},
	{regexp.MustCompile(`AwsSolutions-IAM5\[Resource::[^\]]*:(instance|volume|network-interface|image|snapshot|launch-template)/\*\]`), "IDs are AWS's; a condition on the environment's tag binds each statement, or one on who owns the image"},
	{regexp.MustCompile(`AwsSolutions-IAM5\[Resource::[^\]]*autoScalingGroup:\*:autoScalingGroupName/photogallery-`), "the ID in the middle is AWS's; the name is the environment's"},
	{regexp.MustCompile(`AwsSolutions-IAM5\[Resource::[^\]]*(loadbalancer|listener|listener-rule)/app/photogallery-[a-z]+/\*\]`), "the IDs behind the name are AWS's"},
	{regexp.MustCompile(`AwsSolutions-IAM5\[Resource::[^\]]*(execution:photogallery-[a-z]+-(release|teardown):|schedule/photogallery-[a-z]+/)\*\]`), "the environment's own, of which there are many"},
	{regexp.MustCompile(`GitHubRole/Resource: AwsSolutions-IAM5\[Resource::[^\]]*:stack/photogallery-[a-z]+/\*\]`), "the stack's own, whose ID is AWS's"},
	{regexp.MustCompile(`AwsSolutions-IAM5\[Resource::[^\]]*:log-stream:i-\*(/build)?\]`), "a stream is named after its instance, whose ID is AWS's"},
	{regexp.MustCompile(`AwsSolutions-IAM5\[Resource::[^\]]*((bundles|gallery|settings|secrets|sboms)/\*|runs/\*\.(command|output))\]`), "a prefix of the environment's own bucket"},
	{regexp.MustCompile(`AwsSolutions-IAM5\[Resource::[^\]]*:s3:::cdk-hnb659fds-assets-[^/]*/photogallery-[a-z]+/\*\.gz\]`), "bundles of this deployment and of the environment's former ones, each named by its content"},
	{regexp.MustCompile(`AwsSolutions-IAM5\[Resource::[^\]]*parameter/aws/service/ami-amazon-linux-latest/\*\]`), "Amazon's public parameters"},
	{regexp.MustCompile(`AwsSolutions-IAM5\[Resource::[^\]]*aws-service-role/[a-z.]+/AWSServiceRoleFor\w+\*\]`), "the role is AWS's, and a condition names the service"},
	{regexp.MustCompile(`MachineRole/Resource: AwsSolutions-IAM5\[Resource::[^\]]*:function:photogallery-[a-z-]+:\*\]`), "an execution goes on with the version it was started with, which is not the newest"},
	{regexp.MustCompile(`/Destroyer/.*: AwsSolutions-(IAM5|L1|SF1|SF2)`), "the CDK's own provider framework, which gives nothing to choose here"},
	{regexp.MustCompile(`Photos/Resource: AwsSolutions-S1`), "a log of each photo served would cost more than the photos; CloudTrail's data events can be turned on for a while"},
	{regexp.MustCompile(`AccessLogs/Resource: AwsSolutions-S1`), "it holds access logs"},
	{regexp.MustCompile(`DeadLetters/Resource: AwsSolutions-SQS3`), "it is the dead-letter queue"},
	{regexp.MustCompile(`Table/Resource: AwsSolutions-DDB3`), "it holds who runs now and what serves; both are found again by tags"},
	{regexp.MustCompile(`DoorStage/Resource: AwsSolutions-APIG1`), "the function's log has what became of a request, and a flood would be billed as log"},
	{regexp.MustCompile(`DomainDoor/DefaultRoute/Resource: AwsSolutions-APIG4`), "the front door is public"},
	{regexp.MustCompile(`EntranceSecurityGroup/.*: AwsSolutions-EC23`), "the gallery is public; the option cidr closes it"},
}

func TestCDKNagFindsNothing(t *testing.T) {
	used := map[int]bool{}
	for name, context := range contexts() {
		app := awscdk.NewApp(nil)
		stack := newStack(t, app, context)
		awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Verbose: jsii.Bool(true)}), nil)
		annotations := assertions.Annotations_FromStack(stack)
		found := append(
			*annotations.FindError(jsii.String("*"), assertions.Match_AnyValue()),
			*annotations.FindWarning(jsii.String("*"), assertions.Match_AnyValue())...,
		)
		for _, finding := range found {
			text := fmt.Sprintf("%s: %v", *finding.Id, finding.Entry.Data) //nolint:staticcheck // the Go bindings have no other name for it yet
			if i := suppressionOf(text); i >= 0 {
				used[i] = true
				continue
			}
			t.Errorf("%s: %s", name, text)
		}
	}
	for i, suppression := range suppressions {
		if !used[i] {
			t.Errorf("nothing needs the suppression %s any more; take it out", suppression.finding)
		}
	}
}

func suppressionOf(finding string) int {
	for i, suppression := range suppressions {
		if suppression.finding.MatchString(finding) {
			return i
		}
	}
	return -1
}
