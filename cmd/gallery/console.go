package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/awsstack"
	"photogallery/internal/console"
	"photogallery/internal/local/control"
	"photogallery/internal/pace"
	"photogallery/release"
)

type consoleFlags struct {
	listen   string
	readOnly bool
}

func consoleCommand() *cobra.Command {
	var flags consoleFlags
	command := &cobra.Command{
		Use:   "console",
		Short: "Serve the console of a stack on this machine until Ctrl-C, or print an address of the local cloud's",
		Long: `Serve the console of a stack on AWS on a loopback address until Ctrl-C, with your
credentials, and print the address that opens it once, in one browser. It asks
AWS only while a page is open, every three to twelve seconds for all pages
together. Without --stack it prints an address of the local cloud's console.`,
		Args: noArguments,
		Example: `  gallery console --stack photogallery-main
  gallery console --stack photogallery-main --profile school --read-only`,
		RunE: func(command *cobra.Command, _ []string) error {
			name, err := stackOf(command)
			if err != nil {
				return err
			}
			if name == "" {
				return openedLocally(command)
			}
			return serveConsole(command, name, flags)
		},
	}
	f := command.Flags()
	f.StringVar(&flags.listen, "listen", "", "the loopback `host:port` of the page (default: 127.0.0.1:8082, or a free port where that is taken)")
	f.BoolVar(&flags.readOnly, "read-only", false, "show everything and refuse every action, as for a projector")
	return command
}

// openedLocally prints an address of the console that `gallery up` serves.
func openedLocally(command *cobra.Command) error {
	if also := given(command, "listen", "read-only"); also != "" {
		return release.Errorf(release.InvalidRequest, "%s goes with --stack, because `gallery up` serves the local cloud's console itself: leave it out, or add --stack", also[1:])
	}
	at, err := findLocal(command)
	if err != nil {
		return err
	}
	address, err := at.Console(command.Context())
	if err != nil {
		return told(err)
	}
	_, err = fmt.Fprintln(command.OutOrStdout(), address)
	return err
}

func serveConsole(command *cobra.Command, name string, flags consoleFlags) error {
	ctx := command.Context()
	config, err := awsConfig(command)
	if err != nil {
		return err
	}
	stack, err := awsstack.Open(ctx, awsstack.Lasting(config, config.Region, command.Flags().Lookup("profile").Value.String()), name)
	if err != nil {
		return err
	}
	listener, err := flags.listener(ctx)
	if err != nil {
		return err
	}
	shown := stack.Console(flags.readOnly)
	fmt.Fprintf(command.ErrOrStderr(), "The console of stack %s in %s is at this address, which opens it once. Ctrl-C ends it.\n", stack.Name, stack.Region)
	fmt.Fprintln(command.OutOrStdout(), "http://"+listener.Addr().String()+shown.Ticket())
	return serveUntil(ctx, listener, shown)
}

// listener listens on the given address, or on the first usual one that is free.
func (f consoleFlags) listener(ctx context.Context) (net.Listener, error) {
	if f.listen != "" {
		return control.ListenOnLoopback(ctx, f.listen, "--listen")
	}
	listener, err := control.ListenOnLoopback(ctx, "127.0.0.1:8082", "--listen")
	if release.CodeOf(err) == release.StillInUse {
		return control.ListenOnLoopback(ctx, "127.0.0.1:0", "--listen")
	}
	return listener, err
}

// serveUntil serves the console until ctx ends.
func serveUntil(ctx context.Context, listener net.Listener, shown *console.Console) error {
	server := &http.Server{Handler: pace.Bodies(shown.Handler()), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10}
	bound := pace.Paced(listener, 16)
	bound.Yield(server)
	end := context.AfterFunc(ctx, func() {
		shown.Close() // open streams would block the server's shutdown
		_ = server.Close()
	})
	defer end()
	if err := server.Serve(bound); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
