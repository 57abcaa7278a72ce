package cdk_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"photogallery/cdk"
)

// optionSets returns ways to deploy one environment: no option, many at once, and each value of each
// option with some others. The option environment is left out: it names another stack.
func optionSets() map[string]map[string]any {
	sets := map[string]map[string]any{"defaults": {}, "many": maps.Clone(contexts()["everything"])}
	delete(sets["many"], "environment")
	const some = 10 // a set alone for each value takes the CDK two minutes
	next := 0
	for _, key := range slices.Sorted(maps.Keys(optionValues)) {
		for _, value := range optionValues[key] {
			name := fmt.Sprint("set ", next%some)
			if sets[name] == nil {
				sets[name] = map[string]any{}
			}
			for option, given := range withNeeded(key, value) {
				if other, taken := sets[name][option]; taken && other != given {
					panic(fmt.Sprintf("%s has %s=%v and %v: take another number of sets", name, option, other, given))
				}
				sets[name][option] = given
			}
			next++
		}
	}
	return sets
}

// withNeeded returns an option's value and the options without which it is refused.
func withNeeded(key string, value any) map[string]any {
	switch key {
	case "domain", "hostedZone":
		set := map[string]any{"domain": "photos.example.com", "hostedZone": "Z0123456789ABCDEFGHIJ"}
		set[key] = value
		return set
	case "wake":
		return map[string]any{key: value, "sleepAfter": "45m"}
	}
	return map[string]any{key: value}
}

// optionValues are values beside each option's default.
var optionValues = map[string][]any{
	"environment":     nil,
	"architecture":    {"x86_64"},
	"cidr":            {"203.0.113.0/24", "198.51.100.0/24"},
	"vpcRange":        {"10.20.0.0/20"},
	"zones":           {"us-east-1a,us-east-1c", "use1-az1,use1-az4"},
	"nightlyTeardown": {"rate(1 day)"},
	"morningRelease":  {"rate(1 day)"},
	"rebake":          {"rate(7 days)"},
	"sleepAfter":      {"45m", "2h"},
	"wake":            {"click", "visit"},
	"wakeLimit":       {"3"},
	"wakeAtNight":     {"on"},
	"wakeConcurrency": {"0", "2"},
	"budget":          {"20", "7.50"},
	"timeZone":        {"Europe/Zurich"},
	"notify":          {"ops@example.com"},
	"topic":           {"arn:aws:sns:us-east-1:123456789012:ops"},
	"webhook":         {"slack:photogallery/webhook", "teams:photogallery/webhook"},
	"domain":          {"photos.example.com", "photos.example.org"},
	"hostedZone":      {"Z9876543210ABCDEFGHIJ"},
	"uploadsOverHttp": {"on"},
	"instanceConnect": {"on"},
	"accessLogs":      {"on"},
	"ebsKey":          {"arn:aws:kms:us-east-1:123456789012:key/0ea3fef3-80a7-4778-9d8c-1c0c6f4c3d2a", "alias/aws/ebs"},
	"settingsKey":     {"arn:aws:kms:us-east-1:123456789012:key/0ea3fef3-80a7-4778-9d8c-1c0c6f4c3d2a"},
	"flowLogs":        {"off"},
	"github":          {"octo-org/octo-repo", "octo-org/octo-repo:environment:production"},
	"dashboard":       {"on"},
	"logDays":         {"7"},
	"tags":            {"team=web", "team=ops,cost-center=42"},
	"assetsBucket":    {"photogallery-lab-123456789012-us-east-1"},
	"vpc":             nil, // of the first deployment
	"publicSubnets":   nil,
	"privateSubnets":  nil,
	"role":            nil, // of the first deployment
	"instanceProfile": nil,
}

// A deployment changes the stack under a release that runs. What CloudFormation would replace for it
// goes away while the load balancer, its listeners or the fleet still use it.
func TestOptionsReplaceNothingThatAReleaseUses(t *testing.T) {
	for _, key := range optionKeys() {
		if _, known := optionValues[key]; !known {
			t.Errorf("option %s has no value in optionValues", key)
		}
	}
	createOnly := createOnlyProperties(t)
	made := map[string]template{}
	sets := optionSets()
	for name, context := range sets {
		made[name] = decode(t, raw(t, context))
	}
	found := map[string]string{}
	for from, before := range made {
		for to, after := range made {
			for id, problem := range replacements(before, after, createOnly) {
				found[id] = fmt.Sprintf("from %v to %v: %s", sets[from], sets[to], problem)
			}
		}
	}
	for id, example := range found {
		if !slices.ContainsFunc(inevitable, func(prefix string) bool { return strings.HasPrefix(id, prefix) }) {
			t.Error(example)
		}
	}
	for _, prefix := range inevitable {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(found)), func(id string) bool { return strings.HasPrefix(id, prefix) }) {
			t.Errorf("no option replaces %s; take it out of the list", prefix)
		}
	}
}

// inevitable are the resources that their own option replaces or removes, as it must. The
// documentation of each such option says what to do before.
var inevitable = []string{
	"Certificate", // is for one name; domain and hostedZone
	"AccessLogs",  // is there for accessLogs alone
	"Network",     // lies in its range and zones; vpcRange and zones
}

// replacements tells by their logical IDs what a running release uses and an update replaces or removes.
func replacements(before, after template, createOnly map[string][]string) map[string]string {
	problems := map[string]string{}
	for id := range usedByReleases(before) {
		old, changed := before.Resources[id], after.Resources[id]
		if changed.Type == "" {
			problems[id] = id + " is removed"
		}
		for _, property := range createOnly[old.Type] {
			if changed.Type != "" && !reflect.DeepEqual(resolve(before, old.Properties[property]), resolve(after, changed.Properties[property])) {
				problems[id] = fmt.Sprintf("%s is replaced: its %s is %v, then %v", id, property, old.Properties[property], changed.Properties[property])
			}
		}
	}
	return problems
}

// usedByReleases returns the resources that the functions' environments name, and all that those
// are made of. A release gives them to what it makes, or keeps its state there.
func usedByReleases(made template) map[string]bool {
	used := map[string]bool{}
	for _, function := range made.of("AWS::Lambda::Function") {
		if function.Properties["Runtime"] != "provided.al2023" {
			continue
		}
		for _, id := range references(function.Properties["Environment"], made) {
			used[id] = true
			maps.Copy(used, dependenciesOf(made, id))
		}
	}
	return used
}

// createOnlyProperties reads what conformance/create_only.py says of CloudFormation's own schemas.
func createOnlyProperties(t *testing.T) (known map[string][]string) {
	t.Helper()
	text, err := os.ReadFile("testdata/create_only.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &known); err != nil {
		t.Fatal(err)
	}
	return known
}

func TestResourceSchemasAreAllKnown(t *testing.T) {
	createOnly := createOnlyProperties(t)
	for name := range contexts() {
		for id, resource := range synthesize(t, name).Resources {
			if _, known := createOnly[resource.Type]; !known && !strings.HasPrefix(resource.Type, "Custom::") && resource.Type != "AWS::CDK::Metadata" {
				t.Errorf("%s: testdata/create_only.json has no %s; add it: conformance/.venv/bin/python conformance/create_only.py %s", id, resource.Type, resource.Type)
			}
		}
	}
}

func optionKeys() (keys []string) {
	for _, option := range cdk.Table() {
		keys = append(keys, option.Key)
	}
	return slices.Sorted(slices.Values(keys))
}
