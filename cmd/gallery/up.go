package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"photogallery/gallery-ami/recipe"
	"photogallery/internal/local"
	"photogallery/internal/local/control"
	"photogallery/internal/terminal"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// demoPace makes a minute on AWS pass in a second.
const demoPace = 60

// smallHeap collects garbage twice as often as usual, because an idle cloud on a laptop should be
// small.
const smallHeap = 40

type upFlags struct {
	address, api, pace, ttl string
	nightly, morning        string
	rebake                  string
	console                 string
	open                    bool
	noRelease, check        bool
	oneAddress              bool
	verbose                 bool
	sleepAfter              time.Duration
}

func upCommand() *cobra.Command {
	var flags upFlags
	command := &cobra.Command{
		Use:   "up",
		Short: "Start a local cloud, release what served last (at first the gallery), and serve until Ctrl-C",
		Args:  noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := refuseAWSFlags(command); err != nil {
				return err
			}
			outliveReaders()
			if flags.check {
				if err := onlyCheck(command); err != nil {
					return err
				}
				return checkUp(command, flags.oneAddress)
			}
			return up(command, flags)
		},
	}
	f := command.Flags()
	f.StringVar(&flags.address, "address", "127.0.0.1:8080", "the load balancer's `host:port`; port 0 takes a free one")
	f.StringVar(&flags.api, "api", "127.0.0.1:0", "the loopback `host:port` of the Step Functions API")
	f.StringVar(&flags.console, "console", "", "the loopback `host:port` of the console's page (default: 127.0.0.1:8081, or a free port where that is taken)")
	f.BoolVar(&flags.open, "open", false, "open the console in a browser")
	f.StringVar(&flags.pace, "pace", "demo", "the `pace`: with demo, a minute on AWS takes a second; with aws, a minute")
	f.StringVar(&flags.ttl, "ttl", "", "tear everything down after this `time`, such as 90m")
	f.StringVar(&flags.nightly, "nightly", "", "tear down by this `schedule`, such as \"cron(0 20 * * ? *)\"")
	f.StringVar(&flags.morning, "morning", "", "release by this `schedule`, such as \"cron(0 7 ? * MON-FRI *)\"")
	f.StringVar(&flags.rebake, "rebake", "", "by this `schedule`, bake what serves again if this machine's packages have changed since, such as \"cron(0 6 ? * MON *)\"")
	f.DurationVar(&flags.sleepAfter, "sleep-after", 0, "tear everything down when nobody has visited for this `time`, such as 45m, at the pace")
	f.BoolVar(&flags.noRelease, "no-release", false, "release nothing yet")
	f.BoolVar(&flags.check, "check", false, "run the whole story unattended in a temporary folder instead, and exit with 0 only if all of it holds")
	f.BoolVar(&flags.oneAddress, "one-address", false, "give instances ports of 127.0.0.1 instead of addresses of their own, as macOS needs it")
	f.BoolVar(&flags.verbose, "verbose", false, "log every step")
	completeFlag(command, "pace", cobra.FixedCompletions([]string{"demo", "aws"}, cobra.ShellCompDirectiveNoFileComp))
	return command
}

// outliveReaders makes writes to a pipe without readers fail: Ctrl-C also ends the tee of a
// pipeline, and SIGPIPE would end this program before it has cleaned up. Child processes keep the
// default SIGPIPE, which they would not if the signal were ignored.
func outliveReaders() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// onlyCheck refuses flags that have no effect with --check.
func onlyCheck(command *cobra.Command) error {
	var also []string
	command.Flags().Visit(func(flag *pflag.Flag) {
		if flag.Name != "check" && flag.Name != "one-address" {
			also = append(also, "--"+flag.Name)
		}
	})
	if len(also) == 0 {
		return nil
	}
	return release.Errorf(release.InvalidRequest, "--check uses its own folder, addresses and pace: leave out %s", strings.Join(also, ", "))
}

