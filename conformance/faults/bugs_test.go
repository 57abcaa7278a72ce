package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/uuid"

	"photogallery/conformance/document"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/statemachine"
)

// bug is a planted bug. Without -all only the named scenario and fault are tried.
type bug struct {
	name     string
	variant  variant
	scenario string
	fault    string
}

func bugs() []bug {
	return []bug{
		{"skip the Undo", plantBug("Undo", skipsUndo), "rolling", "builder-fails"},
		{"forget the client token", plantBug("LaunchBuilder", forgetsToken), "rolling", "killed-not-found-30s"},
		{"update the group before the refresh", plantBug("StartRefresh", updatesFirst, "autoscaling:UpdateAutoScalingGroup"), "rolling", "unhealthy-at-once"},
		{"delete the balancer before the group", variant{teardown: balancerFirst()}, "teardown", "refused"},
		{"treat not-found as gone", plantBug("Undo", trustsFirstLook), "rolling", "failed-not-found-30s"},
		{"unlock before the sweep ended", plantBug("Undo", unlocksFirst, "dynamodb:DeleteItem"), "rolling", "builder-fails"},
		{"remove the second fleet before its visitors are led back", plantBug("Undo", removesFleetFirst), "undo-bake", "throttled-once"},
		{"complete the token before recording the result", plantBug("Resume", completesFirst), "first", "refused"},
	}
}

func skipsUndo(s step.Step) step.Step {
	return wrapStep(s, nil, func(context.Context, step.Clients, fields) (fields, error) {
		return fields{"done": true, "waitingFor": "", "deadline": time.Now(), "removed": []string{}}, nil
	})
}

// forgetsToken gives every call another token, as the SDK does if the caller gives none.
func forgetsToken(s step.Step) step.Step {
	forget := middleware.InitializeMiddlewareFunc("Forget", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		if order, is := in.Parameters.(*ec2.RunInstancesInput); is {
			order.ClientToken = aws.String(uuid.NewString())
		}
		return next.HandleInitialize(ctx, in)
	})
	return wrapStep(s, func(clients step.Clients) step.Clients {
		options := clients.EC2.Options()
		options.APIOptions = append(options.APIOptions, func(stack *middleware.Stack) error { return stack.Initialize.Add(forget, middleware.Before) })
		clients.EC2 = (*step.EC2)(ec2.New(options))
		return clients
	}, nil)
}

func updatesFirst(s step.Step) step.Step {
	return wrapStep(s, nil, func(ctx context.Context, clients step.Clients, in fields) (fields, error) {
		_, err := clients.AutoScaling.UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{
			AutoScalingGroupName: aws.String("photogallery-main"),
			LaunchTemplate: &types.LaunchTemplateSpecification{
				LaunchTemplateId: aws.String(fmt.Sprint(in["templateId"])), Version: aws.String(fmt.Sprint(in["templateVersion"])),
			},
		})
		return nil, err
	})
}

func balancerFirst() []byte {
	const group, balancer, between = `"stage": "group"`, `"stage": "load-balancer"`, `"stage": "?"`
	text := bytes.ReplaceAll(statemachine.Teardown, []byte(group), []byte(between))
	text = bytes.ReplaceAll(text, []byte(balancer), []byte(group))
	return bytes.ReplaceAll(text, []byte(between), []byte(balancer))
}

// trustsFirstLook makes Undo believe that it has looked before.
func trustsFirstLook(s step.Step) step.Step {
	return wrapStep(s, nil, func(_ context.Context, _ step.Clients, in fields) (fields, error) {
		if in["deadline"] != "" {
			return nil, nil
		}
		in["deadline"] = time.Now().Add(step.DefaultTimings().Sweep - step.DefaultTimings().Unseen).UTC()
		return nil, nil
	})
}

