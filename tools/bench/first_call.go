//go:build linux

package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"photogallery/lambdas"
)

// firstCall is a step's first call of AWS, with an event that leads to it, and the same call for
// boto3. Some steps have none.
type firstCall struct {
	Step       string            `json:"step"`
	Variables  map[string]string `json:"variables"` // of an option that the stack's template does not have
	Event      json.RawMessage   `json:"event"`     // {} by default
	Service    string            `json:"service"`
	Operation  string            `json:"operation"`
	Parameters json.RawMessage   `json:"parameters"`
}

//go:embed start/first_calls.json
var firstCallsText []byte

// firstCalls holds a call of each step, in the order of the step table.
func firstCalls() (calls []firstCall, err error) {
	var known []firstCall
	if err := json.Unmarshal(firstCallsText, &known); err != nil {
		return nil, fmt.Errorf("tools/bench/start/first_calls.json: %w", err)
	}
	byStep := map[string]firstCall{}
	for _, call := range known {
		if call.Event == nil {
			call.Event = json.RawMessage(`{}`)
		}
		byStep[call.Step] = call
	}
	for _, declared := range lambdas.Steps() {
		call, has := byStep[declared.Name]
		if !has {
			err = errors.Join(err, fmt.Errorf("tools/bench/start/first_calls.json says nothing of the step %s: add its first call", declared.Name))
		}
		calls = append(calls, call)
	}
	return calls, err
}

// requested returns the operation of a request in any protocol.
func requested(r *http.Request, body []byte) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndex(target, ".")+1:]
	}
	if parts := strings.Split(r.URL.Path, "/operation/"); len(parts) == 2 { // Smithy's RPC
		return parts[1]
	}
	if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") != "" {
		return form.Get("Action")
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/") // of REST, as of /schedules/NAME
	return r.Method + " " + name
}
