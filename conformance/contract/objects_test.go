package contract

import (
	"errors"
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
	}
}
