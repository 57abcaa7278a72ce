package cdk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"photogallery/cdk"
	"photogallery/lambdas"
	"photogallery/lambdas/door"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// inRuntime are the actions that every function needs, whatever its step does.
var inRuntime = []string{"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords"}

func TestFunctionsMayDoOnlyWhatTheirStepsDeclare(t *testing.T) {
	for name := range contexts() {
		made := synthesize(t, name)
		environment := "main"
		if name != "defaults" {
			environment = "staging"
		}
		for _, declared := range lambdas.Steps() {
			if declared.Name == door.FrontDoor.Name && name == "defaults" {
				continue // an option
			}
			statements, err := cdk.Permissions(release.Environment(environment), declared)
			if err != nil {
				t.Fatal(err)
			}
			allowed := slices.Clone(inRuntime)
			for _, statement := range statements {
				allowed = append(allowed, statement.Actions...)
			}
			for _, action := range actionsOf(made, functionRole(t, made, declared.Name)) {
				if !slices.Contains(allowed, action) {
					t.Errorf("%s: the role of %s allows %s, which the step does not declare", name, declared.Name, action)
				}
			}
		}
	}
}

func TestEveryDeclaredOperationIsAllowed(t *testing.T) {
	made := synthesize(t, "everything")
	for _, declared := range lambdas.Steps() {
		actions := actionsOf(made, functionRole(t, made, declared.Name))
		for _, operation := range declared.Operations {
			action := strings.NewReplacer("s3:HeadObject", "s3:GetObject", "s3:ListObjectsV2", "s3:ListBucket").Replace(operation.Name)
			action, _, _ = strings.Cut(action, "(")
			if !slices.Contains(actions, action) {
				t.Errorf("%s calls %s, which its role does not allow", declared.Name, operation.Name)
			}
		}
	}
}

func TestStatementsWithoutResourcesHaveAReason(t *testing.T) {
	for _, declared := range lambdas.Steps() {
		statements, err := cdk.Permissions("main", declared)
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range statements {
			if slices.Contains(statement.Resources, "*") && statement.Reason == "" {
				t.Errorf("%s: %v is allowed on everything without a reason", declared.Name, statement.Actions)
			}
		}
	}
}

// A statement on IDs that AWS gives, as instance/*, reaches other people's resources except for its
// condition.
func TestStatementsOnUnknownIDsHaveACondition(t *testing.T) {
	for _, declared := range lambdas.Steps() {
		statements, err := cdk.Permissions("main", declared)
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range statements {
			for _, resource := range statement.Resources {
				if strings.HasSuffix(resource, "/*") && strings.Contains(resource, ":ec2:") && len(statement.Conditions) == 0 {
					t.Errorf("%s: %v on %s has no condition", declared.Name, statement.Actions, resource)
				}
			}
		}
	}
}

func TestPermissionsRefuseAnOperationWithoutResources(t *testing.T) {
	_, err := cdk.Permissions("main", step.Step{Name: "New", Operations: []step.Operation{{Name: "ec2:StopInstances", Scope: step.Owned}}})
	if err == nil || !strings.Contains(err.Error(), "New") || !strings.Contains(err.Error(), "ec2:StopInstances") {
		t.Errorf("got %v", err)
	}
}

// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
func TestExecutionsAreStartedAndListedByTheirMachine(t *testing.T) {
	for operation, kind := range map[string]string{
		"states:StartExecution": ":stateMachine:", "states:ListExecutions": ":stateMachine:",
		"states:StopExecution": ":execution:", "states:DescribeExecution": ":execution:",
	} {
		statements, err := cdk.Permissions("main", step.Step{Name: "New", Operations: []step.Operation{{Name: operation, Scope: step.StackMachines}}})
		if err != nil || len(statements) != 1 || !strings.Contains(statements[0].Resources[0], kind) {
			t.Errorf("%s is allowed on %v, %v", operation, statements, err)
		}
	}
}

func TestBuilderReachesNeitherPhotosNorUploadKey(t *testing.T) {
	made := synthesize(t, "everything")
	for id, role := range made.of("AWS::IAM::Role") {
		if !strings.HasPrefix(id, "BuilderRole") {
			continue
		}
		policy := fmt.Sprint(role.Properties["Policies"])
		if strings.Contains(policy, "gallery/") || strings.Contains(policy, "upload-key") || !strings.Contains(policy, "bundles/") {
			t.Errorf("the builder may reach %s", policy)
		}
		return
	}
	t.Error("there is no builder role")
}

// functionRole returns the logical ID of the role of a step's function.
func functionRole(t *testing.T, made template, stepName string) string {
	t.Helper()
	for _, function := range made.of("AWS::Lambda::Function") {
		if function.Properties["Handler"] == stepName {
			return attributeOf(function.Properties["Role"])
		}
	}
	t.Fatalf("there is no function of step %s", stepName)
	return ""
}

// actionsOf lists what a role's policies allow, those that are resources of their own included.
func actionsOf(made template, role string) (actions []string) {
	add := func(document any) {
		statements, _ := document.(map[string]any)["Statement"].([]any)
		for _, statement := range statements {
			switch action := statement.(map[string]any)["Action"].(type) {
			case string:
				actions = append(actions, action)
			case []any:
				for _, one := range action {
					actions = append(actions, one.(string))
				}
			}
		}
	}
	policies, _ := made.Resources[role].Properties["Policies"].([]any)
	for _, policy := range policies {
		add(policy.(map[string]any)["PolicyDocument"])
	}
	for _, policy := range made.of("AWS::IAM::Policy") {
		if strings.Contains(fmt.Sprint(policy.Properties["Roles"]), role) {
			add(policy.Properties["PolicyDocument"])
		}
	}
	return actions
}

// attributeOf returns the logical ID that a GetAtt or Ref names, or "" for anything else.
func attributeOf(value any) string {
	reference, _ := value.(map[string]any)
	if attribute, isAttribute := reference["Fn::GetAtt"].([]any); isAttribute {
		return attribute[0].(string)
	}
	id, _ := reference["Ref"].(string)
	return id
}
