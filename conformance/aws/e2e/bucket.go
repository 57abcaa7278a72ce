package e2e

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"photogallery/conformance/aws/leftover"
)

// removeBucket deletes all versions in the run's bucket of photos, and the bucket.
func (r *run) removeBucket(ctx context.Context) (string, error) {
	name := leftover.Bucket(r.account, r.Environment)
	pages := s3.NewListObjectVersionsPaginator(r.state.S3, &s3.ListObjectVersionsInput{Bucket: &name, ExpectedBucketOwner: &r.account.ID})
	objects := 0
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		var refused smithy.APIError
		if errors.As(err, &refused) && refused.ErrorCode() == "NoSuchBucket" {
			return "there is none", nil
		}
		if err != nil {
			return "", err
		}
		versions := versionsOf(page)
		if err := r.removeObjects(ctx, name, versions); err != nil {
			return "", err
		}
		objects += len(versions)
	}
	_, err := r.state.S3.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &name, ExpectedBucketOwner: &r.account.ID})
	return fmt.Sprintf("with %d versions of objects", objects), err
}

func versionsOf(page *s3.ListObjectVersionsOutput) (all []types.ObjectIdentifier) {
	for _, version := range page.Versions {
		all = append(all, types.ObjectIdentifier{Key: version.Key, VersionId: version.VersionId})
	}
	for _, marker := range page.DeleteMarkers {
		all = append(all, types.ObjectIdentifier{Key: marker.Key, VersionId: marker.VersionId})
	}
	return all
}

// removeObjects returns the failures that a successful answer reports.
func (r *run) removeObjects(ctx context.Context, bucket string, objects []types.ObjectIdentifier) error {
	if len(objects) == 0 {
		return nil
	}
	out, err := r.state.S3.DeleteObjects(ctx, &s3.DeleteObjectsInput{
		Bucket: &bucket, ExpectedBucketOwner: &r.account.ID, Delete: &types.Delete{Objects: objects, Quiet: aws.Bool(true)},
	})
	if err != nil {
		return err
	}
	for _, failure := range out.Errors {
		err = errors.Join(err, fmt.Errorf("s3://%s/%s cannot be deleted: %s: %s", bucket, aws.ToString(failure.Key), aws.ToString(failure.Code), aws.ToString(failure.Message)))
	}
	return err
}
