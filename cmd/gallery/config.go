package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"photogallery/internal/environment"
	"photogallery/release"
)

func configCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "config",
		Short: "List the settings of the app, or change them",
		Long: `List the settings of the app, or change them.

They are variables of its service, beside those that docs/bundle.md lists. A
change takes effect with the next release, which bakes nothing for it; a
rollback takes back the settings too. Use gallery secret for what nobody may
read.`,
		Args: noArguments,
		Example: `  gallery config
  gallery config set GREETING='Good evening' PAGE_SIZE=20 --release
  gallery config import app.env
  gallery config unset PAGE_SIZE`,
		RunE: listSettings,
	}
	addJSONFlag(command)
	list := &cobra.Command{Use: "list", Short: "List the settings", Args: noArguments, RunE: listSettings}
	addJSONFlag(list)
	set := changeCommand("set NAME=VALUE...", "Set settings, and leave the others as they are", func(_ *cobra.Command, arguments []string) (change environment.SettingsChange, err error) {
		change.Set, err = assignments(arguments)
		return change, err
	})
	unset := changeCommand("unset NAME...", "Remove settings", func(_ *cobra.Command, arguments []string) (environment.SettingsChange, error) {
		return environment.SettingsChange{Unset: arguments}, nil
	})
	unset.ValidArgsFunction = settingNames
	command.AddCommand(list, set, unset, changeCommand("import FILE...", "Set what a .env file sets", func(_ *cobra.Command, arguments []string) (change environment.SettingsChange, err error) {
		change.Set, err = imported(arguments)
		return change, err
	}))
	return command
}

// changeCommand is a command that changes the settings as its arguments say.
func changeCommand(use, short string, changed func(*cobra.Command, []string) (environment.SettingsChange, error)) *cobra.Command {
	command := &cobra.Command{
		Use:   use,
		Short: short,
		Args: func(command *cobra.Command, arguments []string) error {
			if len(arguments) == 0 {
				return release.Errorf(release.InvalidRequest, "give `%s`", command.UseLine())
			}
			return nil
		},
		RunE: func(command *cobra.Command, arguments []string) error {
			change, err := changed(command, arguments)
			if err != nil {
				return err
			}
			return onCloud(command, func(c cloud) error { return c.configure(command, change) })
		},
	}
	command.Flags().Bool("release", false, "start a release with them at once, and follow it")
	addRunFlags(command)
	return command
}

// configure makes the change, says what comes of it and, with --release, starts a release.
func (c cloud) configure(command *cobra.Command, change environment.SettingsChange) error {
	starts, err := command.Flags().GetBool("release")
	if err != nil {
		return err
	}
	if also := given(command, "name", "detach"); !starts && also != "" {
		return release.Errorf(release.InvalidRequest, "%s goes with --release, which starts one: add that, or leave it out", strings.TrimSpace(also))
	}
	change.By = person()
	outcome, err := c.Configure(command.Context(), change)
	if err != nil {
		return err
	}
	says := command.ErrOrStderr()
	switch {
	case outcome.Changed && starts:
		fmt.Fprintln(says, "Changed.")
	case outcome.Changed:
		fmt.Fprintln(says, "Changed. The next release takes it: "+c.hint("`gallery release`")+".")
	default:
		fmt.Fprintln(says, "Nothing changes: it was so already.")
	}
	if starts {
		return c.release(command, "{}")
	}
	if wantsJSON(command) {
		return showJSON(command, outcome)
	}
	return nil
}

func listSettings(command *cobra.Command, _ []string) error {
	return onCloud(command, func(c cloud) error {
		found, err := c.Settings(command.Context())
		if err != nil || wantsJSON(command) {
			return orShown(err, func() error { return showJSON(command, found) })
		}
		says := command.ErrOrStderr()
		if len(found.Values) == 0 {
			fmt.Fprintln(says, "There are no settings: "+c.hint("`gallery config set NAME=VALUE`")+" sets one.")
		}
		if len(found.Secrets) > 0 {
			fmt.Fprintf(says, "Secrets besides: %d; %s lists them.\n", len(found.Secrets), c.hint("`gallery secret`"))
		}
		c.sayWhatServes(command, found)
		return show(command, found.Values, []string{"NAME", "VALUE"}, func(s environment.Setting) []any { return []any{s.Name, shownValue(s.Value)} })
	})
}

func orShown(err error, show func() error) error {
	if err != nil {
		return err
	}
	return show()
}

// sayWhatServes tells of settings that no release has brought yet.
func (c cloud) sayWhatServes(command *cobra.Command, found environment.Settings) {
	if found.Digest != found.Serving {
		fmt.Fprintln(command.ErrOrStderr(), "No release serves with these: "+c.hint("`gallery release`")+" takes them.")
	}
}

// shownValue returns a value for a line of a table.
func shownValue(value string) string {
	if value == "" || strings.ContainsFunc(value, unicode.IsControl) || strings.TrimSpace(value) != value {
		return strconv.Quote(value)
	}
	return value
}

// assignments reads NAME=VALUE, each as it is.
func assignments(words []string) (map[string]string, error) {
	set := map[string]string{}
	for _, word := range words {
		name, value, isAssignment := strings.Cut(word, "=")
		if _, twice := set[name]; !isAssignment || twice {
			return nil, release.Errorf(release.InvalidRequest, "%q: give NAME=VALUE, and each name once", name)
		}
		set[name] = value
	}
	return set, nil
}

// imported reads .env files. A name in two of them is a problem, because neither is more right.
func imported(files []string) (map[string]string, error) {
	set, from := map[string]string{}, map[string]string{}
	var problems []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, release.Errorf(release.InvalidRequest, "%w; give the path of a .env file", err)
		}
		found, wrong := readDotenv(string(text))
		for _, problem := range wrong {
			problems = append(problems, file+": "+problem)
		}
		for name, value := range found {
			if other, twice := from[name]; twice {
				problems = append(problems, fmt.Sprintf("%s sets %s, and so does %s", file, name, other))
			}
			set[name], from[name] = value, file
		}
	}
	if slices.Sort(problems); len(problems) > 0 {
		return nil, release.Errorf(release.InvalidRequest, "%s", strings.Join(problems, "; "))
	}
	return set, nil
}

func settingNames(command *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return completions(command, nil, func(c cloud) (words []string) {
		found, err := c.Settings(command.Context())
		if err != nil {
			return nil
		}
		for _, s := range found.Values {
			words = append(words, s.Name)
		}
		return words
	})
}
