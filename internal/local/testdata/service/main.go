// Command service is the service that the tests release. It notes a request to end and ends at
// once, as a service without draining. It is built without the race detector, which would make it
// and each image many times as large.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// slow is far longer than the deregistration delay at the tests' pace.
const slow = 3 * time.Second

func main() {
	asked, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		<-asked.Done()
		_ = os.WriteFile(filepath.Join(os.Getenv("NOTES"), os.Getenv("INSTANCE_ID")), nil, 0o600)
		os.Exit(0)
	}()
	if os.Getenv("FAIL") != "" {
		os.Exit(1)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("User-Agent") == "ELB-HealthChecker/2.0" && os.Getenv("REFUSE_NAMES") == "1" && !isAddress(r.Host) {
			http.Error(w, r.Host, http.StatusMisdirectedRequest)
			return
		}
		if r.URL.Path == "/slow" {
			_ = os.WriteFile(filepath.Join(os.Getenv("NOTES"), "slow-"+rand.Text()), nil, 0o600)
			time.Sleep(slow)
		}
		switch r.URL.Path {
		case "/forwarded":
			fmt.Fprintf(w, "%q %q %q", r.Header.Get("X-Forwarded-For"), r.Header.Get("X-Forwarded-Port"), r.Header.Get("X-Forwarded-Proto"))
			return
		case "/refuses-names":
			fmt.Fprint(w, os.Getenv("REFUSE_NAMES"))
			return
		case "/settings":
			showSettings(w)
			return
		case "/early":
			answerEarly(w, r)
			return
		case "/reset":
			reset(w)
			return
		}
		fmt.Fprint(w, os.Getenv("INSTANCE_ID"))
	})
	fmt.Fprintln(os.Stderr, http.ListenAndServe(os.Getenv("HOST")+":"+os.Getenv("PORT"), handler)) //nolint:gosec // a test's service
	os.Exit(1)
}

// showSettings answers with a setting and what is known of a secret without its value.
func showSettings(w io.Writer) {
	secret := os.Getenv("SESSION_KEY")
	file, _ := os.ReadFile(filepath.Join(os.Getenv("CREDENTIALS_DIRECTORY"), "SESSION_KEY")) // absent without a secret
	fmt.Fprintf(w, "%q, %d bytes, file %t", os.Getenv("DATABASE_URL"), len(secret), string(file) == secret)
}

// earlyAnswer is the size in bytes of an answer that does not wait for the request's body.
const earlyAnswer = 16 << 10

// answerEarly answers in pieces while the body arrives, and then reads it.
func answerEarly(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	_ = control.EnableFullDuplex()
	for range earlyAnswer >> 10 {
		_, _ = w.Write(make([]byte, 1<<10))
		_ = control.Flush()
	}
	_, _ = io.Copy(io.Discard, r.Body)
}

// reset answers and closes the connection before everything is read, so that it ends in a reset.
func reset(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", earlyAnswer, make([]byte, earlyAnswer))
	_ = connection.Close()
}

func isAddress(host string) bool {
	_, err := netip.ParseAddrPort(host)
	return err == nil
}
