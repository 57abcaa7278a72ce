package cdk_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"photogallery/release"
)

const destroyerType = "Custom::PhotogalleryEnvironment"

// CloudFormation deletes in the opposite order of what depends on what.
func TestResourcesOutliveTheTeardownThatUsesThem(t *testing.T) {
	for name := range contexts() {
		made := synthesize(t, name)
		destroyer := theOnly(t, made, destroyerType)
		before := dependenciesOf(made, destroyer)
		for id, resource := range made.Resources {
			switch resource.Type {
			case destroyerType, "AWS::Scheduler::Schedule", "AWS::CloudWatch::Dashboard", "AWS::CloudWatch::Alarm",
				"AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::Subscription", "AWS::Events::ApiDestination", "AWS::Events::Connection", "AWS::CDK::Metadata":
				continue // begins or only tells of releases
			case "AWS::Events::Rule":
				if strings.HasPrefix(id, "Told") {
					continue
				}
			case "AWS::Lambda::Url", "AWS::Lambda::Function", "AWS::Lambda::Permission":
				if strings.HasPrefix(id, "FrontDoor") || strings.HasPrefix(id, "DomainDoor") {
					continue
				}
			case "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::ApiMapping", "AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::Integration",
				"AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Stage", "AWS::Route53::RecordSet":
				continue // lead to the front door
			case "AWS::IAM::Role":
				if strings.HasPrefix(id, "FrontDoor") || strings.HasPrefix(id, "TellerRole") || strings.HasPrefix(id, "GitHubRole") {
					continue
				}
			case "AWS::Logs::MetricFilter", "AWS::EC2::InstanceConnectEndpoint":
			}
			if !before[id] && resource.Type != "AWS::Logs::MetricFilter" {
				t.Errorf("%s: %s (%s) may be deleted before the teardown has ended", name, id, resource.Type)
			}
		}
	}
}

func TestReleaseTriggersAreDeletedBeforeTheTeardown(t *testing.T) {
	made := synthesize(t, "everything")
	destroyer := theOnly(t, made, destroyerType)
	schedules := made.of("AWS::Scheduler::Schedule")
	if len(schedules) != 3 { // a release in the morning, a rebake, and the teardown at night
		t.Errorf("there are %d schedules", len(schedules))
	}
	for id := range schedules {
		if !dependenciesOf(made, id)[destroyer] {
			t.Errorf("schedule %s could begin a release in the middle of the teardown", id)
		}
	}
	for id := range made.of("AWS::Lambda::Url") {
		if !dependenciesOf(made, id)[destroyer] {
			t.Errorf("a visitor of %s could begin a release in the middle of the teardown", id)
		}
	}
	for id := range made.of("AWS::IAM::Role") {
		if strings.HasPrefix(id, "GitHubRole") && !dependenciesOf(made, id)[destroyer] {
			t.Errorf("a job with %s could begin a release in the middle of the teardown", id)
		}
	}
}

// CloudFormation gives a custom resource at most an hour, and each look takes its time beside the wait.
func TestWaitForTheTeardownEndsWellBeforeCloudFormations(t *testing.T) {
	const look = 6 // seconds: two functions that start anew
	made := synthesize(t, "defaults")
	for _, machine := range made.of("AWS::StepFunctions::StateMachine") {
		text := fmt.Sprint(resolve(made, machine.Properties["DefinitionString"]))
		found := regexp.MustCompile(`"IntervalSeconds":(\d+),"MaxAttempts":(\d+),"BackoffRate":1`).FindStringSubmatch(text)
		if found == nil || !strings.Contains(text, "framework-isComplete-task") {
			continue
		}
		interval, _ := strconv.Atoi(found[1])
		attempts, _ := strconv.Atoi(found[2])
		if wait := attempts * (interval + look); wait > 3600 || attempts*interval < 45*60 {
			t.Errorf("%d looks every %d s take up to %d s; want 2700 to 3600", attempts, interval, wait)
		}
		return
	}
	t.Error("there is no waiter")
}

func TestDestroyKeepsOnlyThePhotos(t *testing.T) {
	for name := range contexts() {
		for id, resource := range synthesize(t, name).Resources {
			stays := resource.DeletionPolicy != "" && resource.DeletionPolicy != "Delete"
			isPhotos := resource.Type == "AWS::S3::Bucket" && strings.HasPrefix(id, "Photos")
			// A version goes with its function.
			if stays != isPhotos && resource.Type != "AWS::Lambda::Version" {
				t.Errorf("%s: %s (%s) has deletion policy %q", name, id, resource.Type, resource.DeletionPolicy)
			}
		}
	}
}

func TestSchedulesAreAsTheOptionsSay(t *testing.T) {
	for name, want := range map[string][]string{
		"defaults":   nil,
		"everything": {"cron(0 20 * * ? *) Europe/Zurich", "cron(0 5 ? * MON *) Europe/Zurich", "cron(0 7 ? * MON-FRI *) Europe/Zurich"},
	} {
		var got []string
		for _, schedule := range synthesize(t, name).of("AWS::Scheduler::Schedule") {
			got = append(got, schedule.Properties["ScheduleExpression"].(string)+" "+schedule.Properties["ScheduleExpressionTimezone"].(string))
			target := schedule.Properties["Target"].(map[string]any)
			input := target["Input"].(string)
			_, err := release.ParseTeardown([]byte(input))
			if isRebake := strings.HasSuffix(fmt.Sprint(schedule.Properties["Name"]), "-rebake"); isRebake {
				request, problem := release.ParseRequest([]byte(input))
				if err = problem; !request.RebakeIfNewer {
					t.Errorf("%s: a rebake is started with %s", name, input)
				}
			}
			if target["DeadLetterConfig"] == nil || err != nil || !strings.HasPrefix(input, `{"by": "the schedule photogallery-`) {
				t.Errorf("%s: a schedule's target is %v", name, target)
			}
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

func theOnly(t *testing.T, made template, kind string) string {
	t.Helper()
	found := slices.Collect(maps.Keys(made.of(kind)))
	if len(found) != 1 {
		t.Fatalf("there are %d of %s", len(found), kind)
	}
	return found[0]
}

// dependenciesOf returns the logical IDs of all that must be there before a resource, by its
// DependsOn or by what it names.
func dependenciesOf(made template, id string) map[string]bool {
	known := map[string]bool{}
	var visit func(string)
	visit = func(id string) {
		for _, next := range append(references(made.Resources[id].Properties, made), made.Resources[id].DependsOn...) {
			if !known[next] {
				known[next] = true
				visit(next)
			}
		}
	}
	visit(id)
	return known
}

func references(value any, made template) (ids []string) {
	switch value := value.(type) {
	case map[string]any:
		if id := attributeOf(value); id != "" {
			if _, isResource := made.Resources[id]; isResource {
				return []string{id}
			}
		}
		for _, inner := range value {
			ids = append(ids, references(inner, made)...)
		}
	case []any:
		for _, inner := range value {
			ids = append(ids, references(inner, made)...)
		}
	}
	return ids
}
