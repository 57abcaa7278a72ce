// Package ministack runs MiniStack (https://github.com/ministackorg/ministack), a second AWS of others, for the
// conformance tests. It runs the deployed functions' own executable and delivers events, schedules and
// notifications by itself.
package ministack

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/conformance/emulator"
	"photogallery/lambdas/step"
)

// Pace divides the waits of state machines.
const Pace = 50

// Server is one MiniStack, with nothing in it at first, and a front of this process that has what it lacks.
type Server struct {
	process *emulator.Process
	front   *httptest.Server
	gallery *httptest.Server // the home page behind every load balancer
	bare    aws.Config
	behind  step.Clients // of MiniStack itself
	forward http.Handler
	weights sync.Map // the ForwardConfig of a listener by its ARN, both texts
	deleted sync.Map // versions of launch templates: the template's ID, a space, the number
}

// Start blocks until MiniStack listens. Close the server at the end; MiniStack and the functions that it runs
// also end with this process, however that ends. It keeps its files in folder. Behind each load balancer is a
// gallery that answers HTTPS by the name of the domain alone. The errors are those of emulator.Start.
func Start(ctx context.Context, folder, domain string, log io.Writer) (*Server, error) {
	s := &Server{}
	s.gallery = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != domain || r.TLS.ServerName != domain {
			http.Error(w, "this is "+domain, http.StatusMisdirectedRequest)
		}
	}))
	s.front = httptest.NewServer(s)
	trusted := filepath.Join(folder, "gallery.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.gallery.Certificate().Raw})
	err := os.WriteFile(trusted, certificate, 0o600)
	if err == nil {
		s.process, err = emulator.Start(ctx, log, []string{
			"TMPDIR=" + folder, "STATE_DIR=" + folder, "MINISTACK_ACCOUNT_ID=" + emulator.Account, "MINISTACK_REGION=" + emulator.Region,
			"SFN_WAIT_SCALE=" + fmt.Sprint(1.0/Pace), "IOT_MTLS_ENABLED=0", "SFTP_ENABLED=0", "DOCKER_HOST=unix:///nowhere",
			// The functions have these, too.
			"AWS_ENDPOINT_URL=" + s.front.URL, "HTTPS_PROXY=" + s.front.URL, "SSL_CERT_FILE=" + trusted, "AWS_EC2_METADATA_DISABLED=true",
		}, "ministack", "ministack/launcher.py")
	}
	if err != nil {
		s.front.Close()
		s.gallery.Close()
		return nil, err
	}
	direct := &url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", s.process.Port)}
	s.bare = emulator.Config(direct.String())
	s.behind = step.NewClients(s.bare, http.DefaultClient)
	s.forward = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(direct)
		r.Out.Host = r.In.Host // MiniStack finds a bucket by it
	}}
	return s, nil
}

// Endpoint is the front's URL. It has an IP address, with which SDKs address buckets by path.
func (s *Server) Endpoint() string { return s.front.URL }

// Config returns the configuration with which real SDK clients reach the front.
func (s *Server) Config() aws.Config { return emulator.Config(s.Endpoint()) }

// Bare returns the configuration with which they reach MiniStack itself.
func (s *Server) Bare() aws.Config { return s.bare }

// Close ends MiniStack and its functions, and waits until it has ended.
func (s *Server) Close() error {
	err := s.process.Close()
	s.front.CloseClientConnections()
	s.front.Close()
	s.gallery.Close()
	return err
}
