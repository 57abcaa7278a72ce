package cdk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"photogallery/cdk"
	"photogallery/lambdas/step"
)

// A grant outlives the call that makes it, and gives the key to others.
func TestEBSKeyIsUsedThroughEC2AndGrantedOnlyToServices(t *testing.T) {
	const ec2 = "ec2.${AWS::Region}.amazonaws.com"
	everyStatement(t, func(name string, s cdk.Statement) {
		if !strings.HasPrefix(s.Actions[0], "kms:") {
			return
		}
		if name != "LaunchBuilder" && name != "LaunchRunner" || !slices.Equal(s.Resources, []string{"${EbsKey}"}) {
			t.Errorf("%s: %v on %v", name, s.Actions, s.Resources)
		}
		if s.Conditions["StringEquals"]["kms:ViaService"] != ec2+", "+ec2+".cn" {
			t.Errorf("%s: %v with %v", name, s.Actions, s.Conditions)
		}
		if grants := slices.Contains(s.Actions, "kms:CreateGrant"); grants != (s.Conditions["Bool"]["kms:GrantIsForAWSResource"] == "true") {
			t.Errorf("%s: %v with %v", name, s.Actions, s.Conditions)
		}
	})
}

// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html#ebs-encryption-permissions
func TestBuilderLaunchMayUseItsVolumeKey(t *testing.T) {
	wanted := []string{
		"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo",
	}
	const own = "arn:aws:kms:us-east-1:123456789012:key/0ea3fef3-80a7-4778-9d8c-1c0c6f4c3d2a"
	for key, actions := range map[string][]string{"": nil, step.ManagedKey: nil, own: wanted} {
		made := decode(t, raw(t, map[string]any{"ebsKey": key}))
		role, runner := functionRole(t, made, "LaunchBuilder"), functionRole(t, made, "LaunchRunner")
		var found []string
		for _, one := range everyGrant(made) {
			for _, action := range one.actions {
				if !strings.HasPrefix(action, "kms:") {
					continue
				}
				if one.of != runner {
					found = append(found, action)
				}
				if one.of != role && one.of != runner || fmt.Sprint(one.resources) != "["+key+"]" {
					t.Errorf("with %q %s may %s on %v", key, one.of, action, one.resources)
				}
			}
		}
		if slices.Sort(found); !slices.Equal(found, actions) {
			t.Errorf("with %q a launch may %v, want %v", key, found, actions)
		}
		toldTheKey(t, made, key)
	}
}

// toldTheKey holds that steps and gallery doctor are told the key, and nothing if there is none.
func toldTheKey(t *testing.T, made template, key string) {
	t.Helper()
	for id, function := range made.of("AWS::Lambda::Function") {
		environment, _ := function.Properties["Environment"].(map[string]any)
		if function.Properties["Handler"] != "LaunchBuilder" {
			continue
		}
		if told, _ := environment["Variables"].(map[string]any)["EBS_KEY"].(string); told != key {
			t.Errorf("%s is told the key %q, want %q", id, told, key)
		}
	}
	if told, _ := made.Outputs["EbsKey"].Value.(string); told != key {
		t.Errorf("the stack's output is %q, want %q", told, key)
	}
}

func TestEBSKeyIsAnARNOrTheAWSAlias(t *testing.T) {
	for value, taken := range map[string]bool{
		"arn:aws:kms:us-east-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab": true,
		"arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1": true,
		step.ManagedKey: true, "alias/photos": false, "1234abcd-12ab-34cd-56ef-1234567890ab": false,
		"arn:aws:kms:us-east-1:123456789012:alias/photos": false, "arn:aws:kms:us-east-1:123456789012:key/*": false,
	} {
		if _, err := cdk.ParseOptions(map[string]any{"ebsKey": value}); (err == nil) != taken {
			t.Errorf("%s: %v", value, err)
		}
	}
}
