package s3_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"photogallery/internal/localcloud/s3"
)

func put(client *awss3.Client, t *testing.T, key, content string, condition *string) error {
	t.Helper()
	_, err := client.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String("photos"), Key: &key, Body: strings.NewReader(content), IfNoneMatch: condition})
	return err
}

func TestObjectIsPutReadListedAndDeleted(t *testing.T) {
	inCloud(t, func(t *testing.T, _ *s3.Service, client *awss3.Client) {
		if err := errors.Join(put(client, t, "a/1", "one", nil), put(client, t, "a/2", "two", aws.String("*")), put(client, t, "b/1", "", nil)); err != nil {
			t.Fatal(err)
		}
		var refused smithy.APIError
		if err := put(client, t, "a/1", "other", aws.String("*")); !errors.As(err, &refused) || refused.ErrorCode() != "PreconditionFailed" {
			t.Errorf("got %v, want PreconditionFailed", err)
		}
		out, err := client.GetObject(t.Context(), &awss3.GetObjectInput{Bucket: aws.String("photos"), Key: aws.String("a/1")})
		if err != nil {
			t.Fatal(err)
		}
		defer out.Body.Close()
		if content, err := io.ReadAll(out.Body); err != nil || string(content) != "one" {
			t.Errorf("read %q, %v", content, err)
		}
		for range 2 { // an absent one is deleted, too
			if _, err := client.DeleteObject(t.Context(), &awss3.DeleteObjectInput{Bucket: aws.String("photos"), Key: aws.String("a/1")}); err != nil {
				t.Error(err)
			}
		}
		if got := listed(t, client, "a/"); !slices.Equal(got, []string{"a/2"}) {
			t.Errorf("listed %v", got)
		}
		if got := listed(t, client, "none/"); len(got) != 0 {
			t.Errorf("listed %v", got)
		}
	})
}

func TestListHasPages(t *testing.T) {
	inCloud(t, func(t *testing.T, _ *s3.Service, client *awss3.Client) {
		var want []string
		for i := range 1001 {
			want = append(want, fmt.Sprintf("many/%04d", i))
			if err := put(client, t, want[i], "", nil); err != nil {
				t.Fatal(err)
			}
		}
		if got := listed(t, client, "many/"); !slices.Equal(got, want) {
			t.Errorf("listed %d, want %d", len(got), len(want))
		}
	})
}

func listed(t *testing.T, client *awss3.Client, prefix string) (keys []string) {
	t.Helper()
	pages := awss3.NewListObjectsV2Paginator(client, &awss3.ListObjectsV2Input{Bucket: aws.String("photos"), Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, object := range page.Contents {
			keys = append(keys, *object.Key)
		}
	}
	return keys
}