func up(command *cobra.Command, flags upFlags) error {
	debug.SetGCPercent(smallHeap)
	options, err := flags.options(command)
	if err != nil {
		return err
	}
	running, err := local.Start(command.Context(), options)
	if err != nil && command.Context().Err() != nil {
		return ended{exitInterrupted} // before it was up
	}
	if err != nil {
		return err
	}
	progress, where := command.ErrOrStderr(), running.Endpoint()
	fmt.Fprintf(progress, "A local cloud is up, with its data in %s.\n", options.Data)
	if flags.open {
		openConsole(command, options.Data, running.ConsoleAddress())
	}
	hint := "Try, in another terminal: gallery status, load, crash, release, teardown."
	if flags.noRelease {
		hint = "Nothing is released yet. In another terminal, gallery release does that."
	} else if served, failed := releaseFirst(command, running, options.Data, flags.ttl); failed != nil {
		err = failed
	} else if !served {
		hint = "The release did not succeed. In another terminal, gallery release tries again, and gallery logs shows what instances wrote."
	}
	if err == nil && command.Context().Err() == nil {
		fmt.Fprintf(progress, upHints, where.Gallery, consoleFor(progress, where.Console, running.ConsoleAddress), where.API, hint)
		<-command.Context().Done()
	}
	fmt.Fprintln(progress, "Ending the local cloud.")
	return errors.Join(err, running.Close())
}

const upHints = `
  Gallery         %s
  Console         %s
  Step Functions  %s, for the aws command's --endpoint-url; its key: api.key

%s
Ctrl-C ends it all.
`

// consoleFor returns the console's address: on a terminal with the ticket that opens it once, and
// without it elsewhere, where others may read it later.
func consoleFor(out io.Writer, console string, opened func() string) string {
	if terminal.Width(out) == 0 {
		return console + ", opened by the address that `gallery status` prints on a terminal"
	}
	return opened()
}

// releaseFirst releases the gallery, shows the progress and reports whether it serves. A failed
// release does not end the cloud, so that people can try again.
func releaseFirst(command *cobra.Command, running *local.Local, data, ttl string) (serves bool, err error) {
	arn, err := running.Release(command.Context(), release.ExecutionName("release", time.Now()), requestOf(ttl))
	if err != nil {
		return false, err
	}
	up := localCloud{control.NewClient(running.Endpoint()), running.Endpoint(), data}
	_, err = up.cloud(command).draw(command, arn)
	var done ended
	if errors.As(err, &done) {
		return false, nil
	}
	return err == nil, err
}

func (f upFlags) options(command *cobra.Command) (local.Options, error) {
	data, err := dataFolder(command)
	if err != nil {
		return local.Options{}, err
	}
	if data, err = filepath.Abs(data); err != nil {
		return local.Options{}, err
	}
	if _, err := release.ParseRequest([]byte(requestOf(f.ttl))); err != nil {
		return local.Options{}, err
	}
	pace, known := map[string]float64{"demo": demoPace, "aws": 1}[f.pace]
	if !known {
		return local.Options{}, release.Errorf(release.InvalidRequest, "--pace %q: give demo or aws", f.pace)
	}
	if after := f.sleepAfter; after != 0 && (after < time.Minute || after > step.MaxSleepAfter || after%time.Minute != 0) {
		return local.Options{}, release.Errorf(release.InvalidRequest, "--sleep-after %s: give 1m to 24h in whole minutes", after)
	}
	options, err := localOptions(data)
	options.SleepAfter, options.OneAddress = f.sleepAfter, f.oneAddress
	options.Address, options.APIAddress, options.Pace = f.address, f.api, pace
	if options.Console = []string{f.console}; f.console == "" {
		options.Console = []string{"127.0.0.1:8081", "127.0.0.1:0"}
	}
	for _, s := range []local.Schedule{
		{Name: "nightly", Expression: f.nightly, Teardown: true}, {Name: "morning", Expression: f.morning},
		{Name: "rebake", Expression: f.rebake, More: ", " + release.RebakeField},
	} {
		if s.Expression != "" {
			options.Schedules = append(options.Schedules, s)
		}
	}
	if f.verbose {
		options.Log = slog.New(slog.NewTextHandler(command.ErrOrStderr(), nil))
	}
	return options, err
}

// localOptions returns the options of every local cloud of this program.
func localOptions(data string) (local.Options, error) {
	program, err := os.Executable()
	if err != nil {
		return local.Options{}, err
	}
	return local.Options{
		Address: "127.0.0.1:0", Data: data, Program: program, Pack: packFolder, Version: version(), Pace: demoPace,
		Architecture: release.ArchitectureOf(runtime.GOARCH),
		Bundle:       func(to io.Writer) error { return recipe.GalleryBundle(program, to) },
	}, nil
}

// requestOf returns the first release of a local cloud. It waits for an execution that a schedule
// has started at the same time.
func requestOf(ttl string) string {
	if ttl == "" {
		return `{"wait": true}`
	}
	return fmt.Sprintf(`{"wait": true, "ttl": %q}`, ttl)
}
