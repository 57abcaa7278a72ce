package process

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// shimName is the command that machines find in place of the system's.
const shimName = "systemctl"

const (
	socketVariable   = "GALLERY_MACHINE_SOCKET"
	instanceVariable = "GALLERY_MACHINE"
)

// request is one call of the shim.
type request struct {
	Instance  string   `json:"instance"`
	Arguments []string `json:"arguments"`
}

// Shim runs the program as "systemctl" if it was called by that name inside a machine, or as the
// keeper of a machine's command. It reports whether it did, with the exit status. A program in
// Options.Program must call it first.
func Shim(arguments []string) (status int, called bool) {
	if arguments[0] == keeperName {
		return keep(arguments[1:]), true
	}
	socket := os.Getenv(socketVariable)
	if socket == "" || filepath.Base(arguments[0]) != shimName {
		return 0, false
	}
	if err := send(socket, request{os.Getenv(instanceVariable), arguments[1:]}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1, true
	}
	return 0, true
}

func send(socket string, what request) error {
	body, err := json.Marshal(what)
	if err != nil {
		return err
	}
	client := http.Client{Timeout: 5 * time.Minute, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
	}}
	post, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://machine/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := client.Do(post)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	message, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s", bytes.TrimSpace(message))
	}
	if err == nil {
		_, err = os.Stdout.Write(message)
	}
	return err
}

func (k *Kind) socketPath() string { return filepath.Join(k.scratch, "socket") }

func (k *Kind) listen() error {
	if k.scratch == "" {
		return nil // the reason has been printed
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "unix", k.socketPath())
	if err != nil {
		return err
	}
	k.server = &http.Server{Handler: http.HandlerFunc(k.serveShim), ReadHeaderTimeout: time.Minute}
	k.serving.Go(func() { _ = k.server.Serve(listener) }) // ends with Close and reports that
	return nil
}

func (k *Kind) serveShim(w http.ResponseWriter, r *http.Request) {
	var what request
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&what); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	said, err := k.run(what)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	_, _ = io.WriteString(w, said) // the caller reports a truncated answer
}

func (k *Kind) run(what request) (said string, err error) {
	m := k.machine(what.Instance)
	if m == nil {
		return "", fmt.Errorf("systemctl: there is no running instance %q", what.Instance)
	}
	return m.systemctl(what.Arguments)
}
