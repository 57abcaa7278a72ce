package asl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// dataLimit is the largest payload in bytes, see
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html.
const dataLimit = 262144

// payload is data between states: the value and its JSON text, so that the entries of a history
// share one string. Values are never changed.
type payload struct {
	value any
	text  string
}

func newPayload(value any) (payload, *TaskError) {
	text, err := encode(value)
	if err != nil {
		return payload{}, &TaskError{errorRuntime, err.Error()}
	}
	return payload{value, text}, checkSize(len(text))
}

func readPayload(text []byte) (payload, *TaskError) {
	if fail := checkSize(len(text)); fail != nil {
		return payload{}, fail
	}
	value, err := decode(text)
	if err != nil {
		return payload{}, &TaskError{errorRuntime, "this is not JSON: " + err.Error()}
	}
	return payload{value, string(text)}, nil
}

func checkSize(size int) *TaskError {
	if size > dataLimit {
		return &TaskError{errorDataLimitExceeded, fmt.Sprintf("the payload has %d bytes; %d is the most", size, dataLimit)}
	}
	return nil
}

// decode reads one JSON text. It keeps numbers as text, because a float64 would change large ones.
func decode(text []byte) (any, error) { return jsonschema.UnmarshalJSON(bytes.NewReader(text)) }

// encode writes JSON as Step Functions does: compact, without escapes for < > &.
func encode(value any) (string, error) {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(value)
	return strings.TrimSuffix(out.String(), "\n"), err
}

// show formats a value for a message, cut to a readable length.
func show(value any) string {
	text, _ := encode(value)
	return fmt.Sprintf("%.80s", text)
}
