package main

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"
)

// openBrowser opens a page in the browser that the system has set. That there is none is told, and no
// reason to end: the address is printed too.
func openBrowser(command *cobra.Command, url string) {
	words := []string{"xdg-open", url}
	switch runtime.GOOS {
	case "darwin":
		words = []string{"open", url}
	case "windows":
		words = []string{"rundll32", "url.dll,FileProtocolHandler", url}
	}
	opener := exec.CommandContext(context.WithoutCancel(command.Context()), words[0], words[1:]...)
	err := opener.Start()
	if err != nil {
		fmt.Fprintf(command.ErrOrStderr(), "No browser could be opened (%v): open %s yourself.\n", err, url)
		return
	}
	go func() { _ = opener.Wait() }() // what the opener does is its own
}
