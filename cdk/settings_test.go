package cdk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"photogallery/lambdas"
)

// What a step is told by a wrong name, as the builder's group for the fleet's, deploys as well as the
// right one.
func TestStepsGetTheirSettings(t *testing.T) {
	made := synthesize(t, "defaults")
	want := map[string]string{
		"LOAD_BALANCER_SECURITY_GROUP": "EntranceSecurityGroup", "INSTANCE_SECURITY_GROUP": "FleetSecurityGroup",
		"BUILDER_SECURITY_GROUP": "BuilderSecurityGroup", "BUILDER_PROFILE": "BuilderProfile", "FLEET_PROFILE": "FleetProfile", "RUNNER_PROFILE": "RunnerProfile",
		"SCHEDULE_ROLE": "ScheduleRole", "SCHEDULE_DEAD_LETTERS": "DeadLetters", "TARGET_GROUP": "Targets", "GREEN_TARGET_GROUP": "GreenTargets",
		"TABLE": "Table", "BUCKET": "Photos",
	}
	for id, function := range made.of("AWS::Lambda::Function") {
		environment, ofOurs := function.Properties["Environment"].(map[string]any)
		if !ofOurs || function.Properties["Runtime"] != "provided.al2023" {
			continue
		}
		told := environment["Variables"].(map[string]any)
		for name, prefix := range want {
			if got := attributeOf(told[name]); !strings.HasPrefix(got, prefix) {
				t.Errorf("%s: %s is %v", id, name, told[name])
			}
		}
		for name, kind := range map[string]string{"PUBLIC_SUBNETS": "NetworkPublic", "PRIVATE_SUBNETS": "NetworkPrivate"} {
			subnets := strings.Split(fmt.Sprint(references(told[name], made)), " ")
			for _, subnet := range subnets {
				if len(subnets) != 2 || !strings.HasPrefix(strings.Trim(subnet, "[]"), kind) {
					t.Errorf("%s: %s are %v", id, name, subnets)
				}
			}
		}
	}
}

// A version is of a function's code and settings: a setting that a step does not read is a version more
// of it at each change. Of all that the functions are told the bundle alone changes with the app.
func TestAppChangePublishesOnlyBundleReaders(t *testing.T) {
	made := synthesize(t, "defaults")
	var told []string
	for _, function := range made.of("AWS::Lambda::Function") {
		environment, _ := function.Properties["Environment"].(map[string]any)
		if strings.Contains(fmt.Sprint(environment), "cdk-hnb659fds-assets") {
			told = append(told, fmt.Sprint(function.Properties["Handler"]))
		}
	}
	if slices.Sort(told); !slices.Equal(told, []string{"Plan", "Promote"}) {
		t.Errorf("the bundle is told to %v", told)
	}
}

// An image that is looked for, the functions and the base image of builders must all be for the
// architecture that was compiled for.
func TestArchitectureIsOneForFunctionsAndInstances(t *testing.T) {
	made := decode(t, raw(t, map[string]any{"architecture": "x86_64", "wake": "click", "sleepAfter": "45m"}))
	functions := 0
	for id, function := range made.of("AWS::Lambda::Function") {
		if function.Properties["Runtime"] != "provided.al2023" {
			continue
		}
		functions++
		variables := function.Properties["Environment"].(map[string]any)["Variables"].(map[string]any)
		if fmt.Sprint(function.Properties["Architectures"]) != "[x86_64]" || variables["ARCHITECTURE"] != "x86_64" || variables["BASE_IMAGE_PARAMETER"] != "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64" {
			t.Errorf("%s runs on %v, for %v on %v", id, function.Properties["Architectures"], variables["ARCHITECTURE"], variables["BASE_IMAGE_PARAMETER"])
		}
	}
	if functions < len(lambdas.Steps()) || made.Outputs["Architecture"].Value != "x86_64" {
		t.Errorf("%d functions, and the stack says %v", functions, made.Outputs["Architecture"].Value)
	}
	if strings.Contains(string(raw(t, map[string]any{"architecture": "x86_64"})), "arm64") {
		t.Error("something is for arm64")
	}
}

func TestFunctionsHaveTheirDeclaredSizeAndArchitecture(t *testing.T) {
	made := synthesize(t, "defaults")
	for _, declared := range lambdas.Steps() {
		for id, function := range made.of("AWS::Lambda::Function") {
			if function.Properties["Handler"] == declared.Name &&
				(function.Properties["Timeout"] != declared.Timeout.Seconds() || function.Properties["MemorySize"] != float64(declared.MemoryMB)) {
				t.Errorf("%s has %v s and %v MB", id, function.Properties["Timeout"], function.Properties["MemorySize"])
			}
			if function.Properties["Handler"] == declared.Name && fmt.Sprint(function.Properties["Architectures"]) != "[arm64]" {
				t.Errorf("%s runs on %v", id, function.Properties["Architectures"])
			}
		}
	}
}
