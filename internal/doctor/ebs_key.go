package doctor

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"photogallery/lambdas/plan"
)

// keyOutput is the stack's output for the volumes' key. It exists only with the option ebsKey.
const keyOutput = "EbsKey"

// ebsKey finds the problem that the Plan step would report, even before there is a stack.
func (e *examination) ebsKey(ctx context.Context) Finding {
	if e.key != "" {
		return well("volumes are encrypted with %s, by the option ebsKey", e.key)
	}
	out, err := e.EC2.GetEbsDefaultKmsKeyId(ctx, &ec2.GetEbsDefaultKmsKeyIdInput{})
	if err != nil || aws.ToString(out.KmsKeyId) == "" {
		return e.unseen(err)
	}
	f := well("EBS encrypts with %s by default", *out.KmsKeyId)
	if plan.IsOwnKey(*out.KmsKeyId) {
		return f.but(Failed, "A builder may not use it unless its policy allows it: %s.", plan.KeyRemedy(*out.KmsKeyId))
	}
	return f
}
