package cdk_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"photogallery/cdk"
	"photogallery/conformance/document"
)

func TestGitHubTakesWhatGitHubNames(t *testing.T) {
	for value, taken := range map[string]bool{
		"": true, "octo-org/octo-repo": true, "octo-org/octo-repo:pull_request": true, "octo-org/octo-repo:environment:production": true,
		"octo-org/octo-repo:ref:refs/heads/main, octo-org/octo-repo:ref:refs/tags/v1.0": true, "octo-org@123456/octo-repo@456789:ref:refs/heads/main": true,
		"octo-org": false, "repo:octo-org/octo-repo": false, "octo-org/*": false, "*/*": false, "octo-org/octo-repo:*": false, "octo-org/octo-repo:ref:*": false,
		"octo-org/octo-repo:ref:refs/heads/*": false, "octo-org/octo-repo:main": false, "octo-org/octo-repo,": false, "octo-????/octo-repo": false,
		"a/a,a/b,a/c,a/d,a/e,a/f": false,
	} {
		options, err := cdk.ParseOptions(map[string]any{"github": value})
		if (err == nil) != taken || taken && options.GitHub != value || !taken && !strings.Contains(err.Error(), "github: ") {
			t.Errorf("%q: %+v, %v", value, options.GitHub, err)
		}
	}
}

func TestGitHubNeedsARoleOfItsOwn(t *testing.T) {
	given := lab()
	given["github"] = "octo-org/octo-repo"
	if _, err := cdk.ParseOptions(given); err == nil || !strings.Contains(err.Error(), "github: octo-org/octo-repo: with role the stack makes no role") {
		t.Errorf("got %v", err)
	}
}

// A condition that lacks the subject would let every repository in.
func TestGitHubRoleTrustsOnlyTheGivenJobs(t *testing.T) {
	made := synthesize(t, "everything")
	for id, role := range made.of("AWS::IAM::Role") {
		if !strings.HasPrefix(id, "GitHubRole") {
			continue
		}
		trust := fmt.Sprint(role.Properties["AssumeRolePolicyDocument"])
		for _, want := range []string{
			"sts:AssumeRoleWithWebIdentity", ":oidc-provider/token.actions.githubusercontent.com",
			"StringEquals:map[token.actions.githubusercontent.com:aud:sts.amazonaws.com]",
			"StringLike:map[token.actions.githubusercontent.com:sub:[repo:octo-org@123/octo-repo@456:environment:production repo:octo-org/other:*]]",
		} {
			if !strings.Contains(trust, want) {
				t.Errorf("the trust lacks %s: %s", want, trust)
			}
		}
		if made.Outputs["GitHubRoleArn"].Value == nil {
			t.Error("no output has the role")
		}
		return
	}
	t.Error("there is no role")
}

// The table says what a person needs, and a job needs no more.
func TestGitHubRoleMayReleaseAndNoMore(t *testing.T) {
	want := document.Operations(t, "../docs/commands.md", "every command", "`release`, `teardown`", "`execution`, `executions`", "`release --bundle`")
	var got []string
	for _, one := range allowed(synthesize(t, "everything"), "GitHubRole") {
		for _, action := range strings.Fields(one) {
			if regexp.MustCompile(`^[a-z0-9]+:[A-Z][A-Za-z]+$`).MatchString(action) {
				got = append(got, action)
			}
		}
		if strings.Contains(one, "teardown") || strings.Contains(one, "s3:::") && !strings.Contains(one, "/bundles/* ") {
			t.Errorf("it may %s", one)
		}
	}
	slices.Sort(got)
	if !slices.Equal(slices.Compact(got), want) {
		t.Errorf("a job may\n%v\nand a release needs\n%v", got, want)
	}
}
