package s3_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/s3"
)

// stored is the key of an object that is "content".
const stored = "bundles/ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73.tar.gz"

// inCloud runs a test on a bucket in memory and on one in a folder.
func inCloud(t *testing.T, test func(t *testing.T, service *s3.Service, client *awss3.Client)) {
	t.Helper()
	for kind, folder := range map[string]string{"in memory": "", "in a folder": t.TempDir()} {
		t.Run(kind, func(t *testing.T) {
			f := fabric.New(1)
			defer f.Close()
			service := s3.New(f)
			f.Do(func() { service.AddBucket("photos", folder) })
			key, sha, err := service.Put("photos", "bundles/", ".tar.gz", func(to io.Writer) error {
				_, err := io.WriteString(to, "content")
				return err
			})
			if err != nil || key != stored || !strings.Contains(key, sha) {
				t.Fatalf("stored as %s (%s), %v", key, sha, err)
			}
			test(t, service, awss3.NewFromConfig(f.Config()))
		})
	}
}

func TestHeadTellsWhetherAnObjectIsThere(t *testing.T) {
	inCloud(t, func(t *testing.T, _ *s3.Service, client *awss3.Client) {
		out, err := client.HeadObject(t.Context(), &awss3.HeadObjectInput{Bucket: aws.String("photos"), Key: aws.String(stored)})
		if err != nil || aws.ToInt64(out.ContentLength) != 7 {
			t.Errorf("got %v, %v", out, err)
		}
		for _, in := range []*awss3.HeadObjectInput{
			{Bucket: aws.String("photos"), Key: aws.String("bundles/2.tar.gz")},
			{Bucket: aws.String("none"), Key: aws.String(stored)},
		} {
			_, err := client.HeadObject(t.Context(), in)
			var notFound *types.NotFound
			if !errors.As(err, &notFound) {
				t.Errorf("%s/%s: got %v, want NotFound", *in.Bucket, *in.Key, err)
			}
		}
	})
}

func TestInstanceOpensAnObject(t *testing.T) {
	inCloud(t, func(t *testing.T, service *s3.Service, _ *awss3.Client) {
		content, err := service.Open("photos", stored)
		if err != nil {
			t.Fatal(err)
		}
		defer content.Close()
		if got, err := io.ReadAll(content); err != nil || string(got) != "content" {
			t.Errorf("read %q, %v", got, err)
		}
		_, err = service.Open("photos", "none")
		var noKey *types.NoSuchKey
		if !errors.As(err, &noKey) {
			t.Errorf("got %v, want NoSuchKey", err)
		}
		_, err = service.Open("none", "none")
		var noBucket *types.NoSuchBucket
		if !errors.As(err, &noBucket) {
			t.Errorf("got %v, want NoSuchBucket", err)
		}
	})
}
