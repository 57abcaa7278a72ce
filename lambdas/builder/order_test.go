package builder_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/lambdas/builder"
)

// writes reports whether the call writes that attribute of a build's record.
func writes(call fabric.Call, attribute string) bool {
	update, is := call.Input.(*awsdynamodb.UpdateItemInput)
	return is && update.ExpressionAttributeNames["#attribute"] == attribute
}

// A wait that had ended could not be begun again, and nothing would be known of the build then.
func TestUnrecordedResultEndsNoWait(t *testing.T) {
	inCloud(t, machine.Behavior{}, func(c cloud) {
		c.fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if writes(call, "result") {
				return nil, fabric.Errorf("ThrottlingException", "refused for the test")
			}
			return next()
		})
		c.fabric.Rule(every, func(event fabric.Event) { _ = c.invoke(builder.Resume, event, &struct{}{}) })
		if ended := c.build(0); ended.Error != "States.Timeout" {
			t.Errorf("ended %s %s", ended.Status, ended.Error)
		}
	})
}

func TestResultAtTheStartOfTheWaitEndsItAtOnce(t *testing.T) {
	inCloud(t, machine.Behavior{Build: machine.BuildSilent}, func(c cloud) {
		launched := c.mustLaunch()
		result := json.RawMessage(`{"detail-type": "Build Result", "detail": {"instance": "` + launched.Instance + `", "release": "r1", "status": "success"}}`)
		var once sync.Once
		c.fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if writes(call, "token") {
				once.Do(func() {
					if err := c.invoke(builder.Resume, result, &struct{}{}); err != nil {
						t.Error(err)
					}
				})
			}
			return next()
		})
		time.Sleep(time.Minute)
		began := time.Now()
		if ended := c.await(launched.Instance); ended.Status != "SUCCEEDED" || time.Since(began) > time.Minute {
			t.Errorf("ended %s %s after %s", ended.Status, ended.Error, time.Since(began))
		}
	})
}
