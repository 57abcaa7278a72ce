package awsstack

import (
	"context"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
	"gocloud.dev/blob/s3blob"

	"photogallery/gallery-ami/recipe"
	"photogallery/release"
)

// Photos opens the bucket's folder with the gallery's photos. The caller closes it.
func (s *Stack) Photos(ctx context.Context) (*blob.Bucket, error) {
	name, err := s.output(photoBucketOutput)
	if err != nil {
		return nil, err
	}
	bucket, err := s3blob.OpenBucket(ctx, s.clients.S3, name, nil)
	if err != nil {
		return nil, err
	}
	return blob.PrefixedBucket(bucket, recipe.PhotosPrefix), nil
}

// UploadKey returns the secret that the gallery requires for uploads. The error is NotFound if
// there is none yet.
func (s *Stack) UploadKey(ctx context.Context) (string, error) {
	location, err := s.output(uploadKeyOutput)
	if err != nil {
		return "", err
	}
	bucket, key, isObject := strings.Cut(strings.TrimPrefix(location, "s3://"), "/")
	if !isObject {
		return "", release.Errorf(release.NothingUp, "stack %s keeps the upload key at %q, which is not s3://bucket/key: deploy it again with `npx cdk deploy`", s.Name, location)
	}
	out, err := s.clients.S3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
	if release.IsNotFound(err) {
		return "", release.Errorf(release.NotFound, "there is no upload key at %s: the first instance that takes uploads makes it; deploy with a domain or with `npx cdk deploy -c uploadsOverHttp=on`, then release; `gallery upload` needs no key", location)
	}
	if err != nil {
		return "", err
	}
	defer out.Body.Close()
	content, err := io.ReadAll(out.Body)
	return strings.TrimSpace(string(content)), err
}
