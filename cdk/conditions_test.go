package cdk_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"photogallery/cdk"
	"photogallery/conformance/callers"
	"photogallery/lambdas"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// namedAfterTheEnvironment are the ARNs of services in which a name tells whose a resource is.
var namedAfterTheEnvironment = regexp.MustCompile(`:(autoscaling|elasticloadbalancing|cloudwatch|scheduler|states|dynamodb):`)

// everyStatement calls what looks at each statement of each step's policy.
func everyStatement(t *testing.T, look func(step string, s cdk.Statement)) {
	t.Helper()
	for _, declared := range lambdas.Steps() {
		statements, err := cdk.Permissions("main", declared)
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range statements {
			look(declared.Name, statement)
		}
	}
}

// Who may tag what exists may make it the environment's, and then change it.
func TestTagsMayBePutOnWhatIsMadeAlone(t *testing.T) {
	conditionOf := map[string]string{
		"ec2:CreateTags": "ec2:CreateAction", "elasticloadbalancing:AddTags": "elasticloadbalancing:CreateAction",
	}
	everyStatement(t, func(step string, s cdk.Statement) {
		for _, action := range s.Actions {
			if condition, tags := conditionOf[action]; tags && s.Conditions["StringEquals"][condition] == "" {
				t.Errorf("%s: %s is allowed on what exists: %v", step, action, s.Conditions)
			}
		}
	})
}

// What a release makes carries the organization's tags too. A role that names the keys it may give would
// refuse every one of its calls.
func TestConditionsAdmitTheOrganizationsTags(t *testing.T) {
	given := map[string]string{release.TagEnvironment: "staging", "team": "web", "cost-center": "42"}
	seen := 0
	for _, one := range everyGrant(synthesize(t, "everything")) {
		for operator, keys := range one.conditions {
			for key, value := range keys.(map[string]any) {
				if requested, isTag := strings.CutPrefix(key, "aws:RequestTag/"); isTag {
					if seen++; operator != "StringEquals" || given[requested] != value {
						t.Errorf("%s: %v wants %s %s %v", one.of, one.actions, operator, key, value)
					}
				}
				if key == "aws:TagKeys" {
					t.Errorf("%s: %v takes the tags %v alone", one.of, one.actions, value)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no condition is about a tag; take this test out")
	}
}

// The stack's tags reach a resource by the template, or by CloudFormation alone where the CDK knows of no
// tags. Neither may replace it.
func TestStackCarriesTheOrganizationTags(t *testing.T) {
	createOnly := createOnlyProperties(t)
	stack := newStack(t, awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false)}), contexts()["everything"])
	want := map[string]string{release.TagEnvironment: "staging", "team": "web", "cost-center": "42"}
	for key, value := range want {
		if got := (*stack.Tags().TagValues())[key]; got == nil || *got != value {
			t.Errorf("the stack's tag %s is not %s", key, value)
		}
	}
	for id, resource := range decode(t, rawOf(t, stack)).Resources {
		for _, property := range createOnly[resource.Type] {
			if strings.HasSuffix(property, "Tags") {
				t.Errorf("%s: a change of %s replaces it", id, property)
			}
		}
		if told := fmt.Sprint(resource.Properties["Environment"]); strings.Contains(told, "SCHEDULE_ROLE") && !strings.Contains(told, "TAGS:team=web,cost-center=42") {
			t.Errorf("%s does not tell its step the tags: %s", id, told)
		}
		text := fmt.Sprint(resource.Properties["Tags"])
		ofTheCDK := strings.HasPrefix(id, "Custom") // in whose own resources Tags.Of sees no tags
		if slices.Contains(taggable, resource.Type) && !ofTheCDK && (!strings.Contains(text, "team") || !strings.Contains(text, "cost-center")) {
			t.Errorf("%s has the tags %s", id, text)
		}
	}
}

// taggable are types of which each takes tags in the template.
var taggable = []string{
	"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::IAM::Role", "AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup",
	"AWS::Logs::LogGroup", "AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::ElasticLoadBalancingV2::TargetGroup",
	"AWS::StepFunctions::StateMachine", "AWS::Scheduler::ScheduleGroup", "AWS::CertificateManager::Certificate", "AWS::CloudWatch::Alarm",
}

func TestRolesArePassedOnlyToTheirServices(t *testing.T) {
	const ec2, scheduler = "ec2.amazonaws.com, ec2.amazonaws.com.cn", "scheduler.amazonaws.com, scheduler.amazonaws.com.cn"
	services := map[string]string{"${BuilderRole}": ec2, "${FleetRole}": ec2, "${RunnerRole}": ec2, "${ScheduleRole}": scheduler}
	everyStatement(t, func(step string, s cdk.Statement) {
		if !slices.Contains(s.Actions, "iam:PassRole") {
			return
		}
		for _, role := range s.Resources {
			if want := services[role]; want == "" || s.Conditions["StringEquals"]["iam:PassedToService"] != want {
				t.Errorf("%s may pass %s with %v", step, role, s.Conditions)
			}
		}
	})
}

