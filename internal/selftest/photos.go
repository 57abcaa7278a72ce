package selftest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"photogallery/internal/load"
	"photogallery/internal/patience"
)

// upload uploads a photo through the load balancer and reads it from every instance.
func (s *story) upload(ctx context.Context) (string, error) {
	key, err := os.ReadFile(filepath.Join(s.data, "upload.key"))
	if err != nil {
		return "", err
	}
	id, err := s.uploadPhoto(ctx, strings.TrimSpace(string(key)))
	if err != nil {
		return "", err
	}
	if err := s.look(ctx); err != nil {
		return "", err
	}
	for _, i := range s.healthy() {
		// An instance that has just listed the photos does so again after a moment.
		for err := load.Get(ctx, client(), "http://"+i.Address+"/view/"+id); err != nil; err = load.Get(ctx, client(), "http://"+i.Address+"/view/"+id) {
			if patience.Pause(ctx, poll) != nil {
				return "", fmt.Errorf("instance %s: %w", i.ID, err)
			}
		}
	}
	return fmt.Sprintf("%d instances have photo %s", len(s.healthy()), id), nil
}

func (s *story) uploadPhoto(ctx context.Context, key string) (id string, err error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("photos", "check.png")
	if err != nil {
		return "", err
	}
	if err := errors.Join(png.Encode(part, gradient()), form.Close()); err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint.Gallery+"/upload", &body)
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Authorization", "Bearer "+key)
	response, err := client().Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	var result struct{ Stored []struct{ ID string } }
	if err := json.Unmarshal(answer, &result); err != nil || len(result.Stored) != 1 {
		return "", fmt.Errorf("the upload is answered with %s: %s", response.Status, answer)
	}
	return result.Stored[0].ID, nil
}

func gradient() image.Image {
	picture := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			picture.Set(x, y, color.RGBA{uint8(x * 255 / 640), uint8(y * 255 / 480), 160, 255})
		}
	}
	return picture
}
