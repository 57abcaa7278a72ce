package release

import (
	"errors"
	"fmt"
	"strings"
)

// Problem is one error in a request.
type Problem struct {
	Field   string // the request's field, or "" for the request as a whole
	Message string // what was wrong, with the value, and what to do
}

// Problems is all errors in one request. errors.As finds them in an InvalidRequest, so that a form
// can show each at its field.
type Problems []Problem

// Error returns all messages, one per line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Message
		if problem.Field != "" {
			lines[i] = problem.Field + ": " + problem.Message
		}
	}
	return list(lines)
}

// Join returns nil for no errors, a single error as Classify returns it, or an Error that lists
// every message. Its code is InvalidRequest unless all errors have the same code.
func Join(errs ...error) error {
	var lines []string
	var codes []Code
	for _, err := range errs {
		if err != nil {
			failure := Classify(err)
			lines, codes = append(lines, failure.Message), append(codes, failure.Code)
		}
	}
	switch len(lines) {
	case 0:
		return nil
	case 1:
		return Classify(errors.Join(errs...))
	}
	code := codes[0]
	for _, other := range codes {
		if other != code {
			code = InvalidRequest
		}
	}
	return &Error{Code: code, Message: list(lines), Err: errors.Join(errs...)}
}

func list(lines []string) string {
	const most = 20 // a hostile request may have thousands
	if len(lines) == 1 {
		return lines[0]
	}
	if rest := len(lines) - most; rest > 0 {
		lines = append(lines[:most:most], fmt.Sprintf("and %d more", rest))
	}
	return "several things are wrong:\n- " + strings.Join(lines, "\n- ")
}
