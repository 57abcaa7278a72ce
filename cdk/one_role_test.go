package cdk_test

import (
	"encoding/json"
	"strings"
	"testing"

	"photogallery/cdk"
)

// lab is the context of an account in which nobody may make roles, with all that makes the CDK want
// one.
func lab() map[string]any {
	return map[string]any{
		"role": "LabRole", "instanceProfile": "arn:aws:iam::123456789012:instance-profile/LabInstanceProfile",
		"assetsBucket":    "photogallery-lab-123456789012-us-east-1",
		"nightlyTeardown": "cron(0 20 * * ? *)", "morningRelease": "cron(0 7 ? * MON-FRI *)", "rebake": "cron(0 5 ? * MON *)", "sleepAfter": "45m", "wake": "click", "budget": "20", "dashboard": "on",
		"notify": "ops@example.com", "webhook": "slack:photogallery/webhook", "instanceConnect": "on", "accessLogs": "on",
	}
}

func TestOneRoleIsTheOnlyOne(t *testing.T) {
	made := decode(t, raw(t, lab()))
	roles := 0
	for id, one := range made.Resources {
		if strings.HasPrefix(one.Type, "AWS::IAM::") || one.Type == "AWS::EC2::FlowLog" {
			t.Errorf("there is %s, of type %s", id, one.Type)
		}
		roles += rolesIn(t, id, one.Properties)
		for _, needed := range one.DependsOn {
			if _, isThere := made.Resources[needed]; !isThere {
				t.Errorf("%s depends on %s, which is not there", id, needed)
			}
		}
	}
	if roles < 40 {
		t.Errorf("%d resources have a role", roles)
	}
	for id, one := range made.of("AWS::Lambda::Function") {
		if one.Properties["TracingConfig"] != nil {
			t.Errorf("%s sends traces", id)
		}
		if _, isStep := variablesOf(one)["ENVIRONMENT"]; isStep && variablesOf(one)["LAB"] != "on" {
			t.Errorf("%s is not told that this is a lab", id)
		}
		for name, value := range variablesOf(one) {
			if text, _ := json.Marshal(value); strings.HasSuffix(name, "_PROFILE") && !strings.Contains(string(text), ":instance-profile/LabInstanceProfile") {
				t.Errorf("%s has %s %s", id, name, text)
			}
		}
	}
}

// rolesIn counts the properties that are a role's ARN, each of which must be the given one.
func rolesIn(t *testing.T, id string, properties any) (count int) {
	switch value := properties.(type) {
	case map[string]any:
		for key, inner := range value {
			if key == "Role" || key == "RoleArn" || key == "SCHEDULE_ROLE" {
				count++
				if text, _ := json.Marshal(inner); !strings.Contains(string(text), ":role/LabRole") {
					t.Errorf("%s has %s %s", id, key, text)
				}
				continue
			}
			count += rolesIn(t, id, inner)
		}
	case []any:
		for _, inner := range value {
			count += rolesIn(t, id, inner)
		}
	}
	return count
}

func variablesOf(function resource) map[string]any {
	environment, _ := function.Properties["Environment"].(map[string]any)
	variables, _ := environment["Variables"].(map[string]any)
	return variables
}

func TestOneRoleIsCheckedBeforeAnythingIsMade(t *testing.T) {
	for context, want := range map[string]string{
		`{"role": "LabRole"}`:                                                                        "role and instanceProfile go together",
		`{"instanceProfile": "LabInstanceProfile"}`:                                                  "role and instanceProfile go together",
		`{"role": "a b", "instanceProfile": "p"}`:                                                    "no name that IAM allows",
		`{"role": "team/LabRole", "instanceProfile": "p"}`:                                           "has a path",
		`{"role": "arn:aws:iam::123456789012:user/me", "instanceProfile": "p"}`:                      "the ARN of something else",
		`{"role": "LabRole", "instanceProfile": "LabInstanceProfile", "flowLogs": "on"}`:             "leave flowLogs out",
		`{"role": "LabRole", "instanceProfile": "LabInstanceProfile", "assetsBucket": "My_Bucket!"}`: "no name of a bucket",
	} {
		var given map[string]any
		if err := json.Unmarshal([]byte(context), &given); err != nil {
			t.Fatal(err)
		}
		if _, err := cdk.ParseOptions(given); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", context, err, want)
		}
	}
}
