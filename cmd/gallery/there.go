package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"photogallery/gallery-ami/app"
	"photogallery/internal/awsstack"
	"photogallery/internal/execution"
	"photogallery/release"
)

// addAWSFlags says where on AWS a command works. They stand at the root, so that each command that
// can work there has them.
func addAWSFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.String("stack", "", "work on this CloudFormation `stack` on AWS (default: $"+stackVariable+", else the local cloud)")
	f.String("region", "", "the AWS `region` (default: as your AWS configuration says)")
	f.String("profile", "", "the `profile` of your AWS configuration")
	completeFlag(root, "stack", stackNames)
}

// awsConfig is the configuration of SDK clients by the standard chain, --region and --profile; see
// awsstack.Configure for its errors.
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

// there is a stack on AWS.
type there struct{ *awsstack.Stack }

func findThere(command *cobra.Command, name string, err error) (cloud, error) {
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
		place: there{stack}, sfn: stack.SFN, history: stack.History, polls: execution.OnAWS,
		again: " --stack " + stack.Name + given(command, "region", "profile"),
	}, nil
}

func (t there) machines(context.Context) (releases, teardowns string, err error) {
	return t.ReleaseMachine, t.TeardownMachine, nil
}

func (t there) bundle(ctx context.Context, folder string) (string, error) {
	bundle, err := t.UploadBundle(ctx, func(to io.Writer) error { return pack(folder, to) })
	return bundle.URL(), err
}

func (t there) album(ctx context.Context) (*app.Album, error) {
	bucket, err := t.Photos(ctx)
	if err != nil {
		return nil, err
	}
	return app.OpenAlbum(ctx, app.Config{Bucket: bucket})
}

// lookBack is how far back logs are read where nobody says.
const lookBack = time.Hour

func (t there) logs(instance string, since time.Duration) (logReader, error) {
	if since == 0 {
		since = lookBack
	}
	logs, err := t.Logs(instance, time.Now().Add(-since))
	return stackLogs{logs, instance, since}, err
}

// shell has the aws command open the shell: it signs the way in, and speaks SSH through it.
func (t there) shell(ctx context.Context, instance, profile string) error {
	arguments, err := t.ShellArguments(ctx, instance)
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
	// The shell's own end, not Ctrl-C, which is for what runs in it.
	shell := exec.CommandContext(context.WithoutCancel(ctx), program, arguments...)
	shell.Stdin, shell.Stdout, shell.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = shell.Run()
	var left *exec.ExitError
	if errors.As(err, &left) {
		return ended{max(left.ExitCode(), exitFailed)}
	}
	return err
}

func (t there) explain(err error) error { return awsstack.Explain(err, t.Region) }
