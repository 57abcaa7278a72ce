package differential

import (
	"context"

	"photogallery/internal/asl"
)

// Case is a machine with its input.
type Case struct {
	Definition string
	Input      string
}

// Ended is how an execution ended, as far as interpreters have to agree.
type Ended struct {
	Status string   `json:"status"`
	Error  string   `json:"error,omitempty"`
	Cause  string   `json:"cause,omitempty"`
	Output any      `json:"output,omitempty"`
	Path   []string `json:"path"` // the states it entered, those of branches last

	broken bool // a branch failed: how far the others came is chance
}

// name is that of every execution.
const name = "run"

// ours runs a case on internal/asl. The error is about the definition or the input.
func ours(ctx context.Context, c Case, pace float64) (Ended, error) {
	def, err := asl.Load([]byte(c.Definition), nil)
	if err != nil {
		return Ended{}, err
	}
	called := &invoker{functions: &functions{calls: map[string]int{}}}
	called.machine = asl.NewMachine("arn:aws:states:us-east-1:123456789012:stateMachine:m", "m", def, asl.Options{Invoker: called, Pace: pace})
	defer called.machine.Close()
	execution, err := called.machine.Start(name, []byte(c.Input))
	if err != nil {
		return Ended{}, err
	}
	end, err := execution.Wait(ctx)
	if err != nil {
		return Ended{}, err
	}
	var entered []string
	broken := false
	starts := map[string]int{}
	for _, event := range execution.History() {
		starts[event.Type]++
		broken = broken || event.Type == "ParallelStateFailed" || starts["ParallelStateStarted"] > starts["ParallelStateEntered"]
		if event.Name != "" && event.Output == "" {
			entered = append(entered, event.Name)
		}
	}
	result, err := ended(string(end.Status), end.Error, end.Cause, end.Output, path(entered))
	result.broken = broken
	return result, err
}

type invoker struct {
	*functions
	machine *asl.Machine
}

func (i *invoker) Invoke(_ context.Context, function string, payload []byte) ([]byte, error) {
	answer, err := i.invoke(function, payload, i)
	if err == nil && answer == nil {
		answer = []byte("null")
	}
	return answer, err
}

func (i *invoker) succeed(token, output string) error {
	return i.machine.SendTaskSuccess(token, []byte(output))
}

func (i *invoker) fail(token, errorName, cause string) error {
	return i.machine.SendTaskFailure(token, errorName, cause)
}
