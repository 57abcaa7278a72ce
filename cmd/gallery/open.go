package main

import (
	"fmt"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"
)

// openBrowser opens a page in the browser that the system has set. That there is none is told, and no
// reason to end: the address is printed too.
func openBrowser(command *cobra.Command, url string) {
	opener := exec.Command("xdg-open", url)
	switch runtime.GOOS {
	case "darwin":
		opener = exec.Command("open", url)
	case "windows":
		opener = exec.Command("rundll32", "url.dll,FileProtocolHandler", url)
	}
	err := opener.Start()
	if err != nil {
		fmt.Fprintf(command.ErrOrStderr(), "No browser could be opened (%v): open %s yourself.\n", err, url)
		return
	}
	go func() { _ = opener.Wait() }() // what the opener does is its own
}
