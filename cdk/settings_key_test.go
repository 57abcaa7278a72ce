package cdk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"photogallery/cdk"
)

// Who sets a secret cannot read it back, nor can a step or a builder: only the fleet, and the instance of a command.
func TestOnlyTheFleetAndCommandsReadSettingsAndSecrets(t *testing.T) {
	made := synthesize(t, "everything")
	readers, deleters := []string{}, []string{}
	for _, one := range everyGrant(made) {
		reaches := slices.ContainsFunc(one.resources, func(resource string) bool {
			return strings.HasSuffix(resource, "/settings/*") || strings.HasSuffix(resource, "/secrets/*") || strings.HasSuffix(resource, "Photos/*") || resource == "*"
		})
		for _, action := range one.actions {
			switch {
			case !reaches || one.effect != "Allow" || one.principal != nil || !strings.HasPrefix(action, "s3:"):
			case action == "s3:DeleteObject":
				deleters = append(deleters, one.of)
			default:
				readers = append(readers, one.of+" "+action)
			}
		}
	}
	slices.Sort(deleters)
	wantDeleters := []string{functionRole(t, made, "Destroyed"), functionRole(t, made, "Retire")}
	slices.Sort(wantDeleters)
	slices.Sort(readers)
	if len(readers) != 2 || !strings.HasPrefix(readers[0], "FleetRole") || !strings.HasPrefix(readers[1], "RunnerRole") || !strings.HasSuffix(strings.Join(readers, ""), " s3:GetObject") || !slices.Equal(deleters, wantDeleters) {
		t.Errorf("%v read and %v delete", readers, deleters)
	}
}

func TestFleetAndCommandsDecryptSettingsThroughS3Alone(t *testing.T) {
	const key = "arn:aws:kms:us-east-1:123456789012:key/0ea3fef3-80a7-4778-9d8c-1c0c6f4c3d2a"
	for _, given := range []string{"", key} {
		made := decode(t, raw(t, map[string]any{"settingsKey": given}))
		var found []string
		for _, one := range everyGrant(made) {
			if slices.ContainsFunc(one.actions, func(action string) bool { return strings.HasPrefix(action, "kms:") }) {
				found = append(found, fmt.Sprint(strings.HasPrefix(one.of, "FleetRole") || strings.HasPrefix(one.of, "RunnerRole"), one.actions, one.resources, one.conditions))
			}
		}
		output, _ := made.Outputs["SettingsKeyArn"].Value.(string)
		if given == "" {
			if len(found) > 0 || output != "" {
				t.Errorf("without a key: %v, told %q", found, output)
			}
			continue
		}
		if len(found) != 2 || found[0] != found[1] || !strings.HasPrefix(found[0], "true [kms:Decrypt] ["+key+"]") || !strings.Contains(found[0], "kms:ViaService") || !strings.Contains(found[0], "s3.") || output != key {
			t.Errorf("with a key: %v, told %q", found, output)
		}
	}
	if _, err := cdk.ParseOptions(map[string]any{"settingsKey": "alias/aws/s3"}); err == nil {
		t.Error("an alias is taken, in which no policy can name a key")
	}
}

// The bucket keeps versions, and stays when the stack is deleted.
func TestDeletedSettingsAndSecretsAreForgottenAfterADay(t *testing.T) {
	made := synthesize(t, "defaults")
	found := map[string]float64{}
	for _, bucket := range made.of("AWS::S3::Bucket") {
		configuration, _ := bucket.Properties["LifecycleConfiguration"].(map[string]any)
		rules, _ := configuration["Rules"].([]any)
		for _, one := range rules {
			rule := one.(map[string]any)
			noncurrent, _ := rule["NoncurrentVersionExpiration"].(map[string]any)
			prefix, _ := rule["Prefix"].(string)
			found[prefix], _ = noncurrent["NoncurrentDays"].(float64)
		}
	}
	if found["settings/"] != 1 || found["secrets/"] != 1 || found[""] != 30 {
		t.Errorf("deleted objects stay %v days", found)
	}
}
