package main

import (
	"context"
	"io"
	"os/exec"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"photogallery/gallery-ami/app"
	"photogallery/internal/awsstack"
	"photogallery/internal/execution"
	"photogallery/release"
)

// addAWSFlags adds the flags that select a stack on AWS. They belong to the root, so that each
// command that can work on a stack has them.
func addAWSFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.String("stack", "", "work on this CloudFormation `stack` on AWS (default: $"+stackVariable+", else the local cloud)")
	f.String("region", "", "the AWS `region` (default: as your AWS configuration says)")
	f.String("profile", "", "the `profile` of your AWS configuration")
	completeFlag(root, "stack", stackNames)
}

// awsConfig returns the configuration of SDK clients from the standard chain, --region and
// --profile. awsstack.Configure documents its errors.
func awsConfig(command *cobra.Command) (aws.Config, error) {
	region, err := command.Flags().GetString("region")
	if err != nil {
		return aws.Config{}, err
	}
	profile, err := command.Flags().GetString("profile")
	if err != nil {
		return aws.Config{}, err
	}
	return awsstack.Configure(command.Context(), region, profile)
}

// awsCloud is a stack on AWS.
type awsCloud struct{ *awsstack.Stack }

func findStack(command *cobra.Command, name string, err error) (cloud, error) {
	if err != nil {
		return cloud{}, err
	}
	config, err := awsConfig(command)
	if err != nil {
		return cloud{}, err
	}
	stack, err := awsstack.Open(command.Context(), config, name)
	if err != nil {
		return cloud{}, err
	}
	return cloud{
		place: awsCloud{stack}, sfn: stack.SFN, history: stack.Patient, events: stack.Events, polls: execution.OnAWS,
		again: " --stack " + stack.Name + given(command, "region", "profile"),
	}, nil
}

func (c awsCloud) machines(context.Context) (releases, teardowns string, err error) {
	return c.ReleaseMachine, c.TeardownMachine, nil
}

func (c awsCloud) bundle(ctx context.Context, folder string, dry bool) (string, error) {
	var needs release.Needs
	packed := func(to io.Writer) (err error) {
		needs, err = packForAWS(folder, to)
		return err
	}
	locate := func() (release.Bundle, error) { return c.UploadBundle(ctx, packed) }
	if dry {
		locate = func() (release.Bundle, error) { return c.NameBundle(packed) }
	}
	bundle, err := locate()
	bundle.Needs = needs
	return bundle.URL(), err
}

func (c awsCloud) album(ctx context.Context) (*app.Album, error) {
	bucket, err := c.Photos(ctx)
	if err != nil {
		return nil, err
	}
	return app.OpenAlbum(ctx, app.Config{Bucket: bucket})
}

// shell runs the aws command, which signs the connection and speaks SSH through it.
func (c awsCloud) shell(ctx context.Context, instance, profile string) error {
	arguments, err := c.ShellArguments(ctx, instance)
	if err != nil {
		return err
	}
	program, err := exec.LookPath("aws")
	if err != nil {
		return release.Errorf(release.NothingUp, "there is no aws command, which opens the shell: install the AWS command line, version 2, and try again (%w)", err)
	}
	if profile != "" {
		arguments = append(arguments, "--profile", profile)
	}
	shell := exec.CommandContext(context.WithoutCancel(ctx), program, arguments...)
	return runShell(shell)
}

func (c awsCloud) explain(err error) error { return awsstack.Explain(err, c.Region) }
