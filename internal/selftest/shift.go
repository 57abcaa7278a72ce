package selftest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/load"
)

// inSteps moves the traffic to a second fleet in three steps. The first ones are long enough for the
// judge at any pace.
const inSteps = `"traffic": [5, 50, 100], "hold": "6m", "bakeTime": "3m"`

// takeOver releases a version beside the one that serves, which fails no request.
func (s *story) takeOver(ctx context.Context) (string, error) {
	return s.underTraffic(func() (string, error) {
		if _, err := s.run(ctx, s.status.ReleaseMachine, `{"version": "beside", `+inSteps+`}`, types.ExecutionStatusSucceeded); err != nil {
			return "", err
		}
		if err := s.look(ctx); err != nil {
			return "", err
		}
		if s.status.Serving == nil || s.status.Serving.Version != "beside" {
			return "", fmt.Errorf("what serves is %+v", s.status.Serving)
		}
		return "5, 50 and 100 % of it", nil
	})
}

// reject releases a version that answers one of nine requests with an error, although its home
// page, which the load balancer checks, is well.
func (s *story) reject(ctx context.Context) (string, error) {
	thumbnails, err := load.Thumbnails(ctx, s.endpoint.Gallery)
	if err != nil || len(thumbnails) < 4 {
		return "", errors.Join(fmt.Errorf("the gallery has %d photos, not four", len(thumbnails)), err)
	}
	folder, err := s.failingBundle(thumbnails[0])
	if err != nil {
		return "", err
	}
	before := s.status.Serving
	// Nine pages have no common divisor with the weights, so that each fleet gets all of them.
	home := s.endpoint.Gallery
	traffic := load.StartPages(ordinary, append(thumbnails[:4:4], home, home, home, home, home)...)
	out, err := s.run(ctx, s.status.ReleaseMachine, fmt.Sprintf(`{"version": "failing", "bundle": %q, `+inSteps+`}`, folder), types.ExecutionStatusFailed)
	result := traffic.End()
	if err != nil {
		return "", err
	}
	if cause := aws.ToString(out.Cause); !strings.Contains(cause, "is rejected with 5 % of the traffic") {
		return "", fmt.Errorf("it ended %s: %s", aws.ToString(out.Error), cause)
	}
	if err := s.look(ctx); err != nil || s.status.Serving == nil || !reflect.DeepEqual(s.status.Serving, before) {
		return "", errors.Join(fmt.Errorf("what serves is %+v, not %+v as before", s.status.Serving, before), err)
	}
	share := 100 * float64(result.Failures) / float64(result.Requests)
	if share == 0 || share > 2 {
		return "", fmt.Errorf("%.1f %% of %d requests failed: %s", share, result.Requests, result.First)
	}
	return fmt.Sprintf("%.1f %% of %d requests failed", share, result.Requests), nil
}

// failingBundle cannot read one of the photos: its thumbnail is a link that leads to itself.
func (s *story) failingBundle(thumbnail string) (folder string, err error) {
	address, err := url.Parse(thumbnail)
	if err != nil {
		return "", err
	}
	return s.bundle("failing", `own=$(dirname "$0")/broken
rm -rf "$own" && cp -r "${PHOTOS#file://}" "$own" && ln -sf '`+path.Base(address.Path)+`' "$own`+address.Path+`"
export PHOTOS="file://$own"
`)
}
