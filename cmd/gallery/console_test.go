package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// serves runs a console on the amazon's stack and returns its address and the session that it opens.
func (a *amazon) serves(flags ...string) (at, session string) {
	a.Helper()
	ctx, end := context.WithCancel(a.Context())
	said, out := io.Pipe()
	var progress bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, append([]string{"console", "--stack", deployedStack, "--listen", "127.0.0.1:0"}, flags...), out, &progress)
		_ = out.Close()
	}()
	address, _ := bufio.NewReader(said).ReadString('\n')
	at, ticket, opens := strings.Cut(strings.TrimSpace(address), "/#key=")
	if !opens {
		a.Fatalf("it prints %q, and %s", address, &progress)
	}
	a.Cleanup(func() {
		end()
		if status := <-ended; status != 0 {
			a.Errorf("after Ctrl-C it ended with %d: %s", status, &progress)
		}
	})
	var opened struct{ Session string }
	if _, body := a.posts(at+"/api/session", `{"ticket": "`+ticket+`"}`, ""); json.Unmarshal([]byte(body), &opened) != nil || opened.Session == "" {
		a.Fatalf("its address opens %s", body)
	}
	return at, opened.Session
}

func (a *amazon) posts(to, body, session string) (status int, answer string) {
	a.Helper()
	request, err := http.NewRequestWithContext(a.Context(), http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		a.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+session)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		a.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		a.Fatal(err)
	}
	return response.StatusCode, string(content)
}

func TestReadOnlyConsoleStartsNothing(t *testing.T) {
	a := onAmazon(t)
	at, session := a.serves("--read-only")
	if status, answer := a.posts(at+"/api/executions/release", `{"input": "{}"}`, session); status != http.StatusForbidden || !strings.Contains(answer, "read-only") {
		t.Errorf("%d %s", status, answer)
	}
	a.on("executions", "--json").wants(t, 0, "[]")
}

func TestConsoleOfAStackActsAndSparesInstances(t *testing.T) {
	a := onAmazon(t)
	at, session := a.serves()
	for action, want := range map[string]string{
		"instances/i-0123456789abcdef0/crash": "only for a local cloud", "load": "only for a local cloud",
		"executions/release/r9/stop": "there is no release",
	} {
		if status, answer := a.posts(at+"/api/"+action, `{}`, session); status < 400 || !strings.Contains(answer, want) {
			t.Errorf("%s: %d %s, want %q", action, status, answer, want)
		}
	}
	if status, answer := a.posts(at+"/api/executions/release", `{"input": "{\"bundle\": \"/tmp\"}"}`, session); status != http.StatusBadRequest || !strings.Contains(answer, "gallery release --bundle") {
		t.Errorf("a folder: %d %s", status, answer)
	}
	if status, answer := a.posts(at+"/api/executions/release", `{"name": "r1", "input": "{}"}`, session); status != http.StatusCreated {
		t.Errorf("a release: %d %s", status, answer)
	}
	if status, answer := a.posts(at+"/api/executions/release", `{}`, "none"); status != http.StatusForbidden || !strings.Contains(answer, "gallery console --stack "+deployedStack) {
		t.Errorf("a stranger: %d %s", status, answer)
	}
	a.on("executions").wants(t, 0, "r1")
}

func TestConsoleOfAStackRefusesOtherAddresses(t *testing.T) {
	a := onAmazon(t)
	a.on("console", "--listen", "0.0.0.0:0").wants(t, exitUsage, "--listen 0.0.0.0:0 is not a loopback address")
	gallery(t, "console", "--read-only").wants(t, exitUsage, "--read-only", "add --stack")
}
