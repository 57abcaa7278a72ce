package environment

import (
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/lambdas/records"
	"photogallery/release"
)

// Past is an entry of the history, and what releasing it again would take.
type Past struct {
	release.Entry
	Serves bool   `json:"serves"`
	Again  Again  `json:"again,omitempty"` // "" if it cannot be released again
	Why    string `json:"why,omitempty"`   // it cannot be
}

// Again is what a former release is released again from.
type Again string

// A release is released again from its own image, or from its bundle, which is baked unless there is
// another image of that content.
const (
	FromImage  Again = "image"
	FromBundle Again = "bundle"
)

// History returns the environment's history, newest first. For each release that served it looks for
// its image, and for the bundle of one whose image is gone.
func (r Reader) History(ctx context.Context) ([]Past, error) {
	history, err := records.ReadHistory(ctx, r.Clients.DynamoDB, r.Table)
	if err != nil {
		return nil, err
	}
	serving, err := r.Recorded(ctx)
	if err != nil {
		return nil, err
	}
	images, err := r.describeImages(ctx)
	if err != nil {
		return nil, err
	}
	all := []Past{}
	for _, entry := range history {
		all = append(all, Past{Entry: entry})
	}
	markServing(all, serving)
	for i := range all {
		all[i].ask(images)
	}
	return all, r.lookForBundles(ctx, all)
}

// markServing marks the newest release of the serving one's name: an earlier one of that name is
// another.
func markServing(all []Past, serving release.Current) {
	for i := range all {
		if past := &all[i]; serving.Serving && past.Kind == release.ReleaseEntry && past.Name == serving.Release {
			past.Serves, past.Served, past.Image = true, true, serving.Image
			return
		}
	}
}

// ask fills in what an entry can be released from, as if its bundle were there.
func (p *Past) ask(images []types.Image) {
	switch {
	case p.Serves:
		p.Why = "it serves"
	case p.Kind == release.TeardownEntry:
		p.Why = "it is a teardown"
	case p.Kind == release.RunEntry:
		p.Why = "it ran a command"
	case p.Ended.IsZero():
		p.Why = "it is under way"
	case !p.Served:
		p.Why = "it failed, and never served"
	case p.hasImage(images):
		p.Again = FromImage
	case p.Bundle == (release.Bundle{}):
		p.Why = "its image is gone, and it has no bundle"
	default:
		p.Again = FromBundle
	}
}

func (p *Past) hasImage(images []types.Image) bool {
	for _, image := range images {
		if p.Image != "" && aws.ToString(image.ImageId) == p.Image {
			return image.State == types.ImageStateAvailable
		}
	}
	return false
}

// lookForBundles asks for each needed bundle once, for all at the same time.
func (r Reader) lookForBundles(ctx context.Context, all []Past) error {
	needing := map[release.Bundle][]*Past{}
	for i := range all {
		if past := &all[i]; past.Again == FromBundle {
			needing[past.Bundle] = append(needing[past.Bundle], past)
		}
	}
	var asked sync.WaitGroup
	var mu sync.Mutex
	var failed []error
	for bundle, entries := range needing {
		asked.Go(func() {
			gone, err := r.isGone(ctx, bundle)
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, err)
			for _, past := range entries {
				if gone {
					past.Again, past.Why = "", "its image and its bundle are gone"
				}
			}
		})
	}
	asked.Wait()
	return errors.Join(failed...)
}

// isGone reports whether a bundle is known to be gone. A refusal does not say so: without permission
// to list the bucket, S3 answers the same for a missing object. Then the Plan step decides.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
func (r Reader) isGone(ctx context.Context, bundle release.Bundle) (bool, error) {
	_, err := r.Clients.S3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(bundle.Bucket), Key: aws.String(bundle.Key)})
	switch {
	case release.IsNotFound(err):
		return true, nil
	case release.CodeOf(err) == release.AccessDenied:
		return false, nil
	}
	return false, err
}
