package local_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/gallery-ami/app"
	"photogallery/internal/local"
	"photogallery/release"
)

const ownDisk = "GALLERY_TEST_OWN_DISK"

// onItsOwnDisk runs the test again in a process that has a file system of its own, in memory, and
// tells it where. The process may mount one because it is root of its own user namespace.
func onItsOwnDisk(t *testing.T, bytes int) (folder string, here bool) {
	t.Helper()
	if folder := os.Getenv(ownDisk); folder != "" {
		if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
			t.Fatalf("%s: %v", noMount, err)
		}
		return folder, true
	}
	if _, err := service(); err != nil { // while there is room to build it
		t.Fatal(err)
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	again.Env = append(os.Environ(), ownDisk+"="+t.TempDir(), "TMPDIR="+t.TempDir())
	again.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	said, err := again.CombinedOutput()
	refused := len(said) == 0 && err != nil || strings.Contains(string(said), noMount)
	if refused && os.Getenv("CI") == "" {
		t.Skipf("%s: %v %s", noMount, err, said)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return "", false
}

const noMount = "this system lets nobody mount a file system of their own (allow user namespaces, on Ubuntu with `sysctl kernel.apparmor_restrict_unprivileged_userns=0`)"

// fill leaves so many bytes of the disk free, until the returned function is called.
func fill(t *testing.T, disk string, leave int64) (empty func()) {
	t.Helper()
	var space syscall.Statfs_t
	if err := syscall.Statfs(disk, &space); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(disk, "filler")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := syscall.Fallocate(int(file.Fd()), 0, 0, int64(space.Bavail)*space.Bsize-leave); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// failed makes a release that is undone and gives the cause.
func (c *cloud) failed() (cause string) {
	c.Helper()
	out := c.ended()
	if aws.ToString(out.Error) != "FailedClean" {
		c.Fatalf("it ended %s: %s %s", out.Status, aws.ToString(out.Error), aws.ToString(out.Cause))
	}
	return aws.ToString(out.Cause)
}

func TestReleaseOnAFullDiskIsUndone(t *testing.T) {
	disk, here := onItsOwnDisk(t, 512<<20)
	if !here {
		return
	}
	data := filepath.Join(disk, "data")
	c := start(t, data)
	program, err := service()
	if err != nil {
		t.Fatal(err)
	}
	// For a part of the bundle; for all of it, but not for what it installs.
	for _, room := range []int64{int64(len(program)) / 2, int64(len(program)) * 3 / 2} {
		empty := fill(t, disk, room)
		cause := c.failed()
		if !strings.Contains(strings.ToLower(cause), "no space left on device") {
			t.Errorf("with room for %d bytes: the cause is %s", room, cause)
		}
		for _, pattern := range []string{"images/*", "images/.*", "machines/*", "*.partial"} {
			if left := glob(t, filepath.Join(data, pattern)); len(left) > 0 {
				t.Errorf("with room for %d bytes: %v is left", room, left)
			}
		}
		empty()
	}
	c.released() // as soon as there is room
}

func TestStartOnAFullDiskIsRefusedAndLeavesNothing(t *testing.T) {
	disk, here := onItsOwnDisk(t, 64<<20)
	if !here {
		return
	}
	for _, room := range []int64{0, 64 << 10, 1 << 20} {
		empty := fill(t, disk, room)
		data := filepath.Join(disk, "data")
		up, err := local.Start(t.Context(), local.Options{Address: "127.0.0.1:0", Data: data, Program: os.Args[0], Bundle: bundle(disk), Pace: pace})
		if err == nil {
			t.Errorf("it starts with room for %d bytes, %v", room, up.Close())
		} else if release.CodeOf(err) != release.StillInUse || !strings.Contains(err.Error(), "--data") {
			t.Errorf("with room for %d bytes: %v", room, err)
		}
		if left := glob(t, data); len(left) > 0 {
			t.Errorf("with room for %d bytes: %v is left", room, left)
		}
		empty()
	}
}

const photoKey = "a key of enough length"

// noise returns a picture that nothing makes smaller.
func noise(side int) image.Image {
	picture := image.NewGray(image.Rect(0, 0, side, side))
	rand.Read(picture.Pix)
	return picture
}

// sendPhotos uploads a picture and gives the status and the answer.
func sendPhotos(t *testing.T, to http.Handler, picture image.Image) (status int, answer string) {
	t.Helper()
	body, form := io.Pipe()
	parts := multipart.NewWriter(form)
	go func() {
		part, err := parts.CreateFormFile("photos", "a.png")
		if err == nil {
			err = png.Encode(part, picture)
		}
		if err == nil {
			err = parts.Close()
		}
		_ = form.CloseWithError(err) // never fails
	}()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/upload", body)
	request.Header.Set("Content-Type", parts.FormDataContentType())
	request.Header.Set("Authorization", "Bearer "+photoKey)
	recorder := httptest.NewRecorder()
	to.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

func TestUploadToAFullDiskIsRefusedWhole(t *testing.T) {
	disk, here := onItsOwnDisk(t, 4<<20)
	if !here {
		return
	}
	photos := filepath.Join(disk, "photos")
	server, err := app.New(context.Background(), app.Config{
		Address: "127.0.0.1:0", Storage: "file://" + photos, AllowUpload: true, UploadKey: photoKey, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	files := func() int { return len(glob(t, filepath.Join(photos, "*", "*"))) }
	if status, answer := sendPhotos(t, server.Handler(), noise(100)); status != http.StatusCreated {
		t.Fatalf("with an empty disk: %d %s", status, answer)
	}
	// For nothing; for a part of the photo; for the photo but not its thumbnail.
	for _, room := range []int64{0, 80 << 10, 180 << 10} {
		empty := fill(t, disk, room)
		status, answer := sendPhotos(t, server.Handler(), noise(400))
		if status != http.StatusInsufficientStorage || !strings.Contains(answer, "is full; nothing was stored") {
			t.Errorf("with room for %d bytes: %d %s", room, status, answer)
		}
		if files() != 3 {
			t.Errorf("with room for %d bytes: %d files are there, not the first photo, its thumbnail and its title", room, files())
		}
		empty()
	}
	if status, answer := sendPhotos(t, server.Handler(), noise(400)); status != http.StatusCreated {
		t.Errorf("with room again: %d %s", status, answer)
	}
}
