//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

var pageNames = [3]string{"index", "thumbnail", "photo"}

// benchApps compares the servers, alternating within each round.
func benchApps(ctx context.Context, folder string, seconds int) (err error) {
	servers, sizes, err := startServers(ctx, folder)
	defer func() {
		for _, s := range servers {
			err = errors.Join(err, s.stop())
		}
	}()
	if err != nil {
		return err
	}
	results := map[*server]*[3][]figures{}
	for range rounds {
		for page := range pageNames {
			for _, s := range servers {
				one, err := run(ctx, s.url(page), connections, seconds)
				if err != nil {
					return err
				}
				if results[s] == nil {
					results[s] = &[3][]figures{}
				}
				results[s][page] = append(results[s][page], one)
			}
		}
	}
	printApps(servers, sizes, results)
	fmt.Printf("Memory of a gallery instance that has just started, its own small program: %s; after this load: %s.\n\n", servers[0].fresh, memory(servers[0].process.Process.Pid))
	return nil
}

func printApps(servers []*server, sizes [3]int, results map[*server]*[3][]figures) {
	fmt.Println("| | served by | requests/s | p99 | gallery / this: least, median, greatest |\n|---|---|---|---|---|")
	for page, name := range pageNames {
		for _, s := range servers {
			late := median(results[s][page], func(f figures) time.Duration { return f.p99 })
			rate := median(results[s][page], func(f figures) float64 { return f.perSecond })
			ratios := make([]float64, rounds)
			for round := range ratios {
				ratios[round] = results[servers[0]][page][round].perSecond / results[s][page][round].perSecond
			}
			slices.Sort(ratios)
			fmt.Printf("| %s, %.1f kB | %s | %.0f | %s | %.2f, %.2f, %.2f |\n", name, float64(sizes[page])/1e3, s.name, rate,
				late.Round(10*time.Microsecond), ratios[0], ratios[rounds/2], ratios[rounds-1])
		}
	}
	fmt.Println()
}

// startServers starts the gallery first; the others serve the bytes that it returns.
func startServers(ctx context.Context, folder string) (servers []*server, sizes [3]int, err error) {
	gallery, err := startGallery(ctx, folder)
	if err != nil {
		return nil, sizes, err
	}
	servers = append(servers, gallery)
	var bytesOf [3][]byte
	for page := range bytesOf {
		if bytesOf[page], err = fetch(ctx, gallery.url(page)); err != nil {
			return servers, sizes, err
		}
		sizes[page] = len(bytesOf[page])
	}
	flask, err := prepareFlask(ctx, folder, bytesOf)
	if err != nil {
		return servers, sizes, err
	}
	python := filepath.Join(folder, "venv", "bin", "python")
	for _, other := range []struct {
		name    string
		command []string
	}{
		{"Flask, flask run", []string{python, "-m", "flask", "--app", "galleryApp", "run", "--host", "HOST", "--port", "PORT"}},
		{"gunicorn, 4 workers", []string{python, "-m", "gunicorn", "-w", "4", "-b", "HOST:PORT", "galleryApp:app"}},
	} {
		s, err := start(ctx, other.name, flask, nil, other.command...)
		if err != nil {
			return servers, sizes, err
		}
		s.paths = [3]string{"/", "/photos/thumbnail.jpg", "/photos/photo.jpg"}
		servers = append(servers, s)
	}
	nginx, err := startNginx(ctx, folder, bytesOf)
	if err != nil {
		return servers, sizes, err
	}
	return append(servers, nginx), sizes, nil
}

const uploadKey = "a key for the benchmark alone"

func startGallery(ctx context.Context, folder string) (*server, error) {
	program := filepath.Join(folder, "photogallery")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "./gallery-ami/app/cmd/photogallery")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as for an instance on AWS
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the app: %w\n%s", err, out)
	}
	photos := filepath.Join(folder, "photos")
	if err := os.MkdirAll(photos, 0o700); err != nil {
		return nil, err
	}
	s, err := start(ctx, "gallery", folder, []string{"PHOTOS=file://" + photos, "SAMPLES=1", "UPLOAD_KEY=" + uploadKey}, program)
	if err != nil {
		return nil, err
	}
	s.fresh = memory(s.process.Process.Pid)
	thumbnail, photo, err := choosePhotos(ctx, s)
	s.paths = [3]string{"/", thumbnail, photo}
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

var thumbPattern = regexp.MustCompile(`/thumbs/[^"\s]+`)

// choosePhotos uploads a photo of about 200 kB, and finds the thumbnail closest to 15 kB.
func choosePhotos(ctx context.Context, s *server) (thumbnail, photo string, err error) {
	id, err := uploadPhoto(ctx, s)
	if err != nil {
		return "", "", err
	}
	index, err := fetch(ctx, "http://"+s.address+"/")
	if err != nil {
		return "", "", err
	}
	nearest := 1 << 30
	for _, path := range thumbPattern.FindAllString(string(index), -1) {
		content, err := fetch(ctx, "http://"+s.address+path)
		if err != nil {
			return "", "", err
		}
		if distance := max(len(content)-15_000, 15_000-len(content)); distance < nearest {
			nearest, thumbnail = distance, path
		}
	}
	view, err := fetch(ctx, "http://"+s.address+"/view/"+id)
	if err != nil {
		return "", "", err
	}
	return thumbnail, regexp.MustCompile(`/photos/` + id[:12] + `[^"\s]+`).FindString(string(view)), nil
}

var viewPattern = regexp.MustCompile(`"view":"/view/([^"]+)"`)

func uploadPhoto(ctx context.Context, s *server) (id string, err error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("photos", "photo.jpg")
	if err != nil {
		return "", err
	}
	if err := errors.Join(jpeg.Encode(part, noise(), &jpeg.Options{Quality: 80}), form.Close()); err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.address+"/upload", &body)
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Authorization", "Bearer "+uploadKey)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(response.Body); err != nil {
		return "", err
	}
	found := viewPattern.FindStringSubmatch(answer.String())
	if found == nil {
		return "", fmt.Errorf("the upload is answered with %s: %s", response.Status, answer.String())
	}
	return found[1], nil
}

// noise returns a picture that takes about 200 kB as a JPEG, the same at each run.
func noise() image.Image {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a picture
	picture := image.NewGray(image.Rect(0, 0, 640, 378))
	for i := range picture.Pix {
		picture.Pix[i] = uint8(random.IntN(256))
	}
	return picture
}
