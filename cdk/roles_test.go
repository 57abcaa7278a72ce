package cdk_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTheFleetReachesPhotosUploadKeyAndItsLogAlone(t *testing.T) {
	made := synthesize(t, "defaults")
	got := allowed(made, "FleetRole")
	want := []string{
		"logs:CreateLogStream logs:PutLogEvents arn:aws:logs:ap-southeast-2:123456789012:log-group:InstanceLogs:log-stream:i-* map[]",
		"logs:DescribeLogStreams arn:aws:logs:ap-southeast-2:123456789012:log-group:InstanceLogs",
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
	if !strings.HasSuffix(got[4], "map[StringLikeIfExists:map[s3:prefix:gallery/*]]") {
		t.Errorf("the fleet lists %s", got[4])
	}
}

// The CDK's bucket holds what every app of the account deploys.
func TestPlanAloneReadsInTheCDKsBucketAndTheBundleAlone(t *testing.T) {
	for name := range contexts() {
		made := synthesize(t, name)
		asset, _ := bundleOfPlan(t, made)
		var got []string
		for _, one := range grants(made, "") {
			for _, resource := range one.resources {
				if isOfS3(one) && !ownBucket.MatchString(resource) {
					got = append(got, fmt.Sprint(strings.TrimRight(one.of, "0123456789ABCDEF"), one.actions, resource))
				}
			}
		}
		if want := []string{"PlanRole[s3:GetObject]arn:aws:s3:::" + asset}; !slices.Equal(got, want) {
			t.Errorf("%s: outside the stack's buckets may be reached %v, want %v", name, got, want)
		}
		if !regexp.MustCompile(`^cdk-hnb659fds-assets-123456789012-ap-southeast-2/[0-9a-f]{64}\.gz$`).MatchString(asset) {
			t.Errorf("%s: the bundle is left at %s", name, asset)
		}
	}
}

// A deployment brings another bundle while a release may still fetch the former one, and a rollback goes
// back to it.
func TestTheDeploymentsBundleIsCopiedToWhereBundlesStay(t *testing.T) {
	made := synthesize(t, "defaults")
	_, own := bundleOfPlan(t, made)
	place, sum, _ := strings.Cut(hash.ReplaceAllString(strings.TrimPrefix(own, "s3://"), "$1"), "#sha256=")
	if place != "Photos/bundles/"+sum+".tar.gz" {
		t.Errorf("the bundle belongs at %s", own)
	}
	reads := "s3:GetObject arn:aws:s3:::Photos/bundles/* map[]"
	for role, wants := range map[string][]string{
		"BuilderRole": {reads}, "PlanRole": {reads, "s3:PutObject arn:aws:s3:::" + place + " map[]"},
	} {
		got := slices.DeleteFunc(allowed(made, role), func(one string) bool { return !strings.Contains(one, ":::Photos") })
		if !slices.Equal(got, wants) {
			t.Errorf("%s may %v, want %v", role, got, wants)
		}
	}
}

// ownBucket is what an ARN of the stack's own buckets begins with.
var ownBucket = regexp.MustCompile(`^arn:aws:s3:::(Photos|AccessLogs)[0-9A-F]{8}(/|$)`)

func isOfS3(one grant) bool {
	return slices.ContainsFunc(one.actions, func(action string) bool { return action == "*" || strings.HasPrefix(action, "s3:") })
}

// bundleOfPlan is where Plan is told that the deployment leaves its bundle, and where that belongs.
func bundleOfPlan(t *testing.T, made template) (asset, own string) {
	t.Helper()
	for _, function := range made.of("AWS::Lambda::Function") {
		if function.Properties["Handler"] == "Plan" {
			told := resolve(made, function.Properties["Environment"]).(map[string]any)["Variables"].(map[string]any)
			return fmt.Sprint(told["DEFAULT_BUNDLE_ASSET"]), fmt.Sprint(told["DEFAULT_BUNDLE"])
		}
	}
	t.Fatal("there is no Plan")
	return "", ""
}

// A bundle's install script runs with this role.
func TestABuilderFetchesBundlesAndSpeaksForItselfAlone(t *testing.T) {
	made := synthesize(t, "defaults")
	got := allowed(made, "BuilderRole")
	want := []string{
		"events:PutEvents arn:aws:events:ap-southeast-2:123456789012:event-bus/default map[StringEquals:map[events:detail-type:Build Result events:source:photogallery-main.builder]]",
		"logs:CreateLogStream logs:PutLogEvents arn:aws:logs:ap-southeast-2:123456789012:log-group:InstanceLogs:log-stream:i-*/build map[]",
		"s3:GetObject arn:aws:s3:::Photos/bundles/* map[]",
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
