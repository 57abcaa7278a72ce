package cdk_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"photogallery/cdk"
)

// Another app chooses the construct's ID, account and region; no resource may be replaced for that.
func TestStackIsTheSameInAnAppOfOnesOwn(t *testing.T) {
	options, err := cdk.ParseOptions(nil)
	if err != nil {
		t.Fatal(err)
	}
	app := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false)})
	stack := cdk.NewGalleryStack(app, "Gallery", &cdk.GalleryStackProps{
		StackProps: awscdk.StackProps{
			Env:                   &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("eu-central-1")},
			TerminationProtection: jsii.Bool(true),
		},
		Options: options, Assets: assets(t),
	})
	if name := *stack.StackName(); name != "photogallery-main" || !*stack.TerminationProtection() {
		t.Errorf("the stack is %s, its termination protection %t", name, *stack.TerminationProtection())
	}
	own, ours := decode(t, rawOf(t, stack)), synthesize(t, "defaults")
	if got, want := ids(own), ids(ours); !slices.Equal(got, want) {
		t.Errorf("its logical IDs are\n%v, want\n%v", got, want)
	}
	bucket := own.Resources[withPrefix(t, own, "AWS::S3::Bucket", "Photos")].Properties["BucketName"]
	if bucket != "photogallery-main-123456789012-eu-central-1" {
		t.Errorf("the photo bucket is %v", bucket)
	}
}

// ids lists the logical IDs without those of functions' versions, which are new with each configuration.
func ids(of template) []string {
	all := maps.Clone(of.Resources)
	maps.DeleteFunc(all, func(_ string, one resource) bool { return one.Type == "AWS::Lambda::Version" })
	return slices.Sorted(maps.Keys(all))
}
