package plan

import (
	"cmp"
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/gallery-ami/recipe"
	"photogallery/lambdas/image"
	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// maxURL is the maximum length of a bundle's URL, which an image carries as a tag.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
const maxURL = 256

// content decides what is released.
func (p planner) content(ctx context.Context, d *draft) error {
	if d.request.Image != "" {
		return p.existing(ctx, d)
	}
	bundle, err := p.bundle(ctx, *d)
	if err != nil {
		return err
	}
	if err := p.mustExist(ctx, d, bundle); err != nil {
		return err
	}
	d.plan.Bundle = bundle
	d.plan.Digest = release.Digest(bundle.SHA256, recipe.SHA256(), p.settings.Architecture)
	d.plan.Version = p.version(*d)
	d.image, err = image.Of(ctx, p.ec2, p.settings.Environment, d.plan)
	d.bakes = d.image == nil
	return err
}

// existing takes everything from the requested image.
func (p planner) existing(ctx context.Context, d *draft) error {
	found, err := image.Existing(ctx, p.ec2, p.settings.Environment, d.request.Image)
	if err != nil {
		return err
	}
	if p.isForeign(found) {
		return release.Errorf(release.ImageNotFound, "image: %q is for %s, and environment %s is for %s; give another one, or leave it out", d.request.Image, found.Architecture, p.settings.Environment, p.settings.Architecture)
	}
	d.image, d.plan.Image = &found, d.request.Image
	d.plan.Digest = inventory.Tag(found.Tags, release.TagDigest)
	d.plan.Version = cmp.Or(d.request.Version, inventory.Tag(found.Tags, release.TagVersion), release.Short(d.plan.Digest))
	if url := inventory.Tag(found.Tags, release.TagBundle); url != "" {
		d.plan.Bundle, err = release.ParseBundle(url)
	}
	return err
}

// isForeign reports whether an image is for another architecture than the environment's.
func (p planner) isForeign(image types.Image) bool {
	return image.Architecture != "" && image.Architecture != types.ArchitectureValues(p.settings.Architecture)
}

// bundle returns the requested bundle, for a rebake that of the serving release. By default it is the last released one, unless a newer
// deployment brought its own bundle since.
func (p planner) bundle(ctx context.Context, d draft) (release.Bundle, error) {
	switch asked := d.request.Bundle; {
	case d.request.RebakeIfNewer:
		return d.serving.Bundle, nil
	case asked == release.OwnBundle:
		return p.own()
	case strings.HasPrefix(asked, "s3://"):
		return release.ParseBundle(asked)
	case asked != "" && p.settings.PackBundle == nil:
		return release.Bundle{}, release.Errorf(release.InvalidRequest, "bundle: %q is a path, which AWS cannot read; give s3://bucket/key#sha256=…, or let `gallery release --bundle FOLDER` pack and upload the folder", asked)
	case asked != "":
		return p.settings.PackBundle(ctx, asked, d.request.DryRun)
	case p.settings.DefaultBundle == "" && d.serving.Bundle == (release.Bundle{}):
		return release.Bundle{}, release.Errorf(release.InvalidRequest, "bundle: left out, but nothing has been released yet and this deployment has no bundle of its own; give one")
	case p.settings.DefaultBundle == "":
		return d.serving.Bundle, nil
	}
	own, err := release.ParseBundle(p.settings.DefaultBundle)
	if err != nil {
		return release.Bundle{}, err
	}
	if d.serving.Bundle == (release.Bundle{}) || d.serving.DefaultBundle != own {
		return own, nil
	}
	return d.serving.Bundle, nil
}

func (p planner) own() (release.Bundle, error) {
	if p.settings.DefaultBundle == "" {
		return release.Bundle{}, release.Errorf(release.InvalidRequest, "bundle: %q is the deployment's, and this deployment has none; give one", release.OwnBundle)
	}
	return release.ParseBundle(p.settings.DefaultBundle)
}

// rollingNeeds refuses to replace the instances of a fleet by some that are checked otherwise: the
// former version would have to answer the new path, and the group keeps its grace period.
func rollingNeeds(_ context.Context, d *draft) error {
	needs, served := d.plan.Bundle.Needs, d.serving.Bundle.Needs
	if d.request.Strategy != release.Rolling || !d.serving.Serving || d.plan.Digest == "" || needs == served {
		return nil
	}
	return release.Errorf(release.InvalidRequest, "strategy: %q keeps the fleet that serves, with HealthPath=%s and StartupTime=%s, and this bundle has HealthPath=%s and StartupTime=%s; give %s, or leave it out",
		release.Rolling, served.Health(), served.Start(), needs.Health(), needs.Start(), release.BlueGreen)
}

// mustExist refuses a bundle that is not there. A dry run has not stored the folder's yet.
func (p planner) mustExist(ctx context.Context, d *draft, bundle release.Bundle) error {
	if url := bundle.URL(); len(url) > maxURL {
		return release.Errorf(release.InvalidRequest, "bundle: %s has %d characters, and an image's tag holds %d; give it a shorter key or HealthPath", url, len(url), maxURL)
	}
	_, err := p.objects.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(bundle.Bucket), Key: aws.String(bundle.Key)})
	// Without permission to list the bucket, S3 answers 403 for a missing object.
	missing := release.IsNotFound(err) || release.CodeOf(err) == release.AccessDenied
	if d.unstored = missing && d.request.DryRun && bundle.Key == release.StoredBundle(p.settings.Bucket, bundle.SHA256).Key && bundle.Bucket == p.settings.Bucket; d.unstored {
		return nil
	}
	if missing {
		return release.Errorf(release.InvalidRequest, "bundle: there is no s3://%s/%s that environment %s may read; upload it to bucket %s with `gallery release --bundle FOLDER`, or give another one: %w", bundle.Bucket, bundle.Key, p.settings.Environment, p.settings.Bucket, err)
	}
	return err
}

// version returns the former version for content that is released again, and a version named after
// the digest for new content. A rebake is no new content, even if a newer recipe changes its digest.
func (p planner) version(d draft) string {
	isSame := d.serving.Digest == d.plan.Digest || d.request.RebakeIfNewer
	if d.request.Version == "" && isSame && d.serving.Version != "" {
		return d.serving.Version
	}
	return cmp.Or(d.request.Version, release.Short(d.plan.Digest))
}
