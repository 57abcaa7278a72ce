package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"photogallery/internal/cost"
	"photogallery/internal/price"
	"photogallery/internal/terminal"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/sweep"
	"photogallery/release"
)

func teardownCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "teardown",
		Short: "Delete all that releases made, and prove that nothing is left; photos stay",
		Args:  noArguments,
		RunE:  runTeardown,
	}
	f := command.Flags()
	f.String("images", string(release.KeepLatestImage), "which `images` go: keep-latest or delete")
	f.Bool("dry-run", false, "list what would be deleted, say what stays and costs, and delete nothing")
	f.BoolP("yes", "y", false, "do not ask, on a terminal, whether to go ahead")
	addRunFlags(command)
	completeFlag(command, "images", cobra.FixedCompletions([]string{string(release.KeepLatestImage), string(release.DeleteImages)}, cobra.ShellCompDirectiveNoFileComp))
	return command
}

func runTeardown(command *cobra.Command, _ []string) error {
	images, err := command.Flags().GetString("images")
	if err != nil {
		return err
	}
	dryRun, err := command.Flags().GetBool("dry-run")
	if err != nil {
		return err
	}
	input, err := json.Marshal(release.TeardownRequest{Images: release.ImagesPolicy(images), DryRun: dryRun, By: person()})
	if err != nil {
		return err
	}
	if _, err := release.ParseTeardown(input); err != nil {
		return err
	}
	return onCloud(command, func(c cloud) error {
		_, machine, err := c.machines(command.Context())
		if err != nil {
			return err
		}
		if dryRun {
			return c.list(command, machine, string(input))
		}
		if err := c.mayTearDown(command); err != nil {
			return err
		}
		_, err = c.start(command, machine, "teardown", string(input))
		return err
	})
}

// mayTearDown asks the person at a terminal. It does not ask scripts.
func (c cloud) mayTearDown(command *cobra.Command) error {
	yes, err := command.Flags().GetBool("yes")
	in, isFile := command.InOrStdin().(*os.File)
	if err != nil || yes || !isFile || !term.IsTerminal(int(in.Fd())) || terminal.Width(command.ErrOrStderr()) == 0 {
		return err
	}
	status, err := c.Status(command.Context())
	if err != nil {
		return err
	}
	serving := "nothing serves"
	if s := status.Serving; s != nil {
		serving = fmt.Sprintf("version %s serves with %d instances", s.Version, len(status.Instances))
	}
	fmt.Fprintf(command.ErrOrStderr(), "This deletes all that releases made in environment %s, where %s; photos stay. Go ahead? [y/N] ", status.Environment, serving)
	answer, err := readLine(command.Context(), in)
	if strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes") {
		return nil
	}
	fmt.Fprintln(command.ErrOrStderr(), "Nothing is torn down.")
	return errors.Join(err, ended{exitInterrupted})
}

// readLine returns a line that a person types, without its end. It returns when ctx ends.
func readLine(ctx context.Context, from io.Reader) (line string, err error) {
	typed := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(from).ReadString('\n') // a closed input is an empty answer
		typed <- strings.TrimSpace(line)
	}()
	select {
	case line = <-typed:
		return line, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// leftover is the answer of `teardown --dry-run`.
type leftover struct {
	sweep.Listed
	Cost cost.Rest `json:"cost"` // of what stays, on AWS
}

// list runs the teardown's dry run and prints what it found, and what goes on costing money.
func (c cloud) list(command *cobra.Command, machine, input string) error {
	var found leftover
	if err := c.dryRun(command, machine, input, &found.Listed); err != nil {
		return err
	}
	images := slices.DeleteFunc(slices.Clone(found.Kept), func(r inventory.Resource) bool { return r.Kind != "image" })
	var err error
	if found.Cost, err = cost.OfRest(price.Load(), len(images)); err != nil {
		return err
	}
	if wantsJSON(command) {
		return showJSON(command, found)
	}
	err = show(command, found.Resources, []string{"KIND", "ID", "NAME"}, func(r inventory.Resource) []any { return []any{r.Kind, r.ID, r.Name} })
	if len(found.Resources) == 0 {
		fmt.Fprintln(command.ErrOrStderr(), "Nothing would be deleted.")
	}
	fmt.Fprintln(command.ErrOrStderr(), found.words(images))
	return err
}

// words says what stays, and what that costs.
func (l leftover) words(images []inventory.Resource) string {
	kept := "No image stays"
	if len(images) > 0 {
		var names []string
		for _, image := range images {
			names = append(names, image.ID)
		}
		kept = "It keeps image " + strings.Join(names, ", ") + ", so that the next release need not bake it"
	}
	return fmt.Sprintf("%s. Photos, bundles and the stack stay.\nOn AWS that goes on costing about %.2f %s a month, without photos and bundles, by the prices of %s in %s.",
		kept, l.Cost.Month, l.Cost.Currency, l.Cost.Date, l.Cost.Region)
}
