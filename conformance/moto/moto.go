// Package moto runs moto's server (https://docs.getmoto.org), an independent AWS emulator, for the
// conformance tests.
package moto

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Account and Region are moto's account and region.
const (
	Account = "123456789012"
	Region  = "us-east-1"
)

// Options are the options of a Server.
type Options struct {
	// Around wraps moto, including the calls of its state machines to Lambda; nil does not.
	Around func(moto http.Handler) http.Handler
	// Pace divides the waits of state machines; 0 means 1.
	Pace float64
	// Log receives moto's output, its requests and tracebacks; nil discards it.
	Log io.Writer
}

// Server is one moto, initially empty, behind a handler of this process.
type Server struct {
	front   *httptest.Server
	process *exec.Cmd
	life    io.Closer // its standard input, whose end ends it
}

// Start blocks until moto answers. The caller closes the server. Moto also ends with this process,
// however that ends. The error names `make conformance` if Python's packages are missing, which
// CONFORMANCE_PYTHON may have elsewhere.
func Start(ctx context.Context, options Options) (*Server, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	python := filepath.Join(root, "conformance", ".venv", "bin", "python")
	if given := os.Getenv("CONFORMANCE_PYTHON"); given != "" {
		python = given
	}
	if _, err := os.Stat(python); err != nil {
		return nil, fmt.Errorf("moto is not installed; make conformance installs it: %w", err)
	}
	pace := strconv.FormatFloat(max(1, options.Pace), 'g', -1, 64)
	s := &Server{front: httptest.NewUnstartedServer(nil)}
	_, port, err := net.SplitHostPort(s.front.Listener.Addr().String())
	if err != nil {
		return nil, err
	}
	s.process = exec.CommandContext(ctx, python, filepath.Join(root, "conformance", "moto", "launcher.py"), port, pace) //nolint:gosec // our own
	s.process.Stderr = options.Log
	s.process.WaitDelay = 5 * time.Second
	s.process.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=conformance", "AWS_SECRET_ACCESS_KEY=conformance", "AWS_DEFAULT_REGION="+Region,
		"PYTHONDONTWRITEBYTECODE=1")
	out, err := s.start()
	if err != nil {
		s.front.Close()
		return nil, err
	}
	behind, err := readPort(out)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("moto did not start; its log says why: %w", err), s.Close())
	}
	s.front.Config.Handler = inFront(behind, options.Around)
	s.front.Start()
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

func readPort(from io.Reader) (port int, err error) {
	line, err := bufio.NewReader(from).ReadString('\n')
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(line))
}

// inFront returns the handler that the clients talk to.
func inFront(port int, around func(http.Handler) http.Handler) http.Handler {
	moto := http.Handler(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		// The host stays the client's, because moto puts it into URLs.
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", fmt.Sprintf("127.0.0.1:%d", port), r.In.Host
	}})
	if around != nil {
		moto = around(moto)
	}
	return withCBOR(moto)
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

// Endpoint returns moto's URL. It has an IP address, with which SDKs address buckets by path.
func (s *Server) Endpoint() string { return s.front.URL }

// Config returns the configuration with which real SDK clients reach moto.
func (s *Server) Config() aws.Config { return Config(s.Endpoint()) }

// Config returns the configuration with which real SDK clients reach an endpoint that accepts any
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

// Close ends moto and waits until it has ended. Its exit status is not an error.
func (s *Server) Close() error {
	s.front.Close()
	err := s.life.Close()
	var ended *exec.ExitError
	if waited := s.process.Wait(); waited != nil && !errors.As(waited, &ended) && !errors.Is(waited, context.Canceled) {
		err = errors.Join(err, waited)
	}
	return err
}
