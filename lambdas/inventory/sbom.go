package inventory

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/release"
)

// ObjectRemover is the part of the S3 client that SBOMs uses.
type ObjectRemover interface {
	DeleteObject(context.Context, *s3.DeleteObjectInput, ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
}

// SBOMs holds the images' software bills of materials.
type SBOMs struct {
	API    ObjectRemover
	Bucket string
}

// Remove deletes the one that a release's builder wrote. S3 answers the same if there is none.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
func (s SBOMs) Remove(ctx context.Context, of string) error {
	if of == "" {
		return nil
	}
	_, err := s.API.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(s.Bucket), Key: aws.String(release.SBOMKey(of))})
	return vanished(err)
}
