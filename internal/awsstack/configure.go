package awsstack

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"photogallery/release"
)

// Configure returns the configuration of SDK clients from the standard chain, which includes
// AWS_ENDPOINT_URL. A region or a profile that is not "" overrides it. It retrieves credentials,
// which may take a call to AWS, so that missing ones are reported first. Its errors are
// release.Errors that say what to do: InvalidRequest if there is no region or the profile does not
// exist, AccessDenied if there are no usable credentials.
func Configure(ctx context.Context, region, profile string) (aws.Config, error) {
	loaded, err := config.LoadDefaultConfig(ctx,
		config.WithRegion(region), config.WithSharedConfigProfile(profile), config.WithLogger(logging.Nop{}))
	var missing config.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &missing):
		return aws.Config{}, release.Errorf(release.InvalidRequest, "there is no profile %q in your AWS configuration: `aws configure list-profiles` lists them", missing.Profile)
	case err != nil:
		return aws.Config{}, release.Errorf(release.InvalidRequest, "your AWS configuration cannot be read: %w; `aws configure list` shows where it comes from", err)
	case loaded.Region == "":
		return aws.Config{}, release.Errorf(release.InvalidRequest, "no AWS region is chosen: give --region, set AWS_REGION, or write one into your profile with `aws configure set region REGION`")
	}
	if _, err := loaded.Credentials.Retrieve(ctx); err != nil {
		return aws.Config{}, Explain(credentialsError(ctx, err), loaded.Region)
	}
	return loaded, nil
}

// credentialsError is the AccessDenied error for failures that Explain does not know.
func credentialsError(ctx context.Context, err error) error {
	var own *release.Error
	if explained := Explain(err, ""); errors.As(explained, &own) && own.Code == release.AccessDenied || ctx.Err() != nil {
		return explained
	}
	return release.Errorf(release.AccessDenied, "your AWS credentials cannot be had: %w; `aws sts get-caller-identity` tries the same ones", err)
}