func unlocksFirst(s step.Step) step.Step {
	return wrapStep(s, nil, func(ctx context.Context, clients step.Clients, _ fields) (fields, error) {
		_, err := clients.DynamoDB.DeleteItem(ctx, &dynamodb.DeleteItemInput{
			TableName: aws.String("photogallery-main"), Key: map[string]dynamotypes.AttributeValue{records.Key: &dynamotypes.AttributeValueMemberS{Value: "lock"}},
		})
		return nil, err
	})
}

func removesFleetFirst(s step.Step) step.Step {
	return wrapStep(s, nil, func(ctx context.Context, clients step.Clients, _ fields) (fields, error) {
		_, err := clients.AutoScaling.DeleteAutoScalingGroup(ctx, &autoscaling.DeleteAutoScalingGroupInput{
			AutoScalingGroupName: aws.String("photogallery-main-green"), ForceDelete: aws.Bool(true),
		})
		var refusal interface{ ErrorCode() string }
		if errors.As(err, &refusal) && refusal.ErrorCode() == "ValidationError" {
			return nil, nil // it is gone
		}
		return nil, err
	})
}

func completesFirst(s step.Step) step.Step {
	return wrapStep(s, nil, func(ctx context.Context, clients step.Clients, in fields) (fields, error) {
		detail, _ := in["detail"].(fields)
		if detail["status"] != "success" {
			return nil, nil
		}
		build, err := records.Builds{API: clients.DynamoDB, Table: "photogallery-main"}.Get(ctx, fmt.Sprint(detail["instance"]))
		if err != nil || build.Token == "" {
			return nil, err
		}
		_, err = clients.SFN.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &build.Token, Output: aws.String("{}")})
		return nil, err
	})
}

// finding says which trial found a planted bug.
type finding struct {
	bug     string
	trials  int
	by      string
	because string
}

// TestEveryPlantedBugIsFound explores each planted bug in an order that the seed gives, until an
// invariant is violated. The shipped system passes the same trials in TestEveryFault.
func TestEveryPlantedBugIsFound(t *testing.T) {
	rows := make([]finding, len(bugs()))
	t.Run("explore", func(t *testing.T) {
		for i, planted := range bugs() {
			t.Run(planted.name, func(t *testing.T) {
				t.Parallel()
				rows[i] = findBug(t, planted)
			})
		}
	})
	var table strings.Builder
	table.WriteString("| planted bug | trials | found by | because |\n|---|---:|---|---|\n")
	for _, row := range rows {
		fmt.Fprintf(&table, "| %s | %d | %s | %s |\n", row.bug, row.trials, row.by, row.because)
	}
	publish(t, table.String())
	if *everything {
		document.Block(t, trials, "planted", table.String(), settled)
	}
}

func findBug(t *testing.T, planted bug) finding {
	t.Helper()
	s := scenarios()[indexOf(scenarioNames(), planted.scenario)]
	baseline := run(t, s, variant{})
	all := slices.DeleteFunc(singleFaults(s, baseline.trace.chosen()), func(one trial) bool {
		return !*everything && one.faults[0].fault.name != planted.fault
	})
	random := rand.New(rand.NewPCG(*seed, 0))
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i, one := range all {
		if sentences := judge(one, run(t, s, planted.variant, one.injections()...), baseline.end); len(sentences) > 0 {
			return finding{planted.name, i + 1, s.name + ", " + one.faults[0].String(), shorten(sentences[0])}
		}
	}
	t.Errorf("%q is not found by %d trials", planted.name, len(all))
	return finding{bug: planted.name, trials: len(all)}
}

// shorten returns a sentence short enough for a table, without the identifiers of a single run.
func shorten(sentence string) string {
	sentence = regexp.MustCompile("-0[0-9a-f]{16}").ReplaceAllString(sentence, "-…")
	if words := []rune(sentence); len(words) > 140 {
		sentence = string(words[:139]) + "…"
	}
	return strings.ReplaceAll(sentence, "\n", " ")
}
