// Package differential runs small state machines of the language that internal/asl takes on two
// interpreters, ours and moto's, and compares how they end and by which way.
package differential

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"photogallery/internal/asl"
)

// functions are what the machines of one run call. A function's name says what it does, up to a dash;
// behind that stands the state, so that each state has functions of its own.
type functions struct {
	mu    sync.Mutex
	calls map[string]int
}

// completer ends a task by its token, with an output or an error.
type completer interface {
	succeed(token, output string) error
	fail(token, errorName, cause string) error
}

// arn is a function as a definition names it.
func arn(does, state string) string {
	return "arn:aws:lambda:us-east-1:123456789012:function:" + does + "-" + strings.ReplaceAll(state, ".", "_")
}

// invoke does what the function's name says. The error is a *asl.TaskError, unless a token could not
// be completed.
func (f *functions) invoke(function string, payload []byte, tokens completer) ([]byte, error) {
	f.mu.Lock()
	f.calls[function]++
	calls := f.calls[function]
	f.mu.Unlock()
	does, _, _ := strings.Cut(function[strings.LastIndex(function, ":")+1:], "-")
	switch does {
	case "Echo":
		return payload, nil
	case "Answer":
		return []byte(`{"n": 7, "text": "done", "list": [1, "two", null], "deep": {"er": true}}`), nil
	case "Number":
		return []byte(`42`), nil
	case "Twice": // fails twice, then answers
		if calls > 2 {
			return fmt.Appendf(nil, `{"calls": %d}`, calls), nil
		}
		return nil, failure("AwsUnavailable", "call "+fmt.Sprint(calls))
	case "Throttled", "Busy":
		return nil, failure(does, "no "+does)
	}
	return nil, token(does, payload, tokens)
}

// token is what functions do that are given a task token.
func token(does string, payload []byte, tokens completer) error {
	var in struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(payload, &in); err != nil {
		return err
	}
	switch does {
	case "Completes":
		return tokens.succeed(in.Token, `{"by": "token"}`)
	case "Refuses":
		return tokens.fail(in.Token, "BuildFailed", "exit 1")
	case "Silent":
		return nil
	}
	return fmt.Errorf("there is no function %s", does)
}

func failure(name, message string) error {
	cause, err := json.Marshal(map[string]string{"errorMessage": message, "errorType": name})
	if err != nil {
		return err
	}
	return &asl.TaskError{Name: name, Cause: string(cause)}
}
