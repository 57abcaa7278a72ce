// Package lab deploys to accounts in which nobody may make roles, such as those of an AWS Academy
// Learner Lab: without cdk bootstrap, with the caller's own credentials.
package lab

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"photogallery/release"
)

// home is where CreateBucket takes no location.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucketConfiguration.html
const home = "us-east-1"

// Buckets is the part of the S3 client that makes and finds the bucket of assets.
type Buckets interface {
	CreateBucket(context.Context, *s3.CreateBucketInput, ...func(*s3.Options)) (*s3.CreateBucketOutput, error)
	HeadBucket(context.Context, *s3.HeadBucketInput, ...func(*s3.Options)) (*s3.HeadBucketOutput, error)
}

// Identity is the part of the STS client that names the account.
type Identity interface {
	GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error)
}

// Account returns the caller's account, which needs no permission.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func Account(ctx context.Context, api Identity) (string, error) {
	out, err := api.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.Account), nil
}

// BucketName returns the name of an account's bucket of assets in a region.
func BucketName(account, region string) string { return "photogallery-lab-" + account + "-" + region }

// Init makes the bucket, and reports whether it had to. New buckets are encrypted and private. One of
// that name in another account is an error, since only its owner may write there.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
func Init(ctx context.Context, api Buckets, account, region string) (made bool, err error) {
	name := BucketName(account, region)
	in := &s3.CreateBucketInput{Bucket: aws.String(name)}
	if region != home {
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(region)}
	}
	// In us-east-1 S3 answers a second creation by the owner as the first.
	// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
	isThere, err := Find(ctx, api, account, region)
	if err != nil || isThere {
		return false, err
	}
	_, err = api.CreateBucket(ctx, in)
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorCode() == "BucketAlreadyOwnedByYou" {
		return false, nil
	}
	return err == nil, err
}

// Find reports whether the account has its bucket.
func Find(ctx context.Context, api Buckets, account, region string) (bool, error) {
	name := BucketName(account, region)
	_, err := api.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(name), ExpectedBucketOwner: aws.String(account)})
	switch {
	case err == nil:
		return true, nil
	case release.IsNotFound(err):
		return false, nil
	case release.CodeOf(err) == release.AccessDenied:
		return false, release.Errorf(release.AccessDenied, "bucket %s cannot be looked at: either these credentials may not, or it is another account's: %w", name, err)
	}
	return false, err
}
