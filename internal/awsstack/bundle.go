package awsstack

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"photogallery/release"
)

// UploadBundle uploads what pack writes to the builders' bucket, with a name from its content, and
// returns its location. It does not upload an existing bundle again. It returns pack's error
// unchanged, before any upload.
func (s *Stack) UploadBundle(ctx context.Context, pack func(io.Writer) error) (bundle release.Bundle, err error) {
	bucket, err := s.output(bundleBucketOutput)
	if err != nil {
		return release.Bundle{}, err
	}
	file, err := os.CreateTemp("", "bundle-*.tar.gz")
	if err != nil {
		return release.Bundle{}, err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	sum := sha256.New()
	if err := pack(io.MultiWriter(file, sum)); err != nil {
		return release.Bundle{}, err
	}
	digest := sum.Sum(nil)
	bundle = release.StoredBundle(bucket, hex.EncodeToString(digest))
	if there, err := s.has(ctx, bundle); there || err != nil {
		return bundle, err
	}
	return bundle, s.put(ctx, bundle, file, digest)
}

// NameBundle returns where UploadBundle uploads what pack writes, and uploads nothing.
func (s *Stack) NameBundle(pack func(io.Writer) error) (release.Bundle, error) {
	bucket, err := s.output(bundleBucketOutput)
	if err != nil {
		return release.Bundle{}, err
	}
	sum := sha256.New()
	err = pack(sum)
	return release.StoredBundle(bucket, hex.EncodeToString(sum.Sum(nil))), err
}

// has treats a refusal as absence: without permission to list a bucket S3 does not say more about a
// missing object. The upload then shows whether it is allowed.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
func (s *Stack) has(ctx context.Context, bundle release.Bundle) (bool, error) {
	_, err := s.clients.S3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bundle.Bucket, Key: &bundle.Key})
	if release.IsNotFound(err) || release.CodeOf(err) == release.AccessDenied {
		return false, nil
	}
	return err == nil, err
}

// put lets S3 verify the content. It accepts that somebody else has uploaded the same in the
// meantime, or is about to.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func (s *Stack) put(ctx context.Context, bundle release.Bundle, content io.ReadSeeker, digest []byte) error {
	const attempts = 3
	for attempt := 1; ; attempt++ {
		if _, err := content.Seek(0, io.SeekStart); err != nil {
			return err
		}
		_, err := s.clients.S3.PutObject(ctx, &s3.PutObjectInput{
			Bucket: &bundle.Bucket, Key: &bundle.Key, Body: content, IfNoneMatch: aws.String("*"),
			ContentType: aws.String("application/gzip"), ChecksumSHA256: aws.String(base64.StdEncoding.EncodeToString(digest)),
		})
		var refused smithy.APIError
		switch {
		case release.IsAlreadyExists(err):
			return nil
		case errors.As(err, &refused) && refused.ErrorCode() == "ConditionalRequestConflict" && attempt < attempts:
		default:
			return err
		}
	}
}
