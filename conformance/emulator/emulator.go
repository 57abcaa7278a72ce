// Package emulator runs emulators of AWS of others, for the conformance tests: Python servers that
// conformance/requirements.txt pins.
package emulator

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Account and Region are where everything in an emulator seems to live.
const (
	Account = "123456789012"
	Region  = "us-east-1"
)

// Key is the access key, and the secret, with which the tests call.
const Key = "conformance"

// Process is an emulator that runs.
type Process struct {
	Port    int // where it listens, on loopback
	command *exec.Cmd
	life    io.Closer // its standard input: it ends when that does
}

// Start runs a launcher, a Python file in conformance/ that writes the port it listens on to its standard
// output and ends with its standard input, so that the emulator also ends with this process, however that
// ends. It blocks until the port is known. Log receives the emulator's output; nil discards it. The error
// names `make conformance` when Python's packages are not there: in a folder of conformance/.venv, which
// CONFORMANCE_VENV may have elsewhere.
func Start(ctx context.Context, log io.Writer, environment []string, packages, launcher string, arguments ...string) (*Process, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	python := filepath.Join(cmp.Or(os.Getenv("CONFORMANCE_VENV"), filepath.Join(root, "conformance", ".venv")), packages, "bin", "python")
	if _, err := os.Stat(python); err != nil {
		return nil, fmt.Errorf("%s has no Python to run on; make conformance installs it: %w", launcher, err)
	}
	p := &Process{command: exec.CommandContext(ctx, python, append([]string{filepath.Join(root, "conformance", launcher)}, arguments...)...)} //nolint:gosec // our own
	p.command.Stderr, p.command.WaitDelay = log, 5*time.Second
	p.command.Env = append(append(os.Environ(), "AWS_ACCESS_KEY_ID="+Key, "AWS_SECRET_ACCESS_KEY="+Key, "AWS_DEFAULT_REGION="+Region,
		"PYTHONDONTWRITEBYTECODE=1"), environment...)
	out, err := p.start()
	if err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		p.Port, err = strconv.Atoi(strings.TrimSpace(line))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s did not start; its log says why: %w", launcher, err), p.Close())
	}
	return p, nil
}

func (p *Process) start() (out io.Reader, err error) {
	if p.life, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	if out, err = p.command.StdoutPipe(); err != nil {
		return nil, err
	}
	return out, p.command.Start()
}

// Close ends the emulator and waits until it has ended. Its exit status is not an error.
func (p *Process) Close() error {
	err := p.life.Close()
	var ended *exec.ExitError
	if waited := p.command.Wait(); waited != nil && !errors.As(waited, &ended) && !errors.Is(waited, context.Canceled) {
		err = errors.Join(err, waited)
	}
	return err
}

// Config returns the configuration with which real SDK clients reach an endpoint that accepts any
// credentials.
func Config(endpoint string) aws.Config {
	return aws.Config{
		Region:       Region,
		BaseEndpoint: &endpoint,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: Key, SecretAccessKey: Key}, nil
		}),
	}
}

// Root returns the folder of this module's sources, which contains the working directory.
func Root() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
	}
	return "", errors.New("there is no go.mod above the working directory: run this in the module")
}
