package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"photogallery/cdk"
)

const root = "../../.."

func TestPictureShowsTheStack(t *testing.T) {
	drawn, err := draw(root)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(root + "/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, drawn) {
		t.Errorf("%s is not what the stack is now: run make drawings", file)
	}
}

// Those of an account in which nobody may make roles, or a network, add nothing to the picture.
func TestPictureIsOfAStackWithEveryOption(t *testing.T) {
	given := []string{"role", "instanceProfile", "assetsBucket", "vpc", "publicSubnets", "privateSubnets"}
	for _, o := range cdk.Table() {
		if _, isOn := everything[o.Key]; !isOn && !slices.Contains(given, o.Key) && (o.Default == "" || o.Default == "off") {
			t.Errorf("option %s is off by default, and the picture's stack does not turn it on", o.Key)
		}
	}
}

func TestResourceWithoutPlaceInThePictureIsNamed(t *testing.T) {
	_, err := picture(template{Resources: map[string]resource{
		"Bill":   {Type: "AWS::EC2::NatGateway"},
		"Photos": {Type: "AWS::S3::Bucket"},
		"Other":  {Type: "AWS::S3::Bucket"},
	}})
	if err == nil {
		t.Fatal("it was drawn")
	}
	for _, want := range []string{"AWS::EC2::NatGateway Bill has no place", "AWS::S3::Bucket Other has no place", "no AWS::SNS::Topic any more"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant it to say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "Photos has no place") {
		t.Error("what has a place was refused")
	}
}
