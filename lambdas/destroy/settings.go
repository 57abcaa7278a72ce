package destroy

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/gallery-ami/recipe/settings"
)

type objectAPI interface {
	s3.ListObjectsV2APIClient
	DeleteObject(context.Context, *s3.DeleteObjectInput, ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
}

// deleteSettings deletes the app's settings and secrets from the bucket, which outlives the stack. It
// lists them, since the record does not have those of a change that was cut off.
func (w watcher) deleteSettings(ctx context.Context) error {
	for _, prefix := range []string{settings.DocumentPrefix, settings.SecretPrefix} {
		pages := s3.NewListObjectsV2Paginator(w.objects, &s3.ListObjectsV2Input{Bucket: aws.String(w.settings.Bucket), Prefix: aws.String(prefix)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return err
			}
			for _, object := range page.Contents {
				if _, err := w.objects.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(w.settings.Bucket), Key: object.Key}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
