package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/spf13/cobra"

	"photogallery/internal/awsstack"
	"photogallery/internal/lab"
	"photogallery/release"
)

func labCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "lab",
		Short: "Deploy to an AWS Academy Learner Lab, where nobody may make roles",
		Long: `Deploy to an AWS Academy Learner Lab, or another account in which nobody may make
roles: with one role that is there, and a bucket instead of cdk bootstrap. Each
command prints what it runs. docs/lab.md has the way from "Start Lab" to the
gallery, and what is lost without roles of one's own.`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return command.Help() },
	}
	command.AddCommand(labInitCommand(), labCDKCommand("deploy", "Deploy the stack with one role, or update it"), labCDKCommand("destroy", "Tear down what serves, and delete the stack"))
	return command
}

func labInitCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Make the bucket that a deployment uploads its files to, or find it",
		Args:  noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			account, config, err := labAccount(command)
			if err != nil {
				return err
			}
			made, err := lab.Init(command.Context(), s3.NewFromConfig(config), account, config.Region)
			if err != nil {
				return awsstack.Explain(err, config.Region)
			}
			done := "There is"
			if made {
				done = "Made"
			}
			fmt.Fprintf(command.OutOrStdout(), "%s bucket %s.\nNext: gallery lab deploy%s\n", done, lab.BucketName(account, config.Region), given(command, "region", "profile"))
			return nil
		},
	}
}

func labCDKCommand(action, short string) *cobra.Command {
	var d lab.Deployment
	command := &cobra.Command{
		Use:     action,
		Short:   short,
		Args:    noArguments,
		Example: "  gallery lab " + action + "\n  gallery lab " + action + " -c environment=mine",
		RunE: func(command *cobra.Command, _ []string) error {
			account, config, err := labAccount(command)
			if err != nil {
				return err
			}
			isThere, err := lab.Find(command.Context(), s3.NewFromConfig(config), account, config.Region)
			if err != nil {
				return awsstack.Explain(err, config.Region)
			}
			d.Bucket = lab.BucketName(account, config.Region)
			if !isThere {
				return release.Errorf(release.NotFound, "there is no bucket %s: make it with `gallery lab init%s`", d.Bucket, given(command, "region", "profile"))
			}
			return runCDK(command, config, d.Command(action))
		},
	}
	f := command.Flags()
	f.StringVar(&d.Role, "role", "LabRole", "the `role` that everything uses")
	f.StringVar(&d.InstanceProfile, "instance-profile", "LabInstanceProfile", "the `profile` with that role, for instances")
	f.StringArrayVarP(&d.Context, "context", "c", nil, "a further `KEY=VALUE` of docs/configuration.md; may be given several times")
	if action == "destroy" {
		f.BoolVarP(&d.Yes, "yes", "y", false, "do not ask whether to go ahead, as scripts need")
	}
	return command
}

func labAccount(command *cobra.Command) (account string, config aws.Config, err error) {
	if stack, err := stackOf(command); err != nil || command.Flags().Changed("stack") {
		return "", config, errors.Join(err, release.Errorf(release.InvalidRequest, "--stack %q: a lab's stack is named by its environment; give -c environment=NAME", stack))
	}
	if config, err = awsConfig(command); err != nil {
		return "", config, err
	}
	if account, err = lab.Account(command.Context(), sts.NewFromConfig(config)); err != nil {
		return "", config, awsstack.Explain(err, config.Region)
	}
	return account, config, nil
}

// runCDK prints a command line and runs it in this folder, which must be the repository's.
func runCDK(command *cobra.Command, config aws.Config, words []string) error {
	if _, err := os.Stat("cdk.json"); err != nil {
		return release.Errorf(release.InvalidRequest, "there is no cdk.json here: run this in the folder of Photogallery's repository, after `npm ci`")
	}
	program, err := exec.LookPath(words[0])
	if err != nil {
		return release.Errorf(release.NothingUp, "there is no %s, which Node.js brings: install it, run `npm ci`, and try again (%w)", words[0], err)
	}
	region := "AWS_REGION=" + config.Region
	if profile, _ := command.Flags().GetString("profile"); profile != "" {
		words = append(words, "--profile", profile)
	}
	showCommand(command, append([]string{region}, words...))
	// Ctrl-C is for the CDK, which then ends by itself.
	cdk := exec.CommandContext(context.WithoutCancel(command.Context()), program, words[1:]...)
	cdk.Env = append(os.Environ(), region)
	cdk.Stdin, cdk.Stdout, cdk.Stderr = os.Stdin, command.OutOrStdout(), command.ErrOrStderr()
	err = cdk.Run()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return ended{max(failed.ExitCode(), exitFailed)}
	}
	return err
}

func showCommand(command *cobra.Command, words []string) {
	shown := make([]string, len(words))
	for i, word := range words {
		shown[i] = quoted(word)
	}
	fmt.Fprintln(command.ErrOrStderr(), strings.Join(shown, " "))
}
