package cdk_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestFleetReachesOnlyPhotosSettingsUploadKeyAndItsLog(t *testing.T) {
	made := synthesize(t, "defaults")
	got := allowed(made, "FleetRole")
	want := []string{
		"logs:CreateLogStream logs:PutLogEvents arn:aws:logs:ap-southeast-2:123456789012:log-group:InstanceLogs:log-stream:i-* map[]",
		"logs:DescribeLogStreams arn:aws:logs:ap-southeast-2:123456789012:log-group:InstanceLogs",
		"s3:GetObject arn:aws:s3:::Photos/secrets/* map[]",
		"s3:GetObject arn:aws:s3:::Photos/settings/* map[]",
		"s3:GetObject s3:PutObject arn:aws:s3:::Photos/upload-key/key map[]",
		"s3:GetObject s3:PutObject s3:DeleteObject s3:AbortMultipartUpload arn:aws:s3:::Photos/gallery/* map[]",
		"s3:ListBucket arn:aws:s3:::Photos map[",
	}
	if len(got) != len(want) {
		t.Fatalf("the fleet may\n%s", strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("got %s, want %s", got[i], want[i])
		}
	}
	// Without IfExists S3 answers 403 for a photo that is not there, and a new gallery gets no samples.
	if !strings.HasSuffix(got[6], "map[StringLikeIfExists:map[s3:prefix:gallery/*]]") {
		t.Errorf("the fleet lists %s", got[6])
	}
}

// It has a public address, and runs whatever a person gives it.
func TestCommandReachesPhotosSettingsAndItsOwnObjects(t *testing.T) {
	got := allowed(synthesize(t, "defaults"), "RunnerRole")
	want := []string{
		"events:PutEvents arn:aws:events:ap-southeast-2:123456789012:event-bus/default map[StringEquals:map[events:detail-type:Build Result events:source:photogallery-main.builder]]",
		"s3:GetObject arn:aws:s3:::Photos/runs/*.command map[]",
		"s3:GetObject arn:aws:s3:::Photos/secrets/* map[]",
		"s3:GetObject arn:aws:s3:::Photos/settings/* map[]",
		"s3:GetObject s3:PutObject s3:DeleteObject s3:AbortMultipartUpload arn:aws:s3:::Photos/gallery/* map[]",
		"s3:ListBucket arn:aws:s3:::Photos map[StringLikeIfExists:map[s3:prefix:gallery/*]]",
		"s3:PutObject arn:aws:s3:::Photos/runs/*.output map[]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("a command may\n%s", strings.Join(got, "\n"))
	}
}

// A deployment changes the key of the bundle while a release may still fetch the former one, and a
// rollback goes back to it.
func TestFormerBundlesStayReadable(t *testing.T) {
	made := synthesize(t, "defaults")
	for _, role := range []string{"BuilderRole", "PlanRole"} {
		bundles := "arn:aws:s3:::cdk-hnb659fds-assets-123456789012-ap-southeast-2/photogallery-main/*.gz"
		if !slices.ContainsFunc(grants(made, role), func(one grant) bool {
			return slices.Contains(one.actions, "s3:GetObject") && slices.Contains(one.resources, bundles)
		}) {
			t.Errorf("%s cannot read %s", role, bundles)
		}
	}
}

// All CDK apps of an account share the bucket of assets.
func TestRolesReadAssetsOfTheirEnvironmentAlone(t *testing.T) {
	const bucket = "arn:aws:s3:::cdk-hnb659fds-assets-123456789012-ap-southeast-2"
	made := synthesize(t, "defaults")
	for _, one := range grants(made, "") {
		for _, resource := range one.resources {
			if strings.HasPrefix(resource, bucket) && resource != bucket+"/photogallery-main/*.gz" {
				t.Errorf("%s may %v %s", one.of, one.actions, resource)
			}
		}
	}
	for _, function := range made.of("AWS::Lambda::Function") {
		if code, _ := function.Properties["Code"].(map[string]any); !strings.HasPrefix(fmt.Sprint(code["S3Key"]), "photogallery-main/") {
			t.Errorf("a function's code is at %v", code["S3Key"])
		}
	}
}

// A bundle's install script runs with this role.
func TestBuilderFetchesBundlesAndSendsOnlyItsEventsAndSBOMs(t *testing.T) {
	made := synthesize(t, "defaults")
	got := allowed(made, "BuilderRole")
	want := []string{
		"events:PutEvents arn:aws:events:ap-southeast-2:123456789012:event-bus/default map[StringEquals:map[events:detail-type:Build Result events:source:photogallery-main.builder]]",
		"logs:CreateLogStream logs:PutLogEvents arn:aws:logs:ap-southeast-2:123456789012:log-group:InstanceLogs:log-stream:i-*/build map[]",
		"s3:GetObject arn:aws:s3:::Photos/bundles/* map[]",
		"s3:GetObject arn:aws:s3:::cdk-hnb659fds-assets-123456789012-ap-southeast-2/photogallery-main/*.gz map[]",
		"s3:PutObject arn:aws:s3:::Photos/sboms/* map[]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("a builder may\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// hash is what the CDK puts behind a resource's name.
var hash = regexp.MustCompile(`(Photos|InstanceLogs)[0-9A-F]{8}`)

// allowed lists a role's grants as text, one for each resource, in alphabetical order.
func allowed(made template, role string) (all []string) {
	for _, one := range grants(made, role) {
		for _, resource := range one.resources {
			all = append(all, fmt.Sprintf("%s %s %v", strings.Join(one.actions, " "), hash.ReplaceAllString(resource, "$1"), one.conditions))
		}
	}
	slices.Sort(all)
	return all
}
