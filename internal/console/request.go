package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/execution"
	"photogallery/internal/local/control"
	"photogallery/internal/source"
	"photogallery/release"
)

// request is a person's request for an execution, with its input as JSON text.
type request struct {
	Name  string `json:"name"`
	Input string `json:"input"`
}

// begun names the started execution.
type begun struct {
	Kind kind   `json:"kind"`
	Name string `json:"name"`
}

// start starts an execution. It checks the input first, so that problems are shown at their fields
// without an execution.
func (c *Console) start(w http.ResponseWriter, r *http.Request) {
	var wanted request
	if !read(w, r, &wanted) {
		return
	}
	of := kind(r.PathValue("kind"))
	machine, err := c.machine(of)
	if err == nil {
		wanted.Input, err = c.checked(of, wanted.Input)
	}
	if err != nil {
		control.Refuse(w, err)
		return
	}
	if wanted.Input, err = fromConsole(r.Context(), of, wanted.Input); err != nil {
		control.Refuse(w, err)
		return
	}
	arn, err := execution.Start(r.Context(), c.Executions, machine, string(of), wanted.Name, wanted.Input)
	if err != nil {
		c.refuse(w, notStarted(err))
		return
	}
	c.feed.look()
	answer(w, http.StatusCreated, begun{of, release.NameOf(arn)})
}

// notStarted explains the error if the name is the reason.
func notStarted(err error) error {
	if problem := execution.NameProblem(err); problem != "" {
		return release.Errorf(release.InvalidRequest, "%w", release.Problems{{Field: "name", Message: problem}})
	}
	return err
}

// verdict is the result of a check.
type verdict struct {
	Message  string            `json:"message,omitempty"` // "" if nothing is wrong
	Problems []control.Problem `json:"problems,omitempty"`
}

// check checks an input and starts nothing. A problem is its answer, not an error: the page asks
// while its form is filled in.
func (c *Console) check(w http.ResponseWriter, r *http.Request) {
	var wanted request
	if !read(w, r, &wanted) {
		return
	}
	_, err := c.checked(kind(r.PathValue("kind")), wanted.Input)
	answer(w, http.StatusOK, found(err))
}

func found(err error) verdict {
	if err == nil {
		return verdict{}
	}
	refusal := control.RefusalOf(err)
	return verdict{refusal.Message, refusal.Problems}
}

// checked returns the input for the state machine.
func (c *Console) checked(of kind, input string) (string, error) {
	if strings.TrimSpace(input) == "" {
		input = "{}"
	}
	if of == teardowns {
		_, err := release.ParseTeardown([]byte(input))
		return input, err
	}
	wanted, err := release.ParseRequest([]byte(input))
	var problems release.Problems
	if err != nil && !errors.As(err, &problems) {
		return "", err
	}
	if wanted.Bundle != "" && wanted.Bundle != release.OwnBundle && !strings.Contains(wanted.Bundle, ":/") {
		absolute, missing := c.folder(wanted.Bundle)
		if missing == nil && len(problems) == 0 {
			return withBundle(input, absolute)
		}
		problems = append(problems, missing...)
	}
	if len(problems) > 0 {
		return "", release.Errorf(release.InvalidRequest, "%w", problems)
	}
	return input, nil
}

// folder returns the absolute path of a bundle, and refuses one that does not exist at its field.
func (c *Console) folder(bundle string) (absolute string, missing release.Problems) {
	if !c.isLocal() {
		return "", release.Problems{{Field: "bundle", Message: "a folder is packed by `gallery release --bundle`; give the s3:// address of a bundle, or leave it out"}}
	}
	absolute, err := filepath.Abs(bundle)
	if err == nil {
		var found os.FileInfo
		if found, err = os.Stat(absolute); err == nil && found.IsDir() {
			return absolute, nil
		}
	}
	return "", release.Problems{{Field: "bundle", Message: "there is no folder " + absolute + "; give the path of one, or leave it out"}}
}

func withBundle(input, path string) (string, error) {
	return withFields(input, func(fields map[string]any) { fields["bundle"] = path })
}

// fromConsole says who starts an execution and from which commit, unless the input does.
func fromConsole(ctx context.Context, of kind, input string) (string, error) {
	return withFields(input, func(fields map[string]any) {
		if fields["by"] == nil {
			fields["by"] = atConsole
		}
		folder, isFolder := fields["bundle"].(string)
		if of != releases || fields["commit"] != nil || !isFolder || !filepath.IsAbs(folder) {
			return
		}
		if commit := source.Commit(ctx, folder); commit != "" {
			fields["commit"] = commit
		}
	})
}

func withFields(input string, set func(map[string]any)) (string, error) {
	var fields map[string]any
	if err := json.Unmarshal([]byte(input), &fields); err != nil {
		return "", err
	}
	set(fields)
	encoded, err := json.Marshal(fields)
	return string(encoded), err
}

// stop calls StopExecution. A rule undoes a stopped release.
func (c *Console) stop(w http.ResponseWriter, r *http.Request) {
	var wanted struct{}
	if !read(w, r, &wanted) {
		return
	}
	machine, err := c.machine(kind(r.PathValue("kind")))
	if err == nil {
		arn, by := release.ExecutionOf(machine, r.PathValue("name")), "stopped in the console"
		_, err = c.Executions.StopExecution(r.Context(), &sfn.StopExecutionInput{ExecutionArn: &arn, Cause: &by})
	}
	if err != nil {
		c.refuse(w, notThere(r, err))
		return
	}
	c.feed.look()
	answer(w, http.StatusOK, struct{}{})
}
