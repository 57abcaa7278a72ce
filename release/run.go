package release

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// RunsPrefix begins the keys of what runs leave in the bucket.
const RunsPrefix = "runs/"

// MaxRunOutput limits what is kept of a command's output, in bytes: the end of it.
const MaxRunOutput = 1 << 20

// RunCommandKey returns the key of the object with a run's command, a bash script. It is not in the
// request, because a command may hold a secret and the execution's history stays for months.
func RunCommandKey(name string) string { return RunsPrefix + name + ".command" }

// RunOutputKey returns the key of the object that EncodeRun made.
func RunOutputKey(name string) string { return RunsPrefix + name + ".output" }

// RunResult is the end of a run's command.
type RunResult struct {
	ExitStatus int    `json:"exitStatus"` // 128 and the signal's number if a signal ended it, as in a shell
	TimedOut   bool   `json:"timedOut"`
	Truncated  bool   `json:"truncated"` // the beginning of the output is missing
	Output     []byte `json:"output,omitempty"`
}

// EncodeRun returns the result's object: a line of JSON, and the output as it is.
// gallery-ami/recipe/run.sh writes it on AWS.
func EncodeRun(result RunResult) ([]byte, error) {
	output := result.Output
	result.Output = nil
	line, err := json.Marshal(result)
	return slices.Concat(line, []byte("\n"), output), err
}

// DecodeRun reads what EncodeRun wrote. Its error is an Unexpected.
func DecodeRun(content []byte) (result RunResult, err error) {
	line, output, _ := bytes.Cut(content, []byte("\n"))
	if err := json.Unmarshal(line, &result); err != nil {
		return RunResult{}, Errorf(Unexpected, "the result of the run is unreadable: %w", err)
	}
	result.Output = output
	return result, nil
}

// TimeLimit returns how long the command of a run may take, or 0 for a release.
func (r Request) TimeLimit() time.Duration { return duration(r.Run) }

// unfitRun finds fields that mean nothing for a run, which changes neither fleet nor release.
func (r Request) unfitRun(sound func(...string) bool) (found Problems) {
	for field, value := range map[string]any{
		"bundle": r.Bundle, "rebake": r.Rebake, "rebakeIfNewer": r.RebakeIfNewer, "version": r.Version, "minSize": r.MinSize, "maxSize": r.MaxSize,
		"desired": r.Desired, "ttl": r.TTL, "dryRun": r.DryRun, "approval": r.Approval, "hold": r.Hold, "timeZone": r.TimeZone,
		"sizes": orNothing(r.Sizes), "traffic": orNothing(r.Traffic),
	} {
		if isGiven := value != "" && value != 0 && value != false; isGiven && sound(field) {
			found.add(field, "%s does not go with run, which runs a command and releases nothing; leave out one of the two", quote(value))
		}
	}
	slices.SortFunc(found, func(a, b Problem) int { return cmp.Compare(a.Field, b.Field) })
	return found
}

func orNothing[T any](list []T) any {
	if list == nil {
		return ""
	}
	return list
}
