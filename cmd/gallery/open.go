package main

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"photogallery/internal/local/control"
)

// openConsole opens the console in the default browser. The address is secret and other users can
// see command lines, so the browser gets a file that only its owner can read.
func openConsole(command *cobra.Command, data, address string) {
	file := filepath.Join(data, control.OpenFile)
	page := fmt.Sprintf("<!doctype html>\n<meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\"><meta http-equiv=\"refresh\" content=\"0; url=%[1]s\">\n<title>Photogallery</title>\n<a href=\"%[1]s\">The console</a>\n", html.EscapeString(address))
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		fmt.Fprintf(command.ErrOrStderr(), "The console could not be opened (%v): open its address yourself.\n", err)
		return
	}
	openBrowser(command, file)
}

// openBrowser opens a file. If there is no browser it prints a message and continues, because the
// console's address is printed, too.
func openBrowser(command *cobra.Command, file string) {
	url := (&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String()
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
		fmt.Fprintf(command.ErrOrStderr(), "No browser could be opened (%v): open the console's address yourself.\n", err)
		return
	}
	go func() { _ = opener.Wait() }() // the opener's output does not matter
}
