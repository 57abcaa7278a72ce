package main

import (
	"encoding/json"
	"errors"
)

// jsonFlag is a flag whose value is JSON.
type jsonFlag struct{ text json.RawMessage }

func (j *jsonFlag) String() string { return string(j.text) }

// Type returns the name that a usage text has for it.
func (*jsonFlag) Type() string { return "JSON" }

// Set refuses a text that is not JSON.
func (j *jsonFlag) Set(text string) error {
	if !json.Valid([]byte(text)) {
		return errors.New("it is not JSON")
	}
	j.text = json.RawMessage(text)
	return nil
}