// Tags of the environment's are compared with its name, and names begin with it.
func TestAnotherEnvironmentsResourcesAreOutOfReach(t *testing.T) {
	everyStatement(t, func(step string, s cdk.Statement) {
		for operator, keys := range s.Conditions {
			for key, value := range keys {
				if strings.HasSuffix(key, "/"+release.TagEnvironment) && (operator != "StringEquals" || value != "main") {
					t.Errorf("%s: %v on %s %s %s", step, s.Actions, key, operator, value)
				}
			}
		}
		for _, resource := range s.Resources {
			if !namedAfterTheEnvironment.MatchString(resource) {
				continue
			}
			if !strings.Contains(resource+"/", "photogallery-main/") && !strings.Contains(resource, "photogallery-main-") {
				t.Errorf("%s: %v on %s", step, s.Actions, resource)
			}
		}
	})
}

// ForAllValues holds for a request that has none of the values.
func TestForAllValuesHoldsForNoRequestWithoutTheKey(t *testing.T) {
	seen := 0
	for name := range contexts() {
		for _, one := range everyGrant(synthesize(t, name)) {
			present, _ := one.conditions["Null"].(map[string]any)
			for operator, keys := range one.conditions {
				if !strings.HasPrefix(operator, "ForAllValues:") {
					continue
				}
				for key := range keys.(map[string]any) {
					if seen++; present[key] != "false" {
						t.Errorf("%s: %s: %v without a %s", name, one.of, one.actions, key)
					}
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no policy has ForAllValues; take this test out")
	}
}

// What AWS checks beside the call itself, and moto does not: a tag in the call that creates, the launch
// template's instances, the service's own role at its first use in an account, what a service does with
// its caller's credentials.
func TestRolesAllowWhatTheirCallsNeedBesideThemselves(t *testing.T) {
	needs, err := callers.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, declared := range lambdas.Steps() {
		statements, err := cdk.Permissions("main", declared)
		if err != nil {
			t.Fatal(err)
		}
		for _, need := range needs {
			if !slices.ContainsFunc(declared.Operations, func(o step.Operation) bool { return o.Name == need.Operation }) {
				continue
			}
			for _, one := range need.Needs {
				action, resource, _ := strings.Cut(one, " ")
				if !slices.ContainsFunc(statements, func(s cdk.Statement) bool {
					return slices.Contains(s.Actions, action) && strings.Contains(strings.Join(s.Resources, " "), resource)
				}) {
					t.Errorf("%s calls %s, and nothing allows %s, see %s", declared.Name, need.Operation, one, need.Source)
				}
			}
		}
	}
}

func TestCommandRunsOnImagesOfTheEnvironmentAlone(t *testing.T) {
	reached := map[string]bool{}
	everyStatement(t, func(step string, s cdk.Statement) {
		if step != "LaunchRunner" || !slices.Contains(s.Actions, "ec2:RunInstances") {
			return
		}
		for _, resource := range s.Resources {
			reached[resource] = true
			if strings.Contains(resource, ":image/") && s.Conditions["StringEquals"]["aws:ResourceTag/"+release.TagEnvironment] != "main" {
				t.Errorf("a command may run on %s with %v", resource, s.Conditions)
			}
		}
	})
	if !reached["${PublicSubnets}"] || !reached["${BuilderSecurityGroup}"] || !reached["${InstanceSecurityGroup}"] || len(reached) != 7 {
		t.Errorf("the instance of a command may be launched with %v", reached)
	}
}

// Amazon's own images run no stranger's code in front of the bundle's.
func TestBuilderUsesAmazonImagesInPublicSubnets(t *testing.T) {
	reached := map[string]bool{}
	everyStatement(t, func(step string, s cdk.Statement) {
		if step != "LaunchBuilder" || !slices.Contains(s.Actions, "ec2:RunInstances") {
			return
		}
		for _, resource := range s.Resources {
			reached[resource] = true
			if strings.Contains(resource, ":image/") && s.Conditions["StringEquals"]["ec2:Owner"] != "amazon" {
				t.Errorf("a builder may be launched from %s with %v", resource, s.Conditions)
			}
		}
	})
	if !reached["${PublicSubnets}"] || !reached["${BuilderSecurityGroup}"] || len(reached) != 6 {
		t.Errorf("a builder may be launched with %v", reached)
	}
}
