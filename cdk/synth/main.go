// Command synth is the CDK app: npx cdk synth and npx cdk deploy run it. It writes the stack's
// template and assets, and calls AWS only to look up the subnets of a given VPC.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"photogallery/cdk"
)

func main() {
	err := synthesize(context.Background())
	stderr := os.Stderr
	quietly(jsii.Close)
	if err != nil {
		fmt.Fprintln(stderr, err)
		os.Exit(1)
	}
}

// quietly drops messages on standard error about processes that have ended as they should.
func quietly(run func()) {
	if nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = nowhere
	}
	run()
}

func synthesize(ctx context.Context) error {
	app := awscdk.NewApp(nil)
	given, _ := app.Node().GetAllContext(nil).(map[string]any)
	options, err := cdk.ParseOptions(given)
	if err != nil {
		return err
	}
	if options, err = options.LookUp(ctx, os.Stderr); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "photogallery-synth-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // the assets have been copied
	assets, err := cdk.Build(ctx, folder, options)
	if err != nil {
		return err
	}
	assets.Account, assets.Region = os.Getenv("CDK_DEFAULT_ACCOUNT"), os.Getenv("CDK_DEFAULT_REGION")
	cdk.NewGalleryStack(app, options.Environment.Name(), &cdk.GalleryStackProps{Options: options, Assets: assets})
	app.Synth(nil)
	return nil
}
