package awsstack

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// credentialsLast is how long credentials without an end are used before they are read again.
const credentialsLast = 20 * time.Second

// Lasting returns the configuration for a program that outlives its credentials: they are found anew when
// they end, as by a person who signs in again or writes others into the file. Those that name no end may end
// at any time, as a session's in ~/.aws/credentials does, and are read again every few seconds.
func Lasting(config aws.Config, region, profile string) aws.Config {
	config.Credentials = aws.NewCredentialsCache(aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		found, err := Configure(ctx, region, profile)
		if err != nil {
			return aws.Credentials{}, err
		}
		credentials, err := found.Credentials.Retrieve(ctx)
		if err == nil && !credentials.CanExpire {
			credentials.CanExpire, credentials.Expires = true, time.Now().Add(credentialsLast)
		}
		return credentials, err
	}))
	return config
}
