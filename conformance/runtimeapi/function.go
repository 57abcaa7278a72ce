// Package runtimeapi runs executables as AWS Lambda's custom runtimes do: a process for each
// function, to which the Lambda Runtime API passes one invocation after the other.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
package runtimeapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Function describes the function to run.
type Function struct {
	Executable  string
	Arguments   []string
	Handler     string // _HANDLER
	Environment map[string]string
	Timeout     time.Duration // of an invocation
	Log         io.Writer     // receives its output; nil discards it
}

// Answer is the result of an invocation. The payload of a failed one is an object with errorType
// and errorMessage.
type Answer struct {
	Payload []byte
	Failed  bool
}

// Host is a running function. Its process ends with it, and when the Runtime API is gone.
type Host struct {
	function Function
	api      *httptest.Server
	process  *exec.Cmd
	ended    chan struct{} // the process has ended
	invoke   sync.Mutex    // one invocation at a time
	count    int
	next     chan invocation
	answers  chan answered
}

type invocation struct {
	id      string
	payload []byte
}

type answered struct {
	id string
	Answer
}

// Start starts the function's process and returns at once. The caller closes the host.
func Start(function Function) (*Host, error) {
	h := &Host{function: function, next: make(chan invocation), answers: make(chan answered), ended: make(chan struct{})}
	h.api = httptest.NewServer(h.runtimeAPI())
	h.process = exec.Command(function.Executable, function.Arguments...) //nolint:gosec,noctx // what is tested; Close ends it
	h.process.Stdout, h.process.Stderr = function.Log, function.Log
	h.process.WaitDelay = 5 * time.Second
	h.process.Env = []string{
		"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(h.api.URL, "http://"), "_HANDLER=" + function.Handler, "PATH=/usr/local/bin:/usr/bin:/bin",
	}
	for name, value := range function.Environment {
		h.process.Env = append(h.process.Env, name+"="+value)
	}
	if err := h.process.Start(); err != nil {
		h.api.Close()
		return nil, err
	}
	go func() {
		_ = h.process.Wait() // it was usually killed
		close(h.ended)
	}()
	return h, nil
}

const version = "/2018-06-01/runtime/"

func (h *Host) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+version+"invocation/next", func(w http.ResponseWriter, r *http.Request) {
		select {
		case invoked := <-h.next:
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", invoked.id)
			w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(h.function.Timeout).UnixMilli()))
			_, _ = w.Write(invoked.payload) // the process may have ended
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("POST "+version+"invocation/{id}/response", h.answered(false))
	mux.HandleFunc("POST "+version+"invocation/{id}/error", h.answered(true))
	return mux
}

func (h *Host) answered(failed bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		payload, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		select {
		case h.answers <- answered{r.PathValue("id"), Answer{payload, failed}}:
		case <-r.Context().Done():
		}
		w.WriteHeader(http.StatusAccepted)
	}
}

// Invoke blocks until the function has answered. One that takes too long fails with
// Sandbox.Timedout, and is killed as Lambda kills it. The error is ctx's, or says that the process
// has ended.
func (h *Host) Invoke(ctx context.Context, payload []byte) (Answer, error) {
	h.invoke.Lock()
	defer h.invoke.Unlock()
	late := time.NewTimer(h.function.Timeout)
	defer late.Stop()
	h.count++
	id, next := strconv.Itoa(h.count), h.next
	for {
		select {
		case next <- invocation{id, payload}:
			next = nil
		case answer := <-h.answers:
			if answer.id == id { // of an earlier invocation that nobody waits for
				return answer.Answer, nil
			}
		case <-h.ended:
			return Answer{}, fmt.Errorf("the process of %s has ended: %s", h.function.Handler, h.process.ProcessState)
		case <-late.C:
			err := h.process.Process.Kill()
			<-h.ended
			return Answer{timedOut(h.function.Timeout), true}, err
		case <-ctx.Done():
			return Answer{}, ctx.Err()
		}
	}
}

func timedOut(after time.Duration) []byte {
	payload, err := json.Marshal(map[string]string{
		"errorType": "Sandbox.Timedout", "errorMessage": fmt.Sprintf("RequestId: request Error: Task timed out after %.2f seconds", after.Seconds()),
	})
	if err != nil {
		panic(err) // of two strings
	}
	return payload
}

// Process returns the process's ID.
func (h *Host) Process() int { return h.process.Process.Pid }

// Close kills the process and waits for its end.
func (h *Host) Close() {
	_ = h.process.Process.Kill() // unless it has ended
	<-h.ended
	h.api.CloseClientConnections()
	h.api.Close()
}
