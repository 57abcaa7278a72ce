package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/release"
)

// cdk is the CDK's command of package.json.
type cdk struct {
	bin    string // installed by npm
	folder string // of the synthesized stack
	log    string // of all its output
	region string
}

// newCDK returns the command for one environment, in the sources' folder. Its error says what is
// missing there.
func newCDK(environment string, config aws.Config) (cdk, error) {
	root, err := os.Getwd()
	if err != nil {
		return cdk{}, err
	}
	bin := filepath.Join(root, "node_modules", ".bin")
	if _, err := os.Stat(filepath.Join(bin, "cdk")); err != nil {
		return cdk{}, release.Errorf(release.InvalidRequest, "the CDK's command is not at %s: run this with make, which installs it, in the folder of the sources", filepath.Join(bin, "cdk"))
	}
	folder := filepath.Join(root, "bin", environment)
	return cdk{bin, folder, folder + ".log", config.Region}, nil
}

// shown is how many lines of the command's output an error holds.
const shown = 25

// interruptFor is how long the command may take to end after an interrupt.
const interruptFor = 30 * time.Second

// run implements Options.CDK. The command has its own process group: Ctrl-C goes to this program,
// which interrupts the command if it should end.
func (c cdk) run(ctx context.Context, arguments ...string) error {
	if err := os.MkdirAll(filepath.Dir(c.log), 0o755); err != nil {
		return err
	}
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer log.Close() // the command has written it
	begin, err := log.Seek(0, 2)
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, filepath.Join(c.bin, "cdk"), append(arguments, "--no-notices")...)
	command.Stdout, command.Stderr = log, log
	command.Env = append(os.Environ(), "PATH="+c.bin+string(os.PathListSeparator)+os.Getenv("PATH"), "AWS_REGION="+c.region,
		"AWS_DEFAULT_REGION="+c.region, "CI=true")
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = interruptFor
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Run(); err != nil {
		return fmt.Errorf("cdk %s: %w; its last words, of %s:\n%s", arguments[0], err, c.log, lastWords(c.log, begin))
	}
	return nil
}

func lastWords(path string, begin int64) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text[begin:])), "\n")
	return strings.Join(lines[max(0, len(lines)-shown):], "\n")
}
