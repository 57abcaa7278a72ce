// Package moto runs moto's server (https://docs.getmoto.org), an AWS that was written by others, for
// the conformance tests.
package moto

import (
	"bufio"
	"context"
	_ "embed"
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

// Account and Region are where everything in moto seems to live.
const (
	Account = "123456789012"
	Region  = "us-east-1"
)

// Options are what a Server is started with.
type Options struct {
	// LambdaPort is the loopback port where moto's state machines invoke functions; 0 is none.
	LambdaPort int
	// Pace divides the waits of state machines; 0 means 1.
	Pace float64
	// Log takes what moto writes, its requests and tracebacks; nil discards it.
	Log io.Writer
}

// Server is one moto, with nothing in it at first.
type Server struct {
	port    int
	process *exec.Cmd
	life    io.Closer // its standard input: it ends when that does
}

//go:embed launcher.py
var launcher string

// Start blocks until moto answers. Close the server at the end; it also ends with this process,
// however that ends. The error names `make conformance` when Python's packages are not there.
func Start(ctx context.Context, options Options) (*Server, error) {
	python, err := interpreter()
	if err != nil {
		return nil, err
	}
	if options.Pace == 0 {
		options.Pace = 1
	}
	process := exec.CommandContext(ctx, python, "-c", launcher, //nolint:gosec // our own Python
		strconv.Itoa(options.LambdaPort), strconv.FormatFloat(options.Pace, 'g', -1, 64))
	process.Stderr = options.Log
	process.WaitDelay = 5 * time.Second
	process.Env = append(os.Environ(), "PYTHONUNBUFFERED=1", "AWS_ACCESS_KEY_ID=conformance", "AWS_SECRET_ACCESS_KEY=conformance",
		"AWS_DEFAULT_REGION="+Region)
	s := &Server{process: process}
	out, err := s.start()
	if err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		s.port, err = strconv.Atoi(strings.TrimSpace(line))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("moto did not start; its log says why: %w", err), s.Close())
	}
	return s, nil
}

func (s *Server) start() (out io.Reader, err error) {
	if s.life, err = s.process.StdinPipe(); err != nil {
		return nil, err
	}
	if out, err = s.process.StdoutPipe(); err != nil {
		return nil, err
	}
	return out, s.process.Start()
}

// interpreter is the Python of the tree's virtual environment, or what CONFORMANCE_PYTHON says.
func interpreter() (string, error) {
	if python := os.Getenv("CONFORMANCE_PYTHON"); python != "" {
		return python, nil
	}
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		python := filepath.Join(folder, "conformance", ".venv", "bin", "python")
		if _, err := os.Stat(python); err == nil {
			return python, nil
		}
	}
	return "", errors.New("moto is not installed: run make conformance, which installs it")
}

// Endpoint is moto's URL. It has an IP address, with which SDKs address buckets by path.
func (s *Server) Endpoint() string { return "http://127.0.0.1:" + strconv.Itoa(s.port) }

// Config is the configuration with which real SDK clients reach moto.
func (s *Server) Config() aws.Config { return Config(s.Endpoint()) }

// Config is the configuration with which real SDK clients reach an endpoint that takes any
// credentials.
func Config(endpoint string) aws.Config {
	return aws.Config{
		Region:       Region,
		BaseEndpoint: &endpoint,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "conformance", SecretAccessKey: "conformance"}, nil
		}),
	}
}

// Close ends moto and waits until it has ended. What it then says of its end is no error.
func (s *Server) Close() error {
	err := s.life.Close()
	var ended *exec.ExitError
	if waited := s.process.Wait(); waited != nil && !errors.As(waited, &ended) && !errors.Is(waited, context.Canceled) {
		err = errors.Join(err, waited)
	}
	return err
}
