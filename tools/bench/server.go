//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"photogallery/internal/load"
	"photogallery/internal/patience"
)

// server is one program that serves the three pages.
type server struct {
	name    string
	address string
	paths   [3]string // of the index, the thumbnail and the photo
	process *exec.Cmd
	fresh   string // its memory right after the start
}

func (s *server) url(page int) string { return "http://" + s.address + s.paths[page] }

// start runs a server on a free address, which replaces HOST and PORT in its command.
func start(ctx context.Context, name, folder string, environment []string, command ...string) (*server, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	return startAt(ctx, name, folder, address, environment, command...)
}

// startAt runs a server and waits until its home page answers. Its output is in its own log.
func startAt(ctx context.Context, name, folder, address string, environment []string, command ...string) (*server, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(folder, strings.ReplaceAll(name, " ", "-")+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	words := make([]string, len(command))
	for i, word := range command {
		words[i] = strings.NewReplacer("HOST", host, "PORT", port).Replace(word)
	}
	s := &server{name: name, address: address, process: exec.CommandContext(ctx, words[0], words[1:]...)}
	s.process.Dir, s.process.Stdout, s.process.Stderr = folder, log, log
	s.process.Env = append(append(os.Environ(), "HOST="+host, "PORT="+port), environment...)
	s.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.process.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	if err := answers(ctx, "http://"+address+"/"); err != nil {
		return nil, errors.Join(fmt.Errorf("%s does not answer; its words are in %s: %w", name, log.Name(), err), s.stop())
	}
	return s, nil
}

func (s *server) stop() error {
	err := syscall.Kill(-s.process.Process.Pid, syscall.SIGTERM)
	_ = s.process.Wait() // it was told to end
	return err
}

// answers waits for the home page.
func answers(ctx context.Context, url string) error {
	return patiently(ctx, func(ctx context.Context) error { return load.Get(ctx, http.DefaultClient, url) })
}

// shows waits for a page, whatever it says.
func shows(ctx context.Context, url string) error {
	return patiently(ctx, func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		return response.Body.Close()
	})
}

func patiently(ctx context.Context, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		if patience.Pause(ctx, 10*time.Millisecond) != nil {
			return err
		}
	}
}

func freeAddress(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

func fetch(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s is answered with %s", url, response.Status)
	}
	return io.ReadAll(response.Body)
}
