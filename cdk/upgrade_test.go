package cdk_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// lastVersion is the template of the version that was tagged last: the snapshot of its commit. With a new
// tag the snapshot takes its place.
const lastVersion = "testdata/v0.1.0.template.json"

// A deployment of this version may find a release of the last one under way. That goes on with the published
// functions and the settings that it began with, and with the roles as they are now.
func TestUpgradeKeepsWhatARunningReleaseNeeds(t *testing.T) {
	before, after := templateOf(t, lastVersion), synthesize(t, "defaults")
	if problems := upgradeProblems(before, after, createOnlyProperties(t)); len(problems) > 0 {
		t.Errorf("a release of %s that runs while this version is deployed would break:\n%q", lastVersion, problems)
	}
}

func TestUpgradeFindsWhatARunningReleaseMisses(t *testing.T) {
	after := synthesize(t, "defaults")
	for name, breaks := range map[string]func(before template, table, function, policy, version string){
		"a replaced table":   func(b template, table, _, _, _ string) { b.Resources[table].Properties["TableName"] = "former" },
		"a removed function": func(b template, _, function, _, _ string) { b.Resources["Former"] = b.Resources[function] },
		"a renamed function": func(b template, _, function, _, _ string) {
			b.Resources[function].Properties["FunctionName"] = "former"
		},
		"a version that goes": func(b template, _, _, _, version string) {
			b.Resources["Former"] = resource{Type: b.Resources[version].Type}
		},
		"a narrower permission":  func(b template, _, _, policy, _ string) { widen(b.Resources[policy]) },
		"nothing, if all is set": nil,
	} {
		before := templateOf(t, "testdata/photogallery-main.template.json")
		first := func(kind string) string { return slices.Sorted(maps.Keys(before.of(kind)))[0] }
		if breaks != nil {
			breaks(before, first("AWS::DynamoDB::Table"), ofStep(before), first("AWS::IAM::Policy"), first("AWS::Lambda::Version"))
		}
		if problems := upgradeProblems(before, after, createOnlyProperties(t)); (len(problems) > 0) != (breaks != nil) {
			t.Errorf("%s: %q", name, problems)
		}
	}
}

// ofStep returns the function of a step.
func ofStep(made template) string {
	for id, function := range made.of("AWS::Lambda::Function") {
		if function.Properties["Runtime"] == "provided.al2023" {
			return id
		}
	}
	return ""
}

// widen gives a policy an action that no other has.
func widen(policy resource) {
	statements := policy.Properties["PolicyDocument"].(map[string]any)["Statement"].([]any)
	statements[0].(map[string]any)["Action"] = "ec2:Former"
}

func upgradeProblems(before, after template, createOnly map[string][]string) (problems []string) {
	for _, problem := range replacements(before, after, createOnly) {
		problems = append(problems, problem)
	}
	for id, function := range before.of("AWS::Lambda::Function") {
		if now := after.Resources[id]; now.Properties["FunctionName"] != function.Properties["FunctionName"] {
			problems = append(problems, fmt.Sprintf("function %s is removed or renamed", id))
		}
	}
	for id, version := range before.of("AWS::Lambda::Version") {
		if _, stays := after.Resources[id]; !stays && !strings.HasPrefix(version.DeletionPolicy, "Retain") {
			problems = append(problems, fmt.Sprintf("version %s is deleted", id))
		}
	}
	granted := permissionsOf(after)
	for permission := range permissionsOf(before) {
		if !granted[permission] {
			problems = append(problems, "no longer granted: "+permission)
		}
	}
	return problems
}

// permissionsOf lists what roles may do, each with its action, its resource and its conditions.
func permissionsOf(made template) map[string]bool {
	all := map[string]bool{}
	for _, one := range grants(made, "") {
		conditions, _ := json.Marshal(one.conditions)
		for _, action := range one.actions {
			for _, on := range one.resources {
				if strings.HasPrefix(one.of, "Destroyer") {
					on = published.ReplaceAllString(on, "CurrentVersion")
				}
				all[fmt.Sprintf("%s: %s %s on %s if %s", one.of, one.effect, action, on, conditions)] = true
			}
		}
	}
	return all
}

// published matches the part of a version's logical ID that changes with the function. The destroyer's
// own functions name the version that they invoke, and change with it; no release uses them.
var published = regexp.MustCompile(`CurrentVersion[0-9A-Fa-f]{40,}`)

func templateOf(t *testing.T, path string) template {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, text)
}
