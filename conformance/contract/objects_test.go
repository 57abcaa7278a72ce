package contract

import (
	"errors"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const headObject = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html"

func objects() []Behavior {
	return []Behavior{
		{"HeadObject: an object that is there has a length", headObject, "", func(a *Account) error {
			bucket, key, _ := strings.Cut(strings.TrimPrefix(a.Settings.DefaultBundle, "s3://"), "/")
			key, _, _ = strings.Cut(key, "#")
			out, err := a.S3.HeadObject(a.Context, &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
			if err != nil {
				return err
			}
			return errors.Join(same("it has a length", out.ContentLength != nil, true), same("it has a time", out.LastModified != nil, true))
		}},
		{"HeadObject: a key or a bucket that is not there is NotFound", headObject, "", func(a *Account) error {
			for _, bucket := range []string{a.Settings.Bucket, "photogallery-none"} {
				_, err := a.S3.HeadObject(a.Context, &s3.HeadObjectInput{Bucket: &bucket, Key: aws.String("none")})
				if err := refused(err, "NotFound"); err != nil {
					return err
				}
			}
			return nil
		}},
		{"PutObject: with If-None-Match an object that is there stays, and the answer is PreconditionFailed",
			"https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html", "", func(a *Account) error {
				return errors.Join(a.object("probe/1", "one"), refused(a.object("probe/1", "two"), "PreconditionFailed"), a.reads("probe/1", "one"))
			}},
		{"GetObject: a key that is not there is NoSuchKey", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html", "", func(a *Account) error {
			return refused(a.reads("probe/none", ""), "NoSuchKey")
		}},
		{"DeleteObject: the object is gone, and an absent one is no error", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html", "", func(a *Account) error {
			if err := a.object("probe/1", "one"); err != nil {
				return err
			}
			for range 2 {
				if _, err := a.S3.DeleteObject(a.Context, &s3.DeleteObjectInput{Bucket: &a.Settings.Bucket, Key: aws.String("probe/1")}); err != nil {
					return err
				}
			}
			return refused(a.reads("probe/1", ""), "NoSuchKey")
		}},
		{"ListObjectsV2: it has the keys of a prefix, in order", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html", "", func(a *Account) error {
			if err := errors.Join(a.object("probe/2", ""), a.object("probe/1", ""), a.object("other/1", "")); err != nil {
				return err
			}
			out, err := a.S3.ListObjectsV2(a.Context, &s3.ListObjectsV2Input{Bucket: &a.Settings.Bucket, Prefix: aws.String("probe/")})
			if err != nil {
				return err
			}
			var keys string
			for _, object := range out.Contents {
				keys += *object.Key + " "
			}
			return same("its keys", keys, "probe/1 probe/2 ")
		}},
	}
}

// object puts an object that is not there yet.
func (a *Account) object(key, content string) error {
	_, err := a.S3.PutObject(a.Context, &s3.PutObjectInput{Bucket: &a.Settings.Bucket, Key: &key, Body: strings.NewReader(content), IfNoneMatch: aws.String("*")})
	return err
}

func (a *Account) reads(key, want string) error {
	out, err := a.S3.GetObject(a.Context, &s3.GetObjectInput{Bucket: &a.Settings.Bucket, Key: &key})
	if err != nil {
		return err
	}
	content, err := io.ReadAll(out.Body)
	return errors.Join(err, out.Body.Close(), same("its content", string(content), want))
}
