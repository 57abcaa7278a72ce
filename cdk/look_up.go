package cdk

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"photogallery/internal/vpc"
	"photogallery/release"
)

// LookUp fills in the subnets of a VPC of the user's own, if the options name none, and writes down which.
// It asks EC2 with the credentials of the environment. The CDK's own Vpc.fromLookup works only in stacks
// that are bound to an account and a region, and knows nothing of ways to S3.
// https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ec2-readme.html#importing-an-existing-vpc
// The error is an InvalidRequest that says what the subnets lack, or what to give instead.
func (o Options) LookUp(ctx context.Context, log io.Writer) (Options, error) {
	if o.VPC == "" || o.PublicSubnets != "" {
		return o, nil
	}
	// The CDK's command line tells its app the region of its --profile, and not the profile.
	// https://docs.aws.amazon.com/cdk/v2/guide/configure-env.html
	aws, err := config.LoadDefaultConfig(ctx, config.WithRegion(os.Getenv("CDK_DEFAULT_REGION")))
	if err != nil {
		return o, notLookedUp(o.VPC, err)
	}
	found, err := vpc.Choose(ctx, ec2.NewFromConfig(aws), o.VPC, aws.Region)
	if err != nil {
		return o, notLookedUp(o.VPC, err)
	}
	o.PublicSubnets, o.PrivateSubnets = strings.Join(found.Public, ","), strings.Join(found.Private, ",")
	fmt.Fprintf(log, "Of %s these subnets are used; given as options they stay the same: -c publicSubnets=%s -c privateSubnets=%s\n", o.VPC, o.PublicSubnets, o.PrivateSubnets)
	return o, nil
}

func notLookedUp(id string, err error) error {
	if release.CodeOf(err) == release.InvalidRequest {
		return release.Errorf(release.InvalidRequest, "vpc: %w; or choose subnets yourself, with publicSubnets and privateSubnets", err)
	}
	return release.Errorf(release.InvalidRequest, "vpc: the subnets of %s cannot be looked up: %w; name them with publicSubnets and privateSubnets, or set AWS_REGION and AWS_PROFILE, or other credentials, in the environment, because --profile does not reach this program", id, err)
}
