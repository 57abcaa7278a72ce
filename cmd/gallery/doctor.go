package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"photogallery/internal/doctor"
	"photogallery/internal/environment"
	"photogallery/internal/local/control"
	"photogallery/release"
)

func doctorCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "doctor",
		Short: "Look for what would make a deployment or a release on AWS fail, and say what to do",
		Long: `Look for what would make a deployment or a release on AWS fail, and say what to
do: credentials, CDK bootstrap, zones, instance type, quotas and roles of the
account, and Node.js and Go on this machine. With --stack the stack too: its
state, the age of the serving image's base, who holds its lock, and leftovers.
Without it, that age in the local cloud, if one is up. It changes nothing.

✓ is well, ✗ would fail, ! may fail or could not be looked at. The exit status
is 1 where something would fail.`,
		Args: noArguments,
		Example: `  gallery doctor --region eu-central-1      # before the first deployment
  gallery doctor --architecture x86_64
  gallery doctor --stack photogallery-main`,
		RunE: runDoctor,
	}
	addFleetFlags(command)
	command.Flags().String("architecture", "", "the option `architecture` of the deployment (default: the stack's, or arm64)")
	completeFlag(command, "architecture", cobra.FixedCompletions(release.Architectures(), cobra.ShellCompDirectiveNoFileComp))
	addJSONFlag(command)
	return command
}

func architectureOf(command *cobra.Command) (string, error) {
	given, err := command.Flags().GetString("architecture")
	if err == nil && given != "" && !slices.Contains(release.Architectures(), given) {
		err = release.Errorf(release.InvalidRequest, "--architecture %q: give %s", given, strings.Join(release.Architectures(), " or "))
	}
	return given, err
}

func runDoctor(command *cobra.Command, _ []string) error {
	request, err := fleetRequest(command)
	if err != nil {
		return err
	}
	least, most, err := request.UsualBounds(release.Current{})
	if err != nil {
		return err
	}
	options := doctor.Options{
		InstanceType: request.InstanceType, MinSize: least, MaxSize: most, Tool: doctor.FirstLine,
		Asked: command.Flags().Changed("min-size") || command.Flags().Changed("max-size"),
	}
	if options.Stack, err = stackOf(command); err != nil {
		return err
	}
	if options.Architecture, err = architectureOf(command); err != nil {
		return err
	}
	if options.Stack == "" {
		options.Here = servingHere(command)
	}
	options.Config, options.Unconfigured = awsConfig(command)
	if err := command.Context().Err(); err != nil {
		return err
	}
	found := []doctor.Finding{}
	doctor.Examine(command.Context(), options, func(f doctor.Finding) {
		found = append(found, f)
		if !wantsJSON(command) {
			showFinding(command, f)
		}
	})
	if err := command.Context().Err(); err != nil {
		return err
	}
	if wantsJSON(command) {
		err = showJSON(command, found)
	} else {
		showDiagnosis(command, found)
	}
	if count(found, doctor.Failed) > 0 && err == nil {
		return ended{exitFailed}
	}
	return err
}

// servingHere returns what serves in the local cloud, or nil if none is up or nothing serves.
func servingHere(command *cobra.Command) *environment.Serving {
	data, err := dataFolder(command)
	if err != nil {
		return nil
	}
	endpoint, err := control.Find(data)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(command.Context(), answersIn)
	defer cancel()
	status, err := control.NewClient(endpoint).Status(ctx)
	if err != nil {
		return nil
	}
	return status.Serving
}

var marks = map[doctor.Verdict]string{doctor.OK: "✓", doctor.Warning: "!", doctor.Failed: "✗"}

func showFinding(command *cobra.Command, f doctor.Finding) {
	out := command.OutOrStdout()
	fmt.Fprintf(out, "%s %-28s %s\n", marks[f.Verdict], f.Check, f.Saw)
	if f.Remedy != "" {
		fmt.Fprintf(out, "  %-28s %s\n", "", f.Remedy)
	}
}

func showDiagnosis(command *cobra.Command, found []doctor.Finding) {
	failed, doubtful := count(found, doctor.Failed), count(found, doctor.Warning)
	words := "No problems found."
	switch {
	case failed > 0 && doubtful > 0:
		words = fmt.Sprintf("✗ %d would fail, ! %d may.", failed, doubtful)
	case failed > 0:
		words = fmt.Sprintf("✗ %d would fail.", failed)
	case doubtful > 0:
		words = fmt.Sprintf("No problems found, but see ! %d.", doubtful)
	}
	fmt.Fprintln(command.OutOrStdout(), "\n"+words)
}

func count(found []doctor.Finding, verdict doctor.Verdict) (n int) {
	for _, f := range found {
		if f.Verdict == verdict {
			n++
		}
	}
	return n
}
