package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"photogallery/internal/load"
	"photogallery/internal/local/control"
	"photogallery/internal/patience"
)

// kill ends the program without warning, as a lack of memory or of power does.
func (p *program) kill() {
	p.Helper()
	if err := p.Process.Kill(); err != nil {
		p.Fatal(err)
	}
	_ = p.Wait() // it was killed
}

// uploads are those that the gallery has acknowledged, by their IDs.
type uploads struct {
	mu           sync.Mutex
	acknowledged map[string]bool
}

func (u *uploads) ids() (all []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for id := range u.acknowledged {
		all = append(all, id)
	}
	return all
}

// uploadOn uploads one photo after the other until the gallery is gone.
func (u *uploads) uploadOn(t *testing.T, gallery, key string) {
	for height := 450; ; height++ { // the same photo twice would be stored once
		var form bytes.Buffer
		parts := multipart.NewWriter(&form)
		part, err := parts.CreateFormFile("photos", "a.jpg")
		if err == nil {
			err = errors.Join(jpeg.Encode(part, picture(height), nil), parts.Close())
		}
		if err != nil {
			t.Error(err)
			return
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, gallery+"/upload", &form)
		if err != nil {
			t.Error(err)
			return
		}
		request.Header.Set("Content-Type", parts.FormDataContentType())
		request.Header.Set("Authorization", "Bearer "+key)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return
		}
		answer, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		var result struct{ Stored []struct{ ID string } }
		if err != nil || json.Unmarshal(answer, &result) != nil || response.StatusCode != http.StatusCreated {
			continue // broken off, or answered by the load balancer
		}
		u.mu.Lock()
		u.acknowledged[result.Stored[0].ID] = true
		u.mu.Unlock()
	}
}

func picture(height int) image.Image {
	made := image.NewGray(image.Rect(0, 0, 600, height))
	for i := range made.Pix {
		made.Pix[i] = color.Gray{uint8(i * i >> 7)}.Y
	}
	return made
}

// isWhole gets a picture and decodes it.
func isWhole(t *testing.T, url string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := jpeg.Decode(response.Body); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("%s: %s, %v", url, response.Status, err)
	}
}

// hasOnlyWholeImages compares the archives with the images that the cloud knows.
func (p *program) hasOnlyWholeImages(endpoint control.Endpoint) {
	p.Helper()
	images, err := control.NewClient(endpoint).Images(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	archives, err := os.ReadDir(filepath.Join(p.data, "images"))
	if err != nil || len(archives) != len(images) {
		p.Errorf("there are %d images, and the archives %v, %v", len(images), archives, err)
	}
	for _, image := range images {
		if image.Bytes == 0 {
			p.Errorf("image %s is empty", image.ID)
		}
	}
}

// bystander returns a process that is no machine's, though it has to do with the folder.
func bystander(t *testing.T, data string) *exec.Cmd {
	t.Helper()
	other := exec.CommandContext(t.Context(), "sleep", "600")
	other.Dir = data
	other.Env = append(os.Environ(), "HOME="+data, "DATA="+filepath.Join(data, "machines", "i-0"))
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = other.Process.Kill()
		_ = other.Wait() // it was killed
	})
	return other
}

// Each round kills one cloud in the release that it begins with, and the next one on its folder while
// photos are uploaded to it.
func TestKilledCloudLosesNothingAndLeavesNothing(t *testing.T) {
	whole := startProgram(t, t.TempDir())
	began := time.Now()
	whole.awaitServing()
	span := time.Since(began)
	whole.kill()
	for range 3 {
		data := t.TempDir()
		other := bystander(t, data)
		p := startProgram(t, data)
		moment := time.Duration(rand.Int64N(int64(span + span/2)))
		time.Sleep(moment)
		p.kill()
		t.Logf("killed %v after its start", moment)

		p = startProgram(t, data)
		endpoint := p.awaitServing()
		p.hasOnlyWholeImages(endpoint)
		key, err := os.ReadFile(filepath.Join(data, "upload.key"))
		if err != nil {
			t.Fatal(err)
		}
		photos := &uploads{acknowledged: map[string]bool{}}
		var uploading sync.WaitGroup
		for range 3 {
			uploading.Go(func() { photos.uploadOn(t, endpoint.Gallery, strings.TrimSpace(string(key))) })
		}
		for deadline := time.Now().Add(patience.Limit); len(photos.ids()) == 0 && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(rand.Int64N(int64(300 * time.Millisecond))))
		p.kill()
		uploading.Wait()

		p = startProgram(t, data)
		endpoint = p.awaitServing()
		p.awaitFleet(endpoint)
		p.keptAll(endpoint, photos.ids())
		p.hasOnlyWholeImages(endpoint)
		p.runsOnlyItsInstances(endpoint)
		if err := other.Process.Signal(syscall.Signal(0)); err != nil {
			t.Errorf("a process that is no machine's was ended: %v", err)
		}
		end(t, p, syscall.SIGTERM)
		p.leavesNothing(endpoint)
	}
}

// awaitFleet waits until the release serves: before, requests may go to an instance that boots.
func (p *program) awaitFleet(endpoint control.Endpoint) {
	p.Helper()
	for deadline := time.Now().Add(patience.Limit); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if status, err := control.NewClient(endpoint).Status(p.Context()); err == nil && status.Serving != nil {
			return
		}
	}
	p.Fatalf("its release does not end: %s", p.said())
}

// keptAll finds each photo, and no file that was not finished.
func (p *program) keptAll(endpoint control.Endpoint, ids []string) {
	p.Helper()
	p.Logf("%d photos were acknowledged", len(ids))
	if len(ids) == 0 {
		p.Error("no upload was acknowledged")
	}
	for _, id := range ids {
		isWhole(p.T, endpoint.Gallery+"/photos/"+id+".jpg")
		isWhole(p.T, endpoint.Gallery+"/thumbs/"+id+".jpg")
		if err := load.Get(p.Context(), http.DefaultClient, endpoint.Gallery+"/view/"+id); err != nil {
			p.Errorf("photo %s is not listed: %v", id, err)
		}
	}
	thumbnails, err := filepath.Glob(filepath.Join(p.data, "photos", "thumbs", "*.jpg"))
	if err != nil {
		p.Fatal(err)
	}
	for _, path := range thumbnails {
		id := strings.TrimSuffix(filepath.Base(path), ".jpg")
		if found, err := filepath.Glob(filepath.Join(p.data, "photos", "photos", id+".*")); err != nil || len(found) != 1 {
			p.Errorf("thumbnail %s has the photos %v, %v", path, found, err)
		}
	}
	if unfinished, err := filepath.Glob(filepath.Join(p.data, "photos", "*", "*.tmp")); err != nil || len(unfinished) > 0 {
		p.Errorf("unfinished: %v, %v", unfinished, err)
	}
}
