package local

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/release"
)

// storeOnce keeps an object as a builder does, which may write none twice.
func (l *Local) storeOnce(bucket, key string, content []byte) error {
	_, err := l.stack.Clients.S3.PutObject(context.Background(), &s3.PutObjectInput{
		Bucket: &bucket, Key: &key, Body: bytes.NewReader(content), IfNoneMatch: aws.String("*"),
	})
	return err
}

// pruneSBOMs deletes the software bills of materials of images that are not kept. It must be called
// before any release starts.
func (l *Local) pruneSBOMs(former kept) error {
	wanted := map[string]bool{}
	for _, image := range former.Images {
		wanted[filepath.Join(l.options.Data, filepath.FromSlash(release.SBOMKey(image.Tags[release.TagRelease])))] = true
	}
	paths, err := filepath.Glob(filepath.Join(l.options.Data, filepath.FromSlash(release.SBOMPrefix), "*"))
	for _, path := range paths {
		if !wanted[path] {
			err = errors.Join(err, removed(path))
		}
	}
	return err
}
