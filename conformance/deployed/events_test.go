//go:build conformance

package deployed

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// rule is one of the deployed event rules.
type rule struct {
	pattern map[string]any
	targets []target
}

type target struct {
	Arn, Input       string
	InputTransformer *struct {
		InputPathsMap map[string]string
		InputTemplate string
	}
}

// rules reads what is deployed.
func (c *cloud) rules(ctx context.Context) (rules []rule, err error) {
	var listed struct {
		Rules []struct{ Name, EventPattern string }
	}
	if err := c.ask(ctx, "events", "AWSEvents.ListRules", map[string]any{}, &listed); err != nil {
		return nil, err
	}
	for _, found := range listed.Rules {
		if found.EventPattern == "" { // a schedule's
			continue
		}
		var targets struct{ Targets []target }
		if err := c.ask(ctx, "events", "AWSEvents.ListTargetsByRule", map[string]any{"Rule": found.Name}, &targets); err != nil {
			return nil, err
		}
		one := rule{targets: targets.Targets}
		if err := json.Unmarshal([]byte(found.EventPattern), &one.pattern); err != nil {
			return nil, fmt.Errorf("rule %s: %w", found.Name, err)
		}
		rules = append(rules, one)
	}
	return rules, nil
}

// publish delivers an event as EventBridge does, to every target of every rule that matches.
func (c *cloud) publish(ctx context.Context, source, detailType string, detail map[string]any) error {
	event := map[string]any{
		"version": "0", "id": "event", "source": source, "detail-type": detailType, "account": account, "region": region,
		"time": "2026-01-01T00:00:00Z", "resources": []any{}, "detail": detail,
	}
	encoded, err := json.Marshal(event)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(encoded, &event); err != nil { // as plain JSON values
		return err
	}
	rules, err := c.rules(ctx)
	for _, rule := range rules {
		if !matches(rule.pattern, event) {
			continue
		}
		for _, target := range rule.targets {
			err = errors.Join(err, c.deliver(ctx, target, event, encoded))
		}
	}
	return err
}

func (c *cloud) deliver(ctx context.Context, to target, event map[string]any, encoded []byte) error {
	if strings.Contains(to.Arn, ":function:") {
		answer, err := c.functions.invoke(ctx, to.Arn, encoded)
		if err == nil && answer.Failed {
			err = fmt.Errorf("%s failed: %s", nameOf(to.Arn), answer.Payload)
		}
		return err
	}
	if !strings.Contains(to.Arn, ":stateMachine:") {
		return nil // a topic, for people
	}
	input := cmp.Or(to.Input, string(encoded))
	if to.InputTransformer != nil {
		input = to.InputTransformer.InputTemplate
		for name, path := range to.InputTransformer.InputPathsMap {
			value := any(event)
			for _, key := range strings.Split(strings.TrimPrefix(path, "$."), ".") {
				value = value.(map[string]any)[key]
			}
			input = strings.ReplaceAll(input, "<"+name+">", fmt.Sprint(value))
		}
	}
	c.started++
	name := fmt.Sprintf("event-%d", c.started) // moto makes up none
	_, err := c.SFN.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &to.Arn, Name: &name, Input: &input})
	return err
}

// matches does what the deployed patterns use of
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
func matches(pattern, event map[string]any) bool {
	for key, wanted := range pattern {
		if key == "$or" {
			one := false
			for _, alternative := range wanted.([]any) {
				one = one || matches(alternative.(map[string]any), event)
			}
			if !one {
				return false
			}
			continue
		}
		value, exists := event[key]
		if inner, isObject := wanted.(map[string]any); isObject {
			if object, isObject := value.(map[string]any); !isObject || !matches(inner, object) {
				return false
			}
			continue
		}
		one := false
		for _, alternative := range wanted.([]any) {
			one = one || matchesOne(alternative, value, exists)
		}
		if !one {
			return false
		}
	}
	return true
}

func matchesOne(wanted, value any, exists bool) bool {
	operator, isOperator := wanted.(map[string]any)
	if !isOperator {
		return exists && reflect.DeepEqual(wanted, value)
	}
	if should, is := operator["exists"].(bool); is {
		return exists == should
	}
	if prefix, is := operator["prefix"].(string); is {
		text, isText := value.(string)
		return isText && strings.HasPrefix(text, prefix)
	}
	if pattern, is := operator["wildcard"].(string); is {
		text, isText := value.(string)
		return isText && like(pattern, text)
	}
	if others, is := operator["anything-but"].([]any); is {
		for _, other := range others {
			if reflect.DeepEqual(other, value) {
				return false
			}
		}
		return exists
	}
	if other, is := operator["anything-but"].(map[string]any); is {
		for name, wanted := range other {
			patterns, several := wanted.([]any)
			if !several {
				patterns = []any{wanted}
			}
			if slices.ContainsFunc(patterns, func(one any) bool { return matchesOne(map[string]any{name: one}, value, exists) }) {
				return false
			}
		}
		return exists
	}
	panic(fmt.Sprintf("the pattern %v is not known here", operator))
}
