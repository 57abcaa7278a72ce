package cdk_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"photogallery/cdk"
)

func TestMain(m *testing.M) {
	status := m.Run()
	jsii.Close()
	os.Exit(status)
}

// contexts returns the two extremes: what a user gets who chooses nothing, and every option.
func contexts() map[string]map[string]any {
	return map[string]map[string]any{
		"defaults": {},
		"everything": {
			"environment": "staging", "architecture": "x86_64", "cidr": "203.0.113.0/24", "vpcRange": "10.20.0.0/20", "zones": "use1-az1,use1-az4",
			"nightlyTeardown": "cron(0 20 * * ? *)", "morningRelease": "cron(0 7 ? * MON-FRI *)", "rebake": "cron(0 5 ? * MON *)", "sleepAfter": "45m", "wake": "click",
			"timeZone": "Europe/Zurich", "notify": "ops@example.com,me@example.com", "webhook": "teams:photogallery/webhook", "domain": "photos.example.com",
			"hostedZone": "Z0123456789ABCDEFGHIJ", "instanceConnect": "on", "accessLogs": "on", "dashboard": "on", "github": "octo-org@123/octo-repo@456:environment:production,octo-org/other",
			"tags":   "team=web,cost-center=42",
			"ebsKey": "arn:aws:kms:us-east-1:123456789012:key/0ea3fef3-80a7-4778-9d8c-1c0c6f4c3d2a",
		},
	}
}

func newStack(t *testing.T, app awscdk.App, context map[string]any) awscdk.Stack {
	t.Helper()
	options, err := cdk.ParseOptions(context)
	if err != nil {
		t.Fatal(err)
	}
	return cdk.NewGalleryStack(app, options.Environment.Name(), &cdk.GalleryStackProps{Options: options, Assets: assets(t)})
}

// assets stand for the compiled ones, which have nothing to do with the template but their hashes.
func assets(t *testing.T) cdk.Assets {
	t.Helper()
	folder := t.TempDir()
	made := cdk.Assets{Functions: filepath.Join(folder, "functions"), Bundle: filepath.Join(folder, "gallery.tar.gz")}
	if err := os.Mkdir(made.Functions, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{filepath.Join(made.Functions, "bootstrap"), made.Bundle} {
		if err := os.WriteFile(file, []byte("stands for the compiled one"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return made
}

// template is the part of a template that tests read.
type template struct {
	Resources map[string]resource
	Outputs   map[string]struct{ Value any }
}

type resource struct {
	Type                string
	Properties          map[string]any
	DependsOn           []string
	DeletionPolicy      string
	UpdateReplacePolicy string
}

var synthesized sync.Map

// synthesize gives the template of one of the contexts, made once.
func synthesize(t *testing.T, name string) template {
	t.Helper()
	if known, isKnown := synthesized.Load(name); isKnown {
		return known.(template)
	}
	made := decode(t, raw(t, contexts()[name]))
	synthesized.Store(name, made)
	return made
}

func raw(t *testing.T, context map[string]any) []byte {
	t.Helper()
	return rawOf(t, newStack(t, awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false)}), context))
}

func rawOf(t *testing.T, stack awscdk.Stack) []byte {
	t.Helper()
	text, err := json.MarshalIndent(assertions.Template_FromStack(stack, nil).ToJSON(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func decode(t *testing.T, text []byte) (made template) {
	t.Helper()
	if err := json.Unmarshal(text, &made); err != nil {
		t.Fatal(err)
	}
	return made
}

// of lists the resources of a type by their logical IDs.
func (made template) of(kind string) map[string]resource {
	found := map[string]resource{}
	for id, resource := range made.Resources {
		if resource.Type == kind {
			found[id] = resource
		}
	}
	return found
}
