// Command synth is the CDK app: npx cdk synth and npx cdk deploy run it. It writes the stack's
// template and assets; nothing in it talks to AWS.
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
	defer jsii.Close()
	if err := synthesize(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		jsii.Close()
		os.Exit(1)
	}
}

func synthesize(ctx context.Context) error {
	app := awscdk.NewApp(nil)
	given, _ := app.Node().GetAllContext(nil).(map[string]any)
	options, err := cdk.ParseOptions(given)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "photogallery-synth-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // the assets have been copied
	assets, err := cdk.Build(ctx, folder)
	if err != nil {
		return err
	}
	assets.Account, assets.Region = os.Getenv("CDK_DEFAULT_ACCOUNT"), os.Getenv("CDK_DEFAULT_REGION")
	cdk.NewStack(app, options, assets)
	app.Synth(nil)
	return nil
}
