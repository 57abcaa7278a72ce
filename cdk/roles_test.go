package cdk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTheFleetReachesPhotosUploadKeyAndItsLogAlone(t *testing.T) {
	made := synthesize(t, "defaults")
	var got []string
	for _, one := range grants(made, "FleetRole") {
		for _, resource := range one.resources {
			got = append(got, fmt.Sprintf("%s %s %v", strings.Join(one.actions, " "), resource, one.conditions))
		}
	}
	want := []string{
		"logs:CreateLogStream logs:PutLogEvents logs:DescribeLogStreams arn:aws:logs:ap-southeast-2:123456789012:log-group:InstanceLogs",
		"s3:GetObject s3:PutObject arn:aws:s3:::Photos",
		"s3:GetObject s3:PutObject s3:DeleteObject s3:AbortMultipartUpload arn:aws:s3:::Photos",
		"s3:ListBucket arn:aws:s3:::Photos",
	}
	slices.Sort(got)
	if len(got) != len(want) {
		t.Fatalf("the fleet may\n%s", strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("got %s, want %s", got[i], want[i])
		}
	}
	// Without IfExists S3 answers 403 for a photo that is not there, and a new gallery gets no samples.
	if !strings.HasSuffix(got[3], "map[StringLikeIfExists:map[s3:prefix:gallery/*]]") {
		t.Errorf("the fleet lists %s", got[3])
	}
}

// A deployment changes the key of the bundle while a release may still fetch the former one, and a
// rollback goes back to it.
func TestFormerBundlesStayReadable(t *testing.T) {
	made := synthesize(t, "defaults")
	for _, role := range []string{"BuilderRole", "PlanRole"} {
		bundles := "arn:aws:s3:::cdk-hnb659fds-assets-123456789012-ap-southeast-2/*.gz"
		if !slices.ContainsFunc(grants(made, role), func(one grant) bool {
			return slices.Contains(one.actions, "s3:GetObject") && slices.Contains(one.resources, bundles)
		}) {
			t.Errorf("%s cannot read %s", role, bundles)
		}
	}
}
