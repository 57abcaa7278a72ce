package inventory

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/release"
)

func TestSelectionCovers(t *testing.T) {
	tags := []types.Tag{{Key: aws.String(release.TagRelease), Value: aws.String("r1")}}
	for name, c := range map[string]struct {
		selection Selection
		want      bool
	}{
		"everything":       {Selection{}, true},
		"its release":      {Selection{Release: "r1"}, true},
		"another release":  {Selection{Release: "r2"}, false},
		"no wildcard":      {Selection{Release: "*"}, false},
		"one that stays":   {Selection{Except: []string{"", "ami-1"}}, false},
		"stays for others": {Selection{Release: "r1", Except: []string{"ami-1"}}, false},
		"nothing stays":    {Selection{Except: []string{""}}, true},
	} {
		if got := c.selection.covers("ami-1", tags); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestFailuresThatASuccessfulAnswerHides(t *testing.T) {
	for code, want := range map[types.LaunchTemplateErrorCode]release.Code{
		types.LaunchTemplateErrorCodeLaunchTemplateVersionDoesNotExist: "",
		types.LaunchTemplateErrorCodeUnexpectedError:                   release.AwsUnavailable,
		types.LaunchTemplateErrorCodeLaunchTemplateIdMalformed:         release.AwsRefused,
	} {
		err := refused([]types.DeleteLaunchTemplateVersionsResponseErrorItem{
			{VersionNumber: aws.Int64(1)}, // no error at all
			{VersionNumber: aws.Int64(2), ResponseError: &types.ResponseError{Code: code}},
		})
		if got := release.CodeOf(err); got != want {
			t.Errorf("%s is %q, want %q", code, got, want)
		}
	}
}

func TestResourceIsNamedOnce(t *testing.T) {
	for want, resource := range map[string]Resource{
		"alarm a":                {Kind: "alarm", ID: "a"},
		"launch template lt (x)": {Kind: "launch template", ID: "lt", Name: "x"},
		"group g":                {Kind: "group", ID: "g", Name: "g"},
	} {
		if got := resource.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
