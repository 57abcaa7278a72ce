package main

import (
	"os"
	"strings"
	"testing"
)

func TestDocumentNamesEveryCommand(t *testing.T) {
	document, err := os.ReadFile("../../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	root := rootCommand()
	root.InitDefaultCompletionCmd()
	for _, command := range root.Commands() {
		if command.Runnable() && !strings.Contains(string(document), "`"+command.Name()+"`") {
			t.Errorf("docs/commands.md has no %s", command.Name())
		}
	}
	var flags strings.Builder
	root.PersistentFlags().SetOutput(&flags)
	root.PersistentFlags().PrintDefaults()
	for _, flag := range []string{"--stack", "--region", "--profile", "--data"} {
		if !strings.Contains(string(document), flag) || !strings.Contains(flags.String(), flag) {
			t.Errorf("%s is not a flag of all commands, or docs/commands.md does not tell of it", flag)
		}
	}
}
