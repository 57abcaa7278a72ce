//go:build conformance

package moto_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/conformance/moto"
	"photogallery/internal/patience"
)

const starter = "CONFORMANCE_TEST_STARTS_MOTO"

// The test binary starts a moto and lives on until it is killed, when that variable says so.
func TestMain(m *testing.M) {
	if os.Getenv(starter) == "" {
		os.Exit(m.Run())
	}
	server, err := moto.Start(context.Background(), moto.Options{})
	fmt.Println(server.Endpoint(), err)
	select {}
}

func TestRealClientsReachMoto(t *testing.T) {
	var log strings.Builder
	server, err := moto.Start(t.Context(), moto.Options{Log: &log})
	if err != nil {
		t.Fatal(err, log.String())
	}
	client := s3.NewFromConfig(server.Config())
	name := "bucket"
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Error(err)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if answers(t, server.Endpoint()) {
		t.Error("it answers after its end")
	}
}

func TestMotoEndsWithAKilledProcess(t *testing.T) {
	parent := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this test
	parent.Env = append(os.Environ(), starter+"=1")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var endpoint, failure string
	if _, err := fmt.Fscan(out, &endpoint, &failure); err != nil || failure != "<nil>" || !answers(t, endpoint) {
		t.Fatal("it did not start", endpoint, failure, err)
	}
	_ = parent.Process.Kill()
	_ = parent.Wait() // says that it was killed
	for deadline := time.Now().Add(patience.Limit); answers(t, endpoint); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("moto outlives the process that started it")
		}
	}
}

func answers(t *testing.T, endpoint string) bool {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, endpoint+"/moto-api/", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, response.Body)
	return response.Body.Close() == nil
}
