package terminal

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/execution"
	"photogallery/release"
)

// roughly formats an estimate.
func roughly(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", (d+time.Second-1)/time.Second)
	}
	return execution.Clock(d)
}

// fullDisk matches messages of ENOSPC and EDQUOT.
var fullDisk = regexp.MustCompile(`(?i)no space left on device|disk quota exceeded`)

// Outcome says in a few lines how an execution ended, why, and what to do next, or returns "" while
// it runs.
func Outcome(of *execution.Progress) string {
	p := picture{of}
	switch {
	case p.Ended.IsZero():
		return ""
	case p.Unchanged() != "":
		return p.Name + " changed nothing: " + p.Unchanged() + "."
	case p.Status == types.ExecutionStatusSucceeded:
		return strings.TrimSpace(fmt.Sprintf("%s succeeded in %s%s.\n%s", p.Name, execution.Clock(p.Elapsed(p.Ended)), p.longest(), paragraph(p.report())))
	case p.Status == types.ExecutionStatusTimedOut:
		return p.Name + " ran out of time; what it made is being undone."
	case p.Status == types.ExecutionStatusAborted:
		return p.Name + " was stopped; what it made is being undone."
	}
	told := fmt.Sprintf("%s ended in %s after %s:\n%s", p.Name, p.Error, execution.Clock(p.Elapsed(p.Ended)), paragraph(p.Cause))
	if next := p.remedy(); next != "" {
		told += "\n" + next
	}
	return told
}

// longest names the steps that took most of a run with noticeable waits, or returns "" if it was
// short.
func (p picture) longest() string {
	total := p.Elapsed(p.Ended)
	var parts []string
	for _, s := range p.Steps {
		if d := s.Elapsed(p.Ended); !s.Group && d >= total/4 {
			parts = append(parts, execution.Title(s.Name)+" "+execution.Clock(d))
		}
	}
	if total < 10*time.Second || len(parts) == 0 {
		return ""
	}
	return " (longest: " + strings.Join(parts, ", ") + ")"
}

// report returns the sentence in the output of a successful execution, if there is one.
func (p picture) report() string {
	var output struct {
		End struct{ Report string }
	}
	if json.Unmarshal([]byte(p.Output), &output) != nil {
		return ""
	}
	return output.End.Report
}

var instanceID = regexp.MustCompile(`\bi-[0-9a-f]{17}\b`)

// code returns the code of the failure in the cause.
func (p picture) code() release.Code {
	code, _, _ := strings.Cut(p.Cause, ":")
	return release.Code(code)
}

// remedy returns what to do after a failure. A log is that of the instance in the cause.
func (p picture) remedy() string {
	switch p.Error {
	case string(release.Busy):
		return "On the command line that is --wait."
	case string(release.FailedDirty):
		if code := p.code(); code == release.LeftBehind || code == release.SweepStuck { // whose cause says to start again
			return "On the command line that is `gallery teardown`."
		}
		return "Remove what is left with `gallery teardown`."
	}
	if fullDisk.MatchString(p.Cause) {
		return "A disk is full; that is not the bundle's fault. Free some space and release again; on AWS a builder has the disk of its base image, so install less."
	}
	next := p.code().Remedy()
	if next == "" {
		return ""
	}
	if instance := instanceID.FindString(p.Cause); instance != "" {
		return strings.NewReplacer("BUILDER", instance, "INSTANCE", instance).Replace(next)
	}
	return strings.NewReplacer("`gallery logs BUILDER`", "the builder's log, which `gallery logs` shows by its ID,",
		"`gallery logs INSTANCE`", "the log of each instance, which `gallery logs` shows by its ID,").Replace(next)
}
