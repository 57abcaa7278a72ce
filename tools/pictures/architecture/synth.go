package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"photogallery/cdk"
)

// everything sets all options of a stack except topic, which takes the place of the topic that is
// shown.
var everything = map[string]any{
	"domain": "gallery.example.com", "hostedZone": "Z0123456789ABCDEFGHIJ", "notify": "you@example.com", "webhook": "slack:photogallery/webhook", "topic": "",
	"morningRelease": "cron(0 7 ? * MON-FRI *)", "instanceConnect": "on", "accessLogs": "on", "flowLogs": "on", "dashboard": "on", "uploadsOverHttp": "on",
	"rebake": "cron(0 5 ? * MON *)", "sleepAfter": "45m", "wake": "click", "wakeAtNight": "on", "budget": "20", "nightlyTeardown": "cron(0 20 * * ? *)", "zones": "us-east-1a,us-east-1b",
	"ebsKey": "alias/aws/ebs", "settingsKey": "arn:aws:kms:us-east-1:123456789012:key/0ea3fef3-80a7-4778-9d8c-1c0c6f4c3d2a", "tags": "team=web", "github": "octo-org/octo-repo",
}

// synthesize returns the template of a stack with all options, from the repository's root. It needs
// node on the path. Functions and bundle are empty files, which change only hashes in the template.
func synthesize(root string) (text []byte, err error) {
	context, err := flags(root)
	if err != nil {
		return nil, err
	}
	options, err := cdk.ParseOptions(everything)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "photogallery-picture-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	assets := cdk.Assets{Functions: filepath.Join(folder, "functions"), Bundle: filepath.Join(folder, "gallery.tar.gz")}
	for _, file := range []string{filepath.Join(assets.Functions, "bootstrap"), assets.Bundle} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, nil, 0o644)); err != nil {
			return nil, err
		}
	}
	defer jsii.Close()
	out := filepath.Join(folder, "out")
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &out, Context: &context, AnalyticsReporting: jsii.Bool(false)})
	stack := cdk.NewGalleryStack(app, options.Environment.Name(), &cdk.GalleryStackProps{Options: options, Assets: assets})
	app.Synth(nil)
	return os.ReadFile(filepath.Join(out, *stack.TemplateFile()))
}

// flags returns the CDK's own switches of cdk.json.
func flags(root string) (map[string]any, error) {
	text, err := os.ReadFile(filepath.Join(root, "cdk.json"))
	if err != nil {
		return nil, err
	}
	var file struct{ Context map[string]any }
	return file.Context, json.Unmarshal(text, &file)
}
