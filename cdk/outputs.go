package cdk

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"photogallery/release"
)

// addOutputs tells people how to begin, and `gallery --stack` where the resources are.
func (s *stack) addOutputs() {
	environment, region := s.options.Environment, *awscdk.Aws_REGION()
	releaseARN := s.machineARN(environment.ReleaseMachine())

	s.output("ConsoleReleaseUrl", "Starts a release in the console: press Start execution twice",
		s.console+"states/home?region="+region+"#/statemachines/view/"+releaseARN)
	s.output("CommandLine", "Starts a release from a terminal", "gallery release --stack "+environment.Name())
	if s.options.Dashboard {
		s.output("DashboardUrl", "Releases, fleet, load balancer and alarms",
			s.console+"cloudwatch/home?region="+region+"#dashboards:name="+environment.Name())
	}
	s.output("Environment", "The environment's name", string(environment))
	s.output("Architecture", "The architecture of functions and instances", s.options.Architecture)
	s.output("ReleaseStateMachineArn", "The release state machine", releaseARN)
	s.output("TeardownStateMachineArn", "The teardown state machine", s.machineARN(environment.TeardownMachine()))
	s.output("PhotoBucketName", "The bucket of the photos, which cdk destroy leaves", *s.storage.bucket.BucketName())
	s.output("BundleBucketName", "The bucket of bundles, below "+bundlesPrefix, *s.storage.bucket.BucketName())
	s.output("UploadKeyLocation", "Where the upload key is", fmt.Sprintf("s3://%s/%s", *s.storage.bucket.BucketName(), release.UploadKeyObject))
	s.output("TableName", "The record of what serves, and the lock", *s.storage.table.TableName())
	if s.options.Domain != "" {
		description := "The gallery, while a release serves"
		if s.options.hasDomainDoor() {
			description = "The gallery; while it sleeps, it leads to the front door"
		}
		s.output("GalleryUrl", description, "https://"+s.options.Domain+"/")
	}
	if s.options.hasFrontDoor() {
		s.output("FrontDoorUrl", "The address that stays: it leads to the gallery, or wakes it", *s.frontDoor)
	}
	if s.options.isLab() {
		s.output("Lab", "The limits of an AWS Academy Learner Lab hold", "on")
	}
	if s.options.VPC != "" {
		s.output("VpcId", "The VPC of the option vpc", s.options.VPC)
		s.output("PublicSubnetIds", "Its subnets for load balancer and builders", strings.Join(s.network.public, ","))
		s.output("PrivateSubnetIds", "Its subnets for the fleet", strings.Join(s.network.private, ","))
	}
	if s.options.EBSKey != "" {
		s.output("EbsKey", "The key of the instances' volumes", s.options.EBSKey)
	}
	if s.options.SettingsKey != "" {
		s.output("SettingsKeyArn", "The key of the app's settings and secrets", s.options.SettingsKey)
	}
	s.output("InstanceLogGroupName", "The instances' logs", *s.logs.instances.LogGroupName())
	if s.network.connect != nil {
		s.output("InstanceConnectEndpointId", "By which gallery shell reaches instances", *s.network.connect.AttrId())
	}
}

// addConsole sets the console's address in the partition of the stack.
// https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
func (s *stack) addConsole() {
	domain := s.inPartition("China", "aws-cn", "amazonaws.cn", s.inPartition("GovCloud", "aws-us-gov", "amazonaws-us-gov.com", "aws.amazon.com"))
	s.console = "https://" + *awscdk.Aws_REGION() + ".console." + domain + "/"
}

func (s *stack) inPartition(id, partition, value, otherwise string) string {
	condition := awscdk.NewCfnCondition(s.scope, jsii.String("In"+id), &awscdk.CfnConditionProps{
		Expression: awscdk.Fn_ConditionEquals(awscdk.Aws_PARTITION(), partition),
	})
	return *awscdk.Token_AsString(awscdk.Fn_ConditionIf(condition.LogicalId(), value, otherwise), nil)
}

func (s *stack) output(name, description, value string) {
	awscdk.NewCfnOutput(s.scope, jsii.String(name), &awscdk.CfnOutputProps{
		Description: jsii.String(description), Value: jsii.String(value),
	}).OverrideLogicalId(jsii.String(name))
}
