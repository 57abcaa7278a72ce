package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// dataLimit is the largest payload in bytes, see
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html.
const dataLimit = 262144

// payload is data on its way between states: the value and its JSON text, so
// that the entries of a history share one string. Values are never changed.
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
	if size <= dataLimit {
		return nil
	}
	return &TaskError{errorDataLimitExceeded, fmt.Sprintf("the payload has %d bytes; %d is the most", size, dataLimit)}
}

// decode reads one JSON text. Numbers stay as they are written: a float64 would
// change large ones.
func decode(text []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the JSON text")
	}
	return value, nil
}

// encode writes JSON as Step Functions does: compact, with < > & left alone.
func encode(value any) (string, error) {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(value)
	return strings.TrimSuffix(out.String(), "\n"), err
}

// show prints a value for a message, cut to a readable length.
func show(value any) string {
	text, err := encode(value)
	if err != nil {
		return err.Error()
	}
	if len(text) > 80 {
		text = text[:77] + "..."
	}
	return text
}
