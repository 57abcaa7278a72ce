//go:build unix

package local_test

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"photogallery/internal/execution"
	"photogallery/internal/local"
	"photogallery/internal/local/control"
	"photogallery/release"
)

// The paths that the API and the console have, and some that they do not.
func TestCloudAnswersNothingWithoutItsKey(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	up, err := local.Start(t.Context(), local.Options{
		Address: "127.0.0.1:0", Console: []string{"127.0.0.1:0"}, Data: data, Program: os.Args[0], Bundle: bundle(data), Pace: pace,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := up.Close(); err != nil {
			t.Error(err)
		}
	}()
	where := up.Endpoint()
	found, err := control.Find(data)
	if err != nil || found.Key != where.Key || len(where.Key) < 32 {
		t.Fatalf("the folder says %+v of %+v, %v", found, where, err)
	}
	if _, err := control.NewClient(found).Status(t.Context()); err != nil {
		t.Errorf("with its key: %v", err)
	}
	verdict := execution.Decision{Machine: "arn:aws:states:us-east-1:000000000000:stateMachine:photogallery-main-release", Answer: release.Promote}
	if err := verdict.Send(t.Context(), where.Events(), "r1"); err != nil {
		t.Errorf("with its key an event is refused: %v", err)
	}
	stranger := where
	stranger.Key = strings.Repeat("0", len(where.Key))
	if err := verdict.Send(t.Context(), stranger.Events(), "r1"); err == nil {
		t.Error("an event is taken with another key")
	}
	paths := []string{"/", "/local", control.Prefix, control.Prefix + "none"}
	for _, path := range []string{"status", "images", "samples", "console", "instances/i-1/log", "instances/i-1/crash", "instances/i-1/terminate"} {
		paths = append(paths, control.Prefix+path)
	}
	for _, path := range paths {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			for _, authorization := range []string{"", "Bearer " + where.Key, "AWS4-HMAC-SHA256 Credential=local/20000101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=00"} {
				status, answer := ask(t, method, where.API+path, authorization)
				if status != http.StatusForbidden || !strings.Contains(answer, string(release.AccessDenied)) || strings.Contains(answer, where.Key) || strings.Contains(answer, data) {
					t.Errorf("%s %s with %q: %d %s", method, path, authorization, status, answer)
				}
			}
		}
	}
	if status, answer := ask(t, http.MethodGet, where.Console+"/api/live", "Bearer "+where.Key); status != http.StatusForbidden {
		t.Errorf("the console is opened by the API's key: %d %s", status, answer)
	}
}

func ask(t *testing.T, method, url, authorization string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", authorization)
	request.Header.Set("X-Amz-Target", "AWSStepFunctions.ListExecutions")
	request.Header.Set("X-Amz-Date", "20000101T000000Z")
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

func TestDataFolderOfOthersIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		make func(folder string) error
		says string
	}{
		"writable for all":                   {func(folder string) error { return os.Chmod(folder, 0o777) }, "chmod go-w"},
		"writable for all, /tmp":             {func(folder string) error { return os.Chmod(folder, 0o777|fs.ModeSticky) }, "chmod go-w"},
		"writable for the group":             {func(folder string) error { return os.Chmod(folder, 0o770) }, "chmod go-w"},
		"below one that is writable for all": {func(folder string) error { return os.Chmod(filepath.Dir(folder), 0o777) }, "every user can write to"},
		"with photos of another user": {func(folder string) error {
			if os.Geteuid() != 0 {
				return syscall.EPERM
			}
			photos := filepath.Join(folder, "photos")
			return errors.Join(os.Mkdir(photos, 0o700), os.Chown(photos, 12345, -1))
		}, "photos belongs to the user with the ID 12345"},
		"another user's": {func(folder string) error {
			if os.Geteuid() != 0 {
				return syscall.EPERM
			}
			return os.Chown(folder, 12345, -1)
		}, "user with the ID 12345"},
	} {
		above, err := os.MkdirTemp("/tmp", "photogallery-") // the user's own TMPDIR may keep others out
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(above)
		data := filepath.Join(above, "data")
		if err := errors.Join(os.Chmod(above, 0o755), os.Mkdir(data, 0o700)); err != nil {
			t.Fatal(err)
		}
		if err := test.make(data); err != nil {
			continue // only root gives folders away
		}
		up, err := local.Start(t.Context(), local.Options{Address: "127.0.0.1:0", Data: data, Program: os.Args[0], Bundle: bundle(data), Pace: pace})
		if err == nil {
			_ = up.Close()
		}
		if release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "--data") {
			t.Errorf("%s: %v", name, err)
		}
		if left := glob(t, filepath.Join(data, "*.*")); len(left) > 0 {
			t.Errorf("%s: it left %v", name, left)
		}
	}
}

// A folder that was made before, under any umask, and all that a release puts there.
func TestDataFolderIsItsOwnersAlone(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	data := t.TempDir()
	if err := os.Chmod(data, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"photos", "images", "bundles", "logs"} {
		if err := os.Mkdir(filepath.Join(data, folder), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"upload.key", "api.key", "endpoint.json", "endpoint.json.partial", "api.key.partial"} {
		if err := os.WriteFile(filepath.Join(data, file), []byte("{}"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c := start(t, data)
	c.released()
	entries, err := os.ReadDir(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		if entry.Type() != fs.ModeSymlink && entry.Name() != "notes" && info.Mode()&0o077 != 0 {
			t.Errorf("%s is open to others: %s", entry.Name(), info.Mode())
		}
	}
	scratch, err := os.Stat(filepath.Join(data, "scratch"))
	if err != nil || scratch.Mode()&0o077 != 0 {
		t.Errorf("the scratch folder is open to others: %v, %v", scratch.Mode(), err)
	}
}
