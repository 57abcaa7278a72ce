// Package examples_test runs the example bundles on a local cloud.
package examples_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/gallery-ami/app"
	"photogallery/gallery-ami/recipe"
	"photogallery/internal/local"
	"photogallery/internal/local/control"
	"photogallery/internal/local/process"
	"photogallery/internal/patience"
	needs "photogallery/release"
)

// The test binary is what the gallery's program is to its machines.
func TestMain(m *testing.M) {
	if status, called := process.Shim(os.Args); called {
		os.Exit(status)
	}
	if app.Called(os.Args) {
		os.Exit(app.Main())
	}
	os.Exit(m.Run())
}

func TestLessonAppIsReleasedAndRolledBack(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil && os.Getenv("CI") == "" {
		t.Skip("the lesson's app needs python3")
	}
	up := bringUp(t)
	release(t, up, `{}`)
	wants(t, up, "/", "text/html", "Photogallery")

	lesson, err := filepath.Abs("lesson")
	if err != nil {
		t.Fatal(err)
	}
	release(t, up, fmt.Sprintf(`{"version": "lesson", "bundle": %q}`, lesson))
	wants(t, up, "/", "text/html", "A Flask app, from the lesson.", "Answered by i-", "/photos/lake.svg")
	wants(t, up, "/photos/lake.svg", "image/svg+xml", "<svg")

	status, err := control.NewClient(up.Endpoint()).Status(t.Context())
	if err != nil || status.Serving == nil || status.Serving.Version != "lesson" {
		t.Fatalf("what serves is %+v, %v", status.Serving, err)
	}
	release(t, up, fmt.Sprintf(`{"image": %q}`, status.Serving.FormerImage))
	if page := get(t, up, "/", "text/html"); strings.Contains(page, "Flask") || !strings.Contains(page, "Photogallery") {
		t.Errorf("after the rollback the page is\n%s", page)
	}
}

func bringUp(t *testing.T) *local.Local {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	up, err := local.Start(t.Context(), local.Options{
		Address: "127.0.0.1:0", Data: t.TempDir(), Program: program, Pace: 60,
		Bundle: func(to io.Writer) error { return recipe.GalleryBundle(program, to) },
		Pack: func(_ context.Context, folder string, to io.Writer) (needs.Needs, error) {
			return needs.Needs{}, recipe.Pack(folder, to)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := up.Close(); err != nil {
			t.Error(err)
		}
	})
	return up
}

// release runs a release to its success.
func release(t *testing.T, up *local.Local, request string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience.Limit)
	defer cancel()
	began := time.Now()
	arn, err := up.Release(ctx, "", request)
	if err != nil {
		t.Fatal(err)
	}
	client := up.Endpoint().StepFunctions()
	for {
		out, err := client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
		switch {
		case err != nil:
			t.Fatal(err)
		case out.Status == types.ExecutionStatusSucceeded:
			t.Logf("%s: %s", request, time.Since(began).Round(10*time.Millisecond))
			return
		case out.Status != types.ExecutionStatusRunning:
			t.Fatalf("%s ended %s: %s", request, *out.Error, *out.Cause)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func wants(t *testing.T, up *local.Local, path, mediaType string, words ...string) {
	t.Helper()
	body := get(t, up, path, mediaType)
	for _, word := range words {
		if !strings.Contains(body, word) {
			t.Errorf("%s does not hold %q:\n%s", path, word, body)
		}
	}
}

// get asks the load balancer.
func get(t *testing.T, up *local.Local, path, mediaType string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(up.Endpoint().Gallery, "/")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), mediaType) {
		t.Fatalf("%s answers %s, %s: %s, %v", path, response.Status, response.Header.Get("Content-Type"), body, err)
	}
	return string(body)
}
