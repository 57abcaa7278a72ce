package cdk_test

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"photogallery/cdk"
	"photogallery/release"
)

const (
	ownVPC     = "vpc-0123456789abcdef0"
	ownPublic  = "subnet-0123456789abcdef0,subnet-0123456789abcdef1"
	ownPrivate = "subnet-0123456789abcdef2,subnet-0123456789abcdef3"
)

func inOwnVPC(environment string, more map[string]any) map[string]any {
	context := map[string]any{"environment": environment, "vpc": ownVPC, "publicSubnets": ownPublic, "privateSubnets": ownPrivate}
	for key, value := range more {
		context[key] = value
	}
	return context
}

// What the stack makes in a VPC that is there goes with the stack, and nothing of the VPC does.
func TestGivenVPCGetsSecurityGroupsAlone(t *testing.T) {
	made := decode(t, raw(t, inOwnVPC("main", nil)))
	for id, resource := range made.Resources {
		if strings.HasPrefix(resource.Type, "AWS::EC2::") && !strings.HasPrefix(resource.Type, "AWS::EC2::SecurityGroup") {
			t.Errorf("the stack makes %s (%s) there", id, resource.Type)
		}
		if in, isIn := resource.Properties["VpcId"]; isIn && in != ownVPC {
			t.Errorf("%s is in %v", id, in)
		}
	}
	if groups := made.of("AWS::EC2::SecurityGroup"); len(groups) != 3 {
		t.Errorf("there are %d security groups", len(groups))
	}
	for id, function := range made.of("AWS::Lambda::Function") {
		if function.Properties["Runtime"] != "provided.al2023" {
			continue
		}
		told := function.Properties["Environment"].(map[string]any)["Variables"].(map[string]any)
		if told["VPC"] != ownVPC || told["PUBLIC_SUBNETS"] != ownPublic || told["PRIVATE_SUBNETS"] != ownPrivate {
			t.Errorf("%s is told %v, %v and %v", id, told["VPC"], told["PUBLIC_SUBNETS"], told["PRIVATE_SUBNETS"])
		}
	}
	for output, want := range map[string]string{"VpcId": ownVPC, "PublicSubnetIds": ownPublic, "PrivateSubnetIds": ownPrivate} {
		if got := made.Outputs[output].Value; got != want {
			t.Errorf("%s is %v", output, got)
		}
	}
	launch := fmt.Sprint(policiesNaming(made, "subnet-"))
	for _, subnet := range strings.Split(ownPublic+","+ownPrivate, ",") {
		if !strings.Contains(launch, subnet) {
			t.Errorf("no role may launch into %s", subnet)
		}
	}
}

// policiesNaming returns the roles' policies that hold some text.
func policiesNaming(made template, text string) (found []any) {
	for _, role := range made.of("AWS::IAM::Role") {
		if strings.Contains(fmt.Sprint(role.Properties["Policies"]), text) {
			found = append(found, role.Properties["Policies"])
		}
	}
	return found
}

// Names of target groups are unique in a region, those of security groups in a VPC.
func TestEnvironmentsOfOneVPCHaveNoNameInCommon(t *testing.T) {
	taken := map[string]string{}
	for _, environment := range []string{"main", "staging"} {
		made := decode(t, raw(t, inOwnVPC(environment, nil)))
		for id, group := range made.of("AWS::ElasticLoadBalancingV2::TargetGroup") {
			name, isGiven := group.Properties["Name"].(string)
			if by := taken[name]; isGiven && by != "" {
				t.Errorf("%s of %s has the name of %s: %s", id, environment, by, name)
			}
			taken[name] = environment
		}
		for id, group := range made.of("AWS::EC2::SecurityGroup") {
			if name := group.Properties["GroupName"]; name != nil {
				t.Errorf("%s of %s has a name of its own, %v", id, environment, name)
			}
		}
	}
}

func TestFleetIsInThePublicSubnetsWithoutOthers(t *testing.T) {
	made := decode(t, raw(t, map[string]any{"vpc": ownVPC, "publicSubnets": ownPublic}))
	if got := made.Outputs["PrivateSubnetIds"].Value; got != ownPublic {
		t.Errorf("the fleet is in %v", got)
	}
}

func TestOptionsOfAGivenVPCGoTogether(t *testing.T) {
	for _, test := range []struct {
		context map[string]any
		want    string // in the error, or "" for none
	}{
		{inOwnVPC("main", nil), ""},
		{inOwnVPC("main", map[string]any{"vpcRange": "10.0.0.0/16", "zones": "", "flowLogs": "off"}), ""},
		{map[string]any{"vpc": ownVPC}, ""},
		{map[string]any{"vpc": ownVPC, "privateSubnets": ownPrivate}, "publicSubnets: left out, but privateSubnets are given"},
		{map[string]any{"publicSubnets": ownPublic}, "vpc: left out, but subnets are given"},
		{map[string]any{"privateSubnets": ownPrivate}, "vpc: left out, but subnets are given"},
		{inOwnVPC("main", map[string]any{"vpcRange": "10.20.0.0/20"}), "vpcRange: 10.20.0.0/20: the stack makes no network in " + ownVPC},
		{inOwnVPC("main", map[string]any{"zones": "us-east-1a,us-east-1b"}), "zones: us-east-1a,us-east-1b: the stack makes no network"},
		{inOwnVPC("main", map[string]any{"flowLogs": "on"}), "flowLogs: on: the stack makes no network"},
		{map[string]any{"vpc": "main", "publicSubnets": ownPublic}, `vpc: "main": no ID of a VPC`},
		{inOwnVPC("main", map[string]any{"publicSubnets": "subnet-0123456789abcdef0"}), "not two different subnets"},
		{inOwnVPC("main", map[string]any{"privateSubnets": "subnet-0123456789abcdef0,b"}), "b is no ID of a subnet"},
	} {
		_, err := cdk.ParseOptions(test.context)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: %v, want %q", test.context, err, test.want)
		}
	}
}

func TestSubnetsAreLookedUpWithCredentialsAlone(t *testing.T) {
	for key, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_WEB_IDENTITY_TOKEN_FILE": "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "",
		"CDK_DEFAULT_REGION": "us-east-1",
	} {
		t.Setenv(key, value)
	}
	for _, given := range []cdk.Options{{}, {VPC: ownVPC, PublicSubnets: ownPublic}} {
		if got, err := given.LookUp(t.Context(), io.Discard); got != given || err != nil {
			t.Errorf("%+v becomes %+v, %v", given, got, err)
		}
	}
	_, err := cdk.Options{VPC: ownVPC}.LookUp(t.Context(), io.Discard)
	for _, word := range []string{ownVPC, "credentials", "publicSubnets", "AWS_PROFILE"} {
		if release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), word) {
			t.Errorf("%v does not say %q", err, word)
		}
	}
}
