package builder

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/lambdas/records"
	"photogallery/release"
)

// maxReason limits what is kept of a builder's message, which comes from outside.
const maxReason = 2048

// died is the status of a build whose builder ended without a result.
const died release.BuildStatus = "died"

type taskAPI interface {
	SendTaskSuccess(context.Context, *sfn.SendTaskSuccessInput, ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error)
	SendTaskFailure(context.Context, *sfn.SendTaskFailureInput, ...func(*sfn.Options)) (*sfn.SendTaskFailureOutput, error)
}

// complete ends the task that waits for a build or a run, unless it has ended already.
func complete(ctx context.Context, api taskAPI, instance string, known records.Build, isRun bool) error {
	if known.Token == "" || known.Result == nil {
		return nil
	}
	var err error
	if known.Result.Status == release.BuildSuccess {
		_, err = api.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: aws.String(known.Token), Output: aws.String("{}")})
	} else {
		code, cause := failure(instance, *known.Result, isRun)
		_, err = api.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{
			TaskToken: aws.String(known.Token), Error: aws.String(string(code)), Cause: aws.String(cause),
		})
	}
	if release.IsTaskOver(err) {
		return nil
	}
	return err
}

func failure(instance string, result records.Result, isRun bool) (code release.Code, cause string) {
	switch {
	case isRun && result.Status == died:
		return release.RunFailed, "instance " + instance + " " + result.Reason + "; run the command again if it may have ended halfway"
	case isRun:
		return release.RunFailed, result.Reason
	case result.Status == died:
		return release.BuilderDied, "builder " + instance + " " + result.Reason + "; start the release again"
	}
	return release.BuildFailed, "builder " + instance + " could not provision the bundle: " + result.Reason
}

// death returns the result of a builder that reached that state without one. EC2 may know why, such
// as a volume that it could not make.
func death(state string, instance types.Instance) records.Result {
	reason := "went " + state + " before it reported a result"
	if instance.StateReason != nil && aws.ToString(instance.StateReason.Message) != "" {
		reason += " (" + aws.ToString(instance.StateReason.Message) + ")"
	}
	return records.Result{Status: died, Reason: reason}
}

// clip cuts the beginning of a builder's message: the last failure is at the end.
func clip(reason string) string {
	if len(reason) <= maxReason {
		return reason
	}
	return "…" + strings.ToValidUTF8(reason[len(reason)-maxReason:], "")
}
