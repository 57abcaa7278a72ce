package fabric_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"

	"photogallery/internal/localcloud/fabric"
)

func parameterCloud(t *testing.T) (*fabric.Fabric, *ssm.Client) {
	f := fabric.New(1)
	t.Cleanup(f.Close)
	fabric.Handle(f, "SSM", "GetParameter", func(in *ssm.GetParameterInput) (*ssm.GetParameterOutput, error) {
		if aws.ToString(in.Name) != "known" {
			return nil, fabric.Errorf("ParameterNotFound", "no parameter %s", aws.ToString(in.Name))
		}
		return &ssm.GetParameterOutput{Parameter: &types.Parameter{Value: aws.String("value")}}, nil
	})
	return f, ssm.NewFromConfig(f.Config())
}

func get(client *ssm.Client, name string) (*ssm.GetParameterOutput, error) {
	return client.GetParameter(context.Background(), &ssm.GetParameterInput{Name: aws.String(name)})
}

func TestRealClientIsAnsweredInProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := parameterCloud(t)
		out, err := get(client, "known")
		if err != nil || aws.ToString(out.Parameter.Value) != "value" {
			t.Fatalf("got %v, %v", out, err)
		}
		_, err = get(client, "unknown")
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != "ParameterNotFound" {
			t.Fatalf("got %v, want ParameterNotFound", err)
		}
	})
}

func TestSDKRetriesThrottledCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := parameterCloud(t)
		var answered []error
		f.Observe(func(call fabric.Call) { answered = append(answered, call.Err) })
		refusals := 2
		f.Intercept(func(_ context.Context, _ fabric.Call, next func() (any, error)) (any, error) {
			if refusals > 0 {
				refusals--
				return nil, fabric.Errorf("ThrottlingException", "slow down")
			}
			return next()
		})
		started := time.Now()
		if _, err := get(client, "known"); err != nil {
			t.Fatal(err)
		}
		if len(answered) != 3 || answered[0] == nil || answered[1] == nil || answered[2] != nil {
			t.Errorf("answers %v, want two refusals and a success", answered)
		}
		if time.Since(started) == 0 {
			t.Error("the retries took no virtual time")
		}
	})
}

func TestUnimplementedOperationIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := parameterCloud(t)
		_, err := client.DeleteParameter(context.Background(), &ssm.DeleteParameterInput{Name: aws.String("known")})
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorMessage() != "the embedded cloud has no SSM.DeleteParameter" {
			t.Fatalf("got %v", err)
		}
	})
}

func TestObserversLearnWhichStepCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := parameterCloud(t)
		var caller string
		f.Observe(func(call fabric.Call) { caller = call.Caller })
		ctx := fabric.WithCaller(context.Background(), "LaunchBuilder")
		if _, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("known")}); err != nil {
			t.Fatal(err)
		}
		if caller != "LaunchBuilder" {
			t.Errorf("caller %q", caller)
		}
	})
}

func TestPaceDividesEveryDuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(60)
		defer f.Close()
		started := time.Now()
		var once time.Duration
		var ticks []time.Duration
		f.After(time.Minute, func() { once = time.Since(started) })
		stop := f.Every(2*time.Minute, func() { ticks = append(ticks, time.Since(started)) })
		time.Sleep(5 * time.Second)
		synctest.Wait()
		stop()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if once != time.Second {
			t.Errorf("a minute took %v, want 1s", once)
		}
		if len(ticks) != 2 || ticks[0] != 2*time.Second {
			t.Errorf("ticks at %v, want 2s and 4s and none after stop", ticks)
		}
	})
}

func TestClosingStopsTimersAndRefusesCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := parameterCloud(t)
		ran := false
		f.After(time.Hour, func() { ran = true })
		f.Close()
		time.Sleep(2 * time.Hour)
		if ran {
			t.Error("a timer ran after Close")
		}
		if _, err := get(client, "known"); err == nil {
			t.Error("a closed cloud answered")
		}
	})
}

func TestEventsReachTheRulesThatMatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		defer f.Close()
		var got []fabric.Event
		f.Rule(func(e fabric.Event) bool { return e.Source == "aws.ec2" }, func(e fabric.Event) {
			f.Do(func() { got = append(got, e) }) // a target holds no lock and may take it
		})
		f.Do(func() {
			f.Publish("aws.ec2", "State-change", map[string]string{"state": "running"})
			f.Publish("aws.states", "Status Change", nil)
		})
		synctest.Wait()
		if len(got) != 1 || string(got[0].Detail) != `{"state":"running"}` {
			t.Errorf("got %+v", got)
		}
	})
}
