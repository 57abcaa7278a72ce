package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/gallery-ami/app"
	"photogallery/lambdas/fleet"
)

// eventually repeats a check until it succeeds: AWS's lists are late, and instances take minutes to
// end.
func (r *run) eventually(ctx context.Context, check func(context.Context) error) error {
	for deadline := time.Now().Add(r.Patience); ; {
		err := check(ctx)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		if ended := r.pause(ctx); ended != nil {
			return errors.Join(ended, err)
		}
	}
}

// nothing checks that nothing of any release is left except this many images.
func (r *run) nothing(ctx context.Context, images int) error {
	r.gallery, r.images = "", images
	return r.eventually(ctx, func(ctx context.Context) error { return r.state.Nothing(ctx, images) })
}

// serves checks the resources, the targets' health and the home page of a release, beside which
// this many images are kept.
func (r *run) serves(ctx context.Context, name string, images int) (seen string, err error) {
	status, err := r.stack.Status(ctx)
	if err != nil {
		return "", err
	}
	if status.Serving == nil || status.Serving.Release != name {
		return "", fmt.Errorf("what serves is %+v, not %s", status.Serving, name)
	}
	r.gallery, r.serving, r.images = status.Gallery, *status.Serving, images
	for _, check := range []func(context.Context) error{
		func(ctx context.Context) error { return r.state.Serves(ctx, name, images) }, r.healthy, r.homePage,
	} {
		if err := r.eventually(ctx, check); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%s serves image %s at %s", name, r.serving.Image, r.gallery), nil
}

// healthy asks the load balancer itself: every instance of the fleet must be a healthy target.
func (r *run) healthy(ctx context.Context) error {
	group, err := fleet.Group(ctx, r.state.AutoScaling, r.Environment.Group(r.serving.Slot))
	if err != nil || group == nil || len(group.TargetGroupARNs) != 1 {
		return errors.Join(errors.New("there is no group with a target group"), err)
	}
	out, err := r.state.ELB.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: &group.TargetGroupARNs[0]})
	if err != nil {
		return err
	}
	health := map[string]types.TargetHealthStateEnum{}
	for _, target := range out.TargetHealthDescriptions {
		health[aws.ToString(target.Target.Id)] = target.TargetHealth.State
	}
	instances, err := r.state.Fleet(ctx)
	if len(instances) != minFleet {
		err = errors.Join(err, fmt.Errorf("the fleet is %v, not %d instances", instances, minFleet))
	}
	for _, instance := range instances {
		if health[instance] != types.TargetHealthStateEnumHealthy {
			err = errors.Join(err, fmt.Errorf("target %s is %q, not healthy", instance, health[instance]))
		}
	}
	return err
}

// homePage checks that the home page names the release, through the load balancer.
func (r *run) homePage(ctx context.Context) error {
	page, err := r.get(ctx, r.gallery)
	if err == nil && !strings.Contains(page, "<b>"+r.serving.Release+"</b>") {
		err = fmt.Errorf("the home page names another release than %s:\n%s", r.serving.Release, page)
	}
	return err
}

// get reads a page. An answer other than 200 is an error.
func (r *run) get(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	response, err := r.Web.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	page, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s is answered with %s", url, response.Status)
	}
	return string(page), err
}

// photo uploads a photo to the bucket, as `gallery upload` does, and reads it through the load
// balancer.
func (r *run) photo(ctx context.Context) (string, error) {
	bucket, err := r.stack.Photos(ctx)
	if err != nil {
		return "", err
	}
	album, err := app.OpenAlbum(ctx, app.Config{Bucket: bucket})
	if err != nil {
		return "", err
	}
	var picture bytes.Buffer
	err = png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 320, 240)))
	id, _, failed := album.Add(ctx, "e2e.png", &picture)
	if err := errors.Join(err, failed, album.Close()); err != nil {
		return "", err
	}
	return "photo " + id, r.eventually(ctx, func(ctx context.Context) error {
		_, err := r.get(ctx, r.gallery+"view/"+id)
		return err
	})
}
