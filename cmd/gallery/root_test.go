package main

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A wrong value of any flag is answered with what to give.
func TestEachKindOfFlagSaysWhatToGive(t *testing.T) {
	var visit func(*cobra.Command)
	visit = func(command *cobra.Command) {
		command.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			if flag.Value.Set("no value of its kind") != nil && kinds[flag.Value.Type()] == "" {
				t.Errorf("%s --%s: kinds has no words for %s", command.CommandPath(), flag.Name, flag.Value.Type())
			}
		})
		for _, child := range command.Commands() {
			visit(child)
		}
	}
	visit(rootCommand())
}
