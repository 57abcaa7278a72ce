package verdict

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/lambdas/records"
	"photogallery/release"
)

// complete ends the task that waits, if the present wait has its verdict and the task has not ended.
func complete(ctx context.Context, api taskAPI, name string, waiting records.Waiting) error {
	given := waiting.Now()
	if given == nil || waiting.Token == "" {
		return nil
	}
	err := answer(ctx, api, name, waiting, *given)
	if release.IsTaskOver(err) {
		return nil
	}
	return err
}

func answer(ctx context.Context, api taskAPI, name string, waiting records.Waiting, given records.Given) error {
	if given.Answer == release.Rollback {
		_, err := api.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{
			TaskToken: aws.String(waiting.Token), Error: aws.String(string(release.RolledBack)),
			Cause: aws.String(given.By + " rolled release " + name + " back " + waiting.Point),
		})
		return err
	}
	output, err := json.Marshal(release.Verdict{Release: name, Verdict: given.Answer, By: given.By})
	if err != nil {
		return err
	}
	_, err = api.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: aws.String(waiting.Token), Output: aws.String(string(output))})
	return err
}
