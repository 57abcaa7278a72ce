package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, its commit and its date",
		Args:  noArguments,
		Run: func(command *cobra.Command, _ []string) {
			info, _ := debug.ReadBuildInfo() // nil in a program that was built without modules
			fmt.Fprintf(command.OutOrStdout(), "gallery %s, %s %s/%s %s\n", version(), commitOf(info), runtime.GOOS, runtime.GOARCH, runtime.Version())
		},
	}
}

// version returns the module's version, from the Go tool.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// commitOf returns the commit that a program was built from and its date, as the Go tool records them.
// It records none for go run.
func commitOf(info *debug.BuildInfo) string {
	if info == nil {
		return "commit unknown,"
	}
	of := map[string]string{}
	for _, setting := range info.Settings {
		of[setting.Key] = setting.Value
	}
	if of["vcs.revision"] == "" {
		return "commit unknown,"
	}
	changed := map[string]string{"true": " with changes"}[of["vcs.modified"]]
	return fmt.Sprintf("commit %.12s%s of %s,", of["vcs.revision"], changed, cmp.Or(of["vcs.time"], "an unknown date"))
}
