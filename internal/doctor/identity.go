package doctor

import (
	"context"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"photogallery/internal/awsstack"
	"photogallery/internal/lab"
	"photogallery/release"
)

// credentials asks AWS for the caller's identity, which needs no permission.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func (e *examination) credentials(ctx context.Context) Finding {
	err := e.Unconfigured
	if err == nil {
		var out *sts.GetCallerIdentityOutput
		if out, err = e.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}); err == nil {
			e.account, e.caller = aws.ToString(out.Account), aws.ToString(out.Arn)
			err = e.labSession(ctx)
		}
	}
	if err != nil {
		return well("none that AWS takes").but(Failed, "%s.", upper(release.Classify(awsstack.Explain(err, e.Config.Region)).Message))
	}
	f := well("account %s, %s, region %s", e.account, e.caller, e.Config.Region)
	if strings.HasSuffix(e.caller, ":root") {
		return f.but(Warning, "The account's root user may do everything and cannot be limited: make a user in IAM Identity Center and sign in with `aws sso login`.")
	}
	return f
}

func upper(sentence string) string {
	if sentence == "" {
		return sentence
	}
	return strings.ToUpper(sentence[:1]) + sentence[1:]
}

// What the default synthesizer of aws-cdk-lib 2.270 requires, with the default qualifier.
// https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
const (
	bootstrapParameter = "/cdk-bootstrap/hnb659fds/version"
	minBootstrap       = 6
)

func (e *examination) bootstrap(ctx context.Context) Finding {
	if e.inLab {
		return e.assetsBucket(ctx)
	}
	out, err := e.SSM.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(bootstrapParameter)})
	command := "`npx cdk bootstrap aws://" + e.account + "/" + e.Config.Region + "`"
	if release.IsNotFound(err) {
		if isThere, err := lab.Find(ctx, e.S3, e.account, e.Config.Region); isThere && err == nil {
			return e.assetsBucket(ctx)
		}
		return well("account %s has no bootstrap stack in %s", e.account, e.Config.Region).but(Failed, "Run %s, once an account and region.", command)
	}
	if err != nil || out.Parameter == nil {
		return e.unseen(err)
	}
	value := aws.ToString(out.Parameter.Value)
	version, err := strconv.Atoi(value)
	if err != nil || version < minBootstrap {
		return well("version %q; the minimum is %d", value, minBootstrap).but(Failed, "Run %s, which updates it.", command)
	}
	return well("version %d", version)
}
