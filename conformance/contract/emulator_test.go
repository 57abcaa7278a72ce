//go:build emulator

package contract

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"photogallery/conformance/emulator"
	"photogallery/internal/patience"
)

// AWS Emulator is AWS's own. It answers 501 to what it does not have; everything else is a difference.
// https://docs.aws.amazon.com/emulator/latest/userguide/what-is-service.html
func TestAWSEmulatorBehavesAsAWSDocuments(t *testing.T) {
	for _, behavior := range Behaviors() {
		t.Run(behavior.Name, func(t *testing.T) {
			err := try(behavior, func() *Account { return account(t, awsEmulator(t), baseImage) })
			var answered *smithyhttp.ResponseError
			switch {
			case errors.As(err, &answered) && answered.HTTPStatusCode() == http.StatusNotImplemented:
				t.Logf("AWS Emulator does not have it: %v", err)
			case err != nil:
				t.Errorf("%v\n%s", err, behavior.Docs)
			}
		})
	}
}

// awsEmulator runs the command that PHOTOGALLERY_EMULATOR names, with nothing in it, until the test ends. Its
// files are in a home of its own.
// https://docs.aws.amazon.com/emulator/latest/userguide/point-sdk-to-emulator.html
func awsEmulator(t *testing.T) aws.Config {
	t.Helper()
	home, port := t.TempDir(), freePort(t)
	command := exec.CommandContext(t.Context(), os.Getenv("PHOTOGALLERY_EMULATOR"), "-p", port, "--auth", "off")
	command.Env = append(os.Environ(), "HOME="+home, "EMULATOR_TELEMETRY=off")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = command.Process.Kill(), command.Wait() })
	trusted := x509.NewCertPool()
	await(t, func() error {
		certificate, err := os.ReadFile(filepath.Join(home, ".aws", "emulator", port, "ca.pem"))
		if err == nil && !trusted.AppendCertsFromPEM(certificate) {
			err = errors.New("its certificate is not complete")
		}
		return err
	})
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	config := emulator.Config("https://127.0.0.1:" + port)
	config.HTTPClient = &http.Client{Transport: transport}
	await(t, func() error {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, *config.BaseEndpoint, http.NoBody)
		if err != nil {
			return err
		}
		response, err := config.HTTPClient.Do(request)
		if err != nil {
			return err
		}
		return response.Body.Close()
	})
	return config
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
}

func await(t *testing.T, there func() error) {
	t.Helper()
	for deadline := time.Now().Add(patience.Limit); ; time.Sleep(20 * time.Millisecond) {
		err := there()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}
