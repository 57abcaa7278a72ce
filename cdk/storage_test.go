package cdk_test

import (
	"fmt"
	"strings"
	"testing"

	"photogallery/lambdas/records"
	"photogallery/release"
)

// Without it the records of builds would stay for ever, though they say when they may go.
func TestTableExpiresItems(t *testing.T) {
	made := synthesize(t, "defaults")
	table := made.Resources[theOnly(t, made, "AWS::DynamoDB::Table")]
	if got, want := fmt.Sprint(table.Properties["TimeToLiveSpecification"]), fmt.Sprintf("map[AttributeName:%s Enabled:true]", records.Expires); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPhotosArePrivateAndRecoverable(t *testing.T) {
	made := synthesize(t, "defaults")
	photos := made.Resources[withPrefix(t, made, "AWS::S3::Bucket", "Photos")].Properties
	const closed = "map[BlockPublicAcls:true BlockPublicPolicy:true IgnorePublicAcls:true RestrictPublicBuckets:true]"
	if got := fmt.Sprint(photos["PublicAccessBlockConfiguration"]); got != closed {
		t.Errorf("public access is %s", got)
	}
	if got := fmt.Sprint(photos["VersioningConfiguration"]); got != "map[Status:Enabled]" {
		t.Errorf("a photo that is deleted is %s", got)
	}
}

// Two instances that boot together make one key: the second write is refused, whichever comes first. A
// bundle's script cannot write over what another builder has written of its image.
func TestUploadKeyAndSBOMsAreMadeOnce(t *testing.T) {
	made := synthesize(t, "defaults")
	id := withPrefix(t, made, "AWS::S3::BucketPolicy", "Photos")
	for _, one := range statementsOf(made, id, made.Resources[id].Properties["PolicyDocument"]) {
		if one.effect != "Deny" || one.actions[0] != "s3:PutObject" {
			continue
		}
		if got := fmt.Sprint(one.resources, one.conditions); !strings.Contains(got, "/upload-key/key ") || !strings.HasSuffix(got, "/sboms/*] map[Null:map[s3:if-none-match:true]]") {
			t.Errorf("refused is %s", got)
		}
		return
	}
	t.Error("the upload key can be written over")
}

func TestTargetsAreHealthyWhenTheyServeTheHomePage(t *testing.T) {
	made := synthesize(t, "defaults")
	groups := made.of("AWS::ElasticLoadBalancingV2::TargetGroup")
	if len(groups) != len(release.Slots()) {
		t.Errorf("%d target groups", len(groups))
	}
	for id, group := range groups {
		for property, want := range map[string]string{
			"HealthCheckPath": "/", "Matcher": "map[HttpCode:200]", "Protocol": "HTTP", "Port": "80", "TargetType": "instance",
		} {
			if got := fmt.Sprint(group.Properties[property]); got != want {
				t.Errorf("%s of %s is %s, want %s", property, id, got, want)
			}
		}
	}
}
