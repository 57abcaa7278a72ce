package cdk_test

import (
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
	"photogallery/release"
)

// What a release asks of AWS is held to the rules that the template keeps: only the token-bound
// metadata service, encrypted disks, tags, no public address but the builder's and the entrance's.
func TestReleaseRequestsKeepTheTemplateRules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		local, err := stack.New(stack.Options{Environment: "main", Kind: machine.NewSimulated(nil)})
		if err != nil {
			t.Fatal(err)
		}
		defer local.Close()
		seen := requests{}
		local.Cloud.Fabric.Observe(func(call fabric.Call) { seen.hold(t, call.Input) })
		execution, err := local.StartRelease(t.Context(), "r1", "{}")
		if err != nil {
			t.Fatal(err)
		}
		if end, err := local.Await(t.Context(), execution); err != nil || end.Status != "SUCCEEDED" {
			t.Fatalf("%v, %+v", err, end)
		}
		if seen.builders != 1 || seen.templates != 1 || seen.groups != 1 || seen.entrances != 1 {
			t.Errorf("seen %+v", seen)
		}
	})
}

type requests struct{ builders, templates, groups, entrances int }

func (r *requests) hold(t *testing.T, input any) {
	switch in := input.(type) {
	case *ec2.RunInstancesInput:
		r.builders++
		holdBuilder(t, in)
	case *ec2.CreateLaunchTemplateInput:
		r.templates++
		holdTemplate(t, in.LaunchTemplateData)
	case *autoscaling.CreateAutoScalingGroupInput:
		r.groups++
		if *in.MinSize != 2 || *in.MaxSize != 5 || aws.ToString(in.HealthCheckType) != "ELB" || aws.ToInt32(in.HealthCheckGracePeriod) == 0 {
			t.Errorf("the group is %+v", in)
		}
	case *elb.CreateLoadBalancerInput:
		r.entrances++
		holdTags(t, "load balancer", in.Tags)
	case *elb.CreateListenerInput:
		holdTags(t, "listener", in.Tags)
	case *cloudwatch.PutMetricAlarmInput:
		if len(in.Tags) == 0 || *in.Tags[0].Key != release.TagEnvironment {
			t.Errorf("alarm %s has tags %v", *in.AlarmName, in.Tags)
		}
	}
}

func holdTags(t *testing.T, what string, tags []elbtypes.Tag) {
	if len(tags) == 0 || *tags[0].Key != release.TagEnvironment {
		t.Errorf("the %s has tags %v", what, tags)
	}
}

func holdBuilder(t *testing.T, in *ec2.RunInstancesInput) {
	if in.MetadataOptions.HttpTokens != ec2types.HttpTokensStateRequired || *in.MetadataOptions.HttpPutResponseHopLimit != 1 {
		t.Errorf("the builder's metadata options are %+v", in.MetadataOptions)
	}
	if in.KeyName != nil || in.InstanceInitiatedShutdownBehavior != ec2types.ShutdownBehaviorTerminate {
		t.Error("the builder has a key, or would only stop")
	}
	for _, disk := range in.BlockDeviceMappings {
		if !aws.ToBool(disk.Ebs.Encrypted) || !aws.ToBool(disk.Ebs.DeleteOnTermination) {
			t.Errorf("the builder's disk is %+v", disk.Ebs)
		}
	}
	tagged := map[ec2types.ResourceType]bool{}
	for _, specification := range in.TagSpecifications {
		for _, tag := range specification.Tags {
			if *tag.Key == release.TagEnvironment && *tag.Value == "main" {
				tagged[specification.ResourceType] = true
			}
		}
	}
	if len(tagged) != 3 {
		t.Errorf("of the builder only %v are tagged, and its role wants instance, volume and network interface", tagged)
	}
}

func holdTemplate(t *testing.T, data *ec2types.RequestLaunchTemplateData) {
	if data.MetadataOptions.HttpTokens != ec2types.LaunchTemplateHttpTokensStateRequired || *data.MetadataOptions.HttpPutResponseHopLimit != 1 {
		t.Errorf("the fleet's metadata options are %+v", data.MetadataOptions)
	}
	if data.KeyName != nil || !aws.ToBool(data.Monitoring.Enabled) {
		t.Error("the fleet has a key, or no detailed monitoring")
	}
	for _, disk := range data.BlockDeviceMappings {
		if !aws.ToBool(disk.Ebs.Encrypted) || !aws.ToBool(disk.Ebs.DeleteOnTermination) {
			t.Errorf("the fleet's disk is %+v", disk.Ebs)
		}
	}
	for _, face := range data.NetworkInterfaces {
		if aws.ToBool(face.AssociatePublicIpAddress) || face.AssociatePublicIpAddress == nil {
			t.Error("the fleet's instances have public addresses")
		}
	}
}
