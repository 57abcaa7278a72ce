package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"photogallery/gallery-ami/recipe/settings"
	"photogallery/internal/environment"
	"photogallery/release"
)

func secretCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "secret",
		Short: "List the secrets of the app by name, or change them",
		Long: `List the secrets of the app by name, or change them.

The app gets each as a variable of its service and as the file of its name in
$CREDENTIALS_DIRECTORY. Only its instances can read the value; nothing shows it
again. A change takes effect with the next release, which bakes nothing for
it.`,
		Args: noArguments,
		Example: `  gallery secret set SESSION_KEY                  # asks for the value
  gallery secret set TLS_KEY <key.pem
  gallery secret unset SESSION_KEY --release`,
		RunE: listSecrets,
	}
	addJSONFlag(command)
	list := &cobra.Command{Use: "list", Short: "List the names of the secrets", Args: noArguments, RunE: listSecrets}
	addJSONFlag(list)
	set := changeCommand("set NAME", "Set a secret to what is typed or piped in", func(command *cobra.Command, arguments []string) (environment.SettingsChange, error) {
		name := arguments[0]
		if len(arguments) > 1 || strings.Contains(name, "=") {
			return environment.SettingsChange{}, release.Errorf(release.InvalidRequest, "give the name of one secret and no value, which others could see among the processes: it is asked for, or read from a pipe")
		}
		if err := settings.CheckName(name); err != nil {
			return environment.SettingsChange{}, release.Errorf(release.InvalidRequest, "%w", err)
		}
		value, err := readSecret(command, name)
		return environment.SettingsChange{SetSecrets: map[string][]byte{name: value}}, err
	})
	set.Long = `Set a secret to what is typed or piped in. The line break at the end of a
single line is left out; several lines stay as they are.`
	unset := changeCommand("unset NAME...", "Remove secrets", func(_ *cobra.Command, arguments []string) (environment.SettingsChange, error) {
		return environment.SettingsChange{UnsetSecrets: arguments}, nil
	})
	unset.ValidArgsFunction = secretNames
	command.AddCommand(list, set, unset)
	return command
}

// readSecret asks for the value without an echo, or reads it from a file or a pipe.
func readSecret(command *cobra.Command, name string) (value []byte, err error) {
	in := command.InOrStdin()
	if file, isFile := in.(*os.File); isFile && term.IsTerminal(int(file.Fd())) {
		fmt.Fprintf(command.ErrOrStderr(), "The value of %s, which is not shown: ", name)
		value, err = typed(command.Context(), int(file.Fd()))
		fmt.Fprintln(command.ErrOrStderr())
	} else {
		value, err = io.ReadAll(in)
	}
	if err == nil && len(lineOf(value)) == 0 {
		err = release.Errorf(release.InvalidRequest, "the value of %s is empty: type one, or pipe it in; `gallery secret unset %s` removes the secret", name, name)
	}
	return lineOf(value), err
}

// typed reads a line without an echo. It returns when ctx ends, with the terminal as it was.
func typed(ctx context.Context, terminal int) ([]byte, error) {
	before, err := term.GetState(terminal)
	if err != nil {
		return nil, err
	}
	type read struct {
		line []byte
		err  error
	}
	done := make(chan read, 1)
	go func() {
		line, err := term.ReadPassword(terminal)
		done <- read{line, err}
	}()
	select {
	case got := <-done:
		return got.line, got.err
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), term.Restore(terminal, before))
	}
}

// lineOf drops the line break that echo and editors add to a single line.
func lineOf(value []byte) []byte {
	text := string(value)
	line, isLine := strings.CutSuffix(text, "\n")
	if !isLine || strings.Contains(line, "\n") {
		return value
	}
	return []byte(strings.TrimSuffix(line, "\r"))
}

func listSecrets(command *cobra.Command, _ []string) error {
	return onCloud(command, func(c cloud) error {
		found, err := c.Settings(command.Context())
		if err != nil {
			return err
		}
		if !wantsJSON(command) {
			if len(found.Secrets) == 0 {
				fmt.Fprintln(command.ErrOrStderr(), "There are no secrets: "+c.hint("`gallery secret set NAME`")+" sets one.")
			}
			c.sayWhatServes(command, found)
		}
		return show(command, found.Secrets, []string{"NAME", "SET", "BYTES"}, func(s environment.Secret) []any {
			return []any{s.Name, s.Set.Local().Format(time.DateTime), s.Size}
		})
	})
}

func secretNames(command *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return completions(command, nil, func(c cloud) (words []string) {
		found, err := c.Settings(command.Context())
		if err != nil {
			return nil
		}
		for _, s := range found.Secrets {
			words = append(words, s.Name)
		}
		return words
	})
}
