package step

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"photogallery/release"
)

// Handler runs one step on a JSON payload. Its error is always a messages.InvokeResponse_Error, by
// value, whose Type is a release.Code: for any other error the Lambda runtime reports the outermost
// Go type's name, which no Retry matches. It implements the Lambda runtime's Handler interface; the
// local mode calls it the same way.
type Handler struct {
	step   string
	invoke invoke
	log    *slog.Logger
}

// Handler returns the step's handler with clients and settings. It writes one record per invocation
// to log, with the execution, release and step.
func (s Step) Handler(clients Clients, settings Settings, log *slog.Logger) Handler {
	return Handler{step: s.Name, invoke: s.build(clients, settings), log: log}
}

// Refusing returns a handler that fails every invocation with the reason why its function cannot work.
// Of a function that ends instead, an execution says that it ended, and only the log says why.
func Refusing(step string, reason error, log *slog.Logger) Handler {
	return Handler{step: step, log: log, invoke: func(context.Context, []byte) (any, error) {
		return nil, release.Errorf(release.Unexpected, "the function cannot start: %w", reason)
	}}
}

// Invoke blocks until the step has answered or ctx ends.
func (h Handler) Invoke(ctx context.Context, payload []byte) (answer []byte, err error) {
	log := h.log.With("step", h.step).With(identity(payload)...)
	started := time.Now()
	defer func() {
		if defect := recover(); defect != nil {
			log.Error("step panicked", "panic", fmt.Sprint(defect), "stack", string(debug.Stack()))
			answer, err = nil, boundary(release.Errorf(release.Unexpected, "%s panicked: %v", h.step, defect))
		}
	}()
	result, err := h.invoke(ctx, payload)
	if err != nil {
		failure := release.Classify(err)
		log.Error("step failed", "code", failure.Code, "reason", failure.Message, "took", time.Since(started))
		return nil, boundary(failure)
	}
	if troubled, has := result.(Troubled); has && troubled.Trouble() != nil {
		failure := release.Classify(troubled.Trouble())
		log.Error("step failed", "code", failure.Code, "reason", failure.Message, "took", time.Since(started))
	} else {
		log.Info("step done", "took", time.Since(started))
	}
	return encode(result)
}

func boundary(failure *release.Error) error {
	return messages.InvokeResponse_Error{Type: string(failure.Code), Message: failure.Message}
}

// Noter is an answer that states the step's progress in one sentence, which people see beside the step's
// name; "" for none. It reaches them as the field "note" of the answer's JSON object.
type Noter interface{ Note() string }

// Troubled is an answer that hides an error from the caller, and shows it in the log; nil for none.
type Troubled interface{ Trouble() error }

func encode(result any) ([]byte, error) {
	answer, err := json.Marshal(result)
	if noter, notes := result.(Noter); err == nil && notes && noter.Note() != "" {
		answer, err = withNote(answer, noter.Note())
	}
	if err != nil {
		return nil, boundary(release.Errorf(release.Unexpected, "encode the answer: %w", err))
	}
	return answer, nil
}

func withNote(answer []byte, note string) ([]byte, error) {
	member, err := json.Marshal(map[string]string{"note": note})
	if err != nil || string(answer) == "{}" {
		return member, err
	}
	return append(append(answer[:len(answer)-1], ','), member[1:]...), nil
}

func decode(payload []byte, input any) error {
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(input); err != nil {
		return release.Errorf(release.Unexpected, "the step's input %s does not fit: %w", clip(payload), err)
	}
	return nil
}

func clip(payload []byte) string {
	const most = 200
	if len(payload) <= most {
		return string(payload)
	}
	return string(payload[:most]) + "…"
}

// identity finds the fields of every log record in a payload of any step.
func identity(payload []byte) []any {
	var call struct {
		Execution string `json:"execution"`
		Release   string `json:"release"`
		Plan      struct {
			Release string `json:"release"`
		} `json:"plan"`
	}
	// A payload of another form has no identity to log, and decode reports the error.
	_ = json.Unmarshal(payload, &call)
	name := call.Release
	if name == "" {
		name = call.Plan.Release
	}
	return []any{"execution", release.NameOf(call.Execution), "release", name}
}
