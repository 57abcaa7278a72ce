package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"photogallery/internal/release"
)

// requestFlags are the fields of a release request that a flag gives, by the flag's name.
var requestFlags = map[string]string{
	"version": "version", "bundle": "bundle", "image": "image", "rebake": "rebake", "instance-type": "instanceType",
	"min-size": "minSize", "max-size": "maxSize", "desired": "desired", "ttl": "ttl", "wait": "wait",
}

func releaseCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "release",
		Short: "Release a version, and follow it to its end",
		Args:  noArguments,
		Example: `  gallery release --bundle examples/lesson
  gallery release --image ami-0123456789abcdef0    # a rollback
  gallery release --input '{"minSize": 3}'`,
		RunE: runRelease,
	}
	f := command.Flags()
	f.String("version", "", "what the release is called")
	f.String("bundle", "", "the `folder` to release")
	f.String("image", "", "release this existing `image` and bake nothing: a rollback")
	f.Bool("rebake", false, "bake a new image even if there is one of this content")
	f.String("instance-type", "", "the instances' `type`")
	f.Int("min-size", 0, "the fewest instances")
	f.Int("max-size", 0, "the most instances")
	f.Int("desired", 0, "how many instances to run now")
	f.String("ttl", "", "tear everything down after this `time`, such as 90m")
	f.Bool("wait", false, "wait while another run holds the environment")
	f.String("input", "", "the whole request as `JSON`, instead of flags")
	addRunFlags(f)
	return command
}

// addRunFlags are those of the commands that start an execution.
func addRunFlags(f *pflag.FlagSet) {
	f.String("name", "", "the execution's `name`; made of the time where none is given")
	f.Bool("detach", false, "start it, print its name and do not wait")
}

func runRelease(command *cobra.Command, _ []string) error {
	input, err := releaseInput(command.Flags())
	if err != nil {
		return err
	}
	c, err := findCloud(command)
	if err != nil {
		return err
	}
	status, err := c.Status(command.Context())
	if err != nil {
		return err
	}
	followed, err := c.start(command, status.ReleaseMachine, "release", input)
	if err == nil && followed {
		fmt.Fprintln(command.OutOrStdout(), c.endpoint.Gallery)
	}
	return err
}

// releaseInput is the request, checked before anything is asked of the cloud.
func releaseInput(flags *pflag.FlagSet) (string, error) {
	given, err := flags.GetString("input")
	if err != nil {
		return "", err
	}
	if given == "" {
		if given, err = fromFlags(flags); err != nil {
			return "", err
		}
	}
	_, err = release.ParseRequest([]byte(given))
	return given, err
}

func fromFlags(flags *pflag.FlagSet) (string, error) {
	request := map[string]any{}
	flags.Visit(func(flag *pflag.Flag) {
		field, isField := requestFlags[flag.Name]
		if !isField {
			return
		}
		var value any = flag.Value.String()
		if flag.Value.Type() != "string" {
			value = json.RawMessage(flag.Value.String())
		}
		if flag.Name == "bundle" {
			value = absolute(flag.Value.String())
		}
		request[field] = value
	})
	encoded, err := json.Marshal(request)
	return string(encoded), err
}

// absolute is for the folder of a bundle: the cloud may work in another one than the person.
func absolute(bundle string) string {
	if _, err := os.Stat(bundle); err != nil {
		return bundle
	}
	if path, err := filepath.Abs(bundle); err == nil {
		return path
	}
	return bundle
}

// executionName is one that tells when it was made.
func executionName(kind string) string { return kind + "-" + time.Now().Format("20060102-150405.000") }

// start starts an execution and, unless it is to be detached, follows it to its end.
func (c cloud) start(command *cobra.Command, machine, kind, input string) (followed bool, err error) {
	name, err := command.Flags().GetString("name")
	if err != nil {
		return false, err
	}
	if name == "" {
		name = executionName(kind)
	}
	out, err := c.sfn.StartExecution(command.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine, Name: &name, Input: &input})
	if err != nil {
		return false, err
	}
	if detach, err := command.Flags().GetBool("detach"); err != nil || detach {
		fmt.Fprintln(command.OutOrStdout(), name)
		return false, err
	}
	_, err = c.follow(command, aws.ToString(out.ExecutionArn))
	return true, err
}
