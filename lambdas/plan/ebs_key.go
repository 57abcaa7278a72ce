package plan

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// IsOwnKey reports whether key, the answer of GetEbsDefaultKmsKeyId, may need its own key policy.
// If the account has chosen no key the answer is the alias of AWS's key, which everybody in the
// account may use. After a key was chosen it is an ARN, even if that was reset to AWS's key: EC2
// does not say whose key an ARN is.
// https://docs.aws.amazon.com/cli/latest/reference/ec2/get-ebs-default-kms-key-id.html
// https://docs.aws.amazon.com/cli/latest/reference/ec2/reset-ebs-default-kms-key-id.html
func IsOwnKey(key string) bool { return !strings.HasSuffix(key, step.ManagedKey) }

// KeyRemedy says what to do if volumes are encrypted with such a key by default.
func KeyRemedy(key string) string {
	return fmt.Sprintf("deploy with `npx cdk deploy -c ebsKey=%s` when that key's policy allows it, see ebsKey in docs/configuration.md, or with `-c ebsKey=%s` for AWS's own key", key, step.ManagedKey)
}

// ebsKey refuses to bake with a key that the builder's launch may not use: EC2 would start the
// builder and end it with Client.InternalError, which names no key. The volumes of an existing
// image keep the key of its snapshot.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/create-launch-template.html#modify-storage-configuration
func (p planner) ebsKey(ctx context.Context, d *draft) error {
	if given := p.settings.EBSKey; given != "" {
		return p.inRegion(given)
	}
	if !d.bakes {
		return nil
	}
	out, err := p.ec2.GetEbsDefaultKmsKeyId(ctx, &ec2.GetEbsDefaultKmsKeyIdInput{})
	if err != nil {
		return err
	}
	if key := aws.ToString(out.KmsKeyId); IsOwnKey(key) {
		return release.Errorf(release.InvalidRequest, "ebsKey: EBS encrypts with %s by default, which the builder may not use unless its policy allows it; %s", key, KeyRemedy(key))
	}
	return nil
}

// inRegion refuses a key of another region, which EC2 would accept at first.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html
func (p planner) inRegion(key string) error {
	if key == step.ManagedKey || strings.Contains(key, ":kms:"+p.region+":") {
		return nil
	}
	return release.Errorf(release.InvalidRequest, "ebsKey: %s is a key of another region than %s; deploy with one of %s", key, p.region, p.region)
}
