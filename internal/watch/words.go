package watch

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"photogallery/internal/release"
)

// title tells a step's name in words: "Launch builder".
func title(name string) string {
	var words strings.Builder
	for i, letter := range name {
		if i > 0 && unicode.IsUpper(letter) {
			words.WriteRune(' ')
			letter = unicode.ToLower(letter)
		}
		words.WriteRune(letter)
	}
	return words.String()
}

// took tells a duration as people read one off a clock.
func took(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d:%02d min", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d:%02d h", int(d.Hours()), int(d.Minutes())%60)
}

// remedies are what to do next after a failure, by its code.
var remedies = map[release.Code]string{
	release.InvalidRequest:      "Correct the request; `gallery release --help` lists what it may hold.",
	release.ImageNotFound:       "`gallery images` lists the images there are.",
	release.QuotaExceeded:       "Ask AWS for a higher quota, or release fewer or smaller instances.",
	release.AccessDenied:        "The function's role lacks a permission: deploy the stack again.",
	release.Throttled:           "AWS asks to slow down: release again in some minutes.",
	release.AwsUnavailable:      "AWS failed on its side: release again in some minutes.",
	release.CapacityUnavailable: "Release again later, or with another --instance-type.",
	release.BuildFailed:         "Correct the bundle and release again; `gallery logs BUILDER` has all that the builder wrote.",
	release.BuilderDied:         "Release again; `gallery logs BUILDER` has what the builder wrote before it ended.",
	release.ImageFailed:         "Release again.",
	release.FleetFailed:         "`gallery logs INSTANCE` has what the service wrote; correct the bundle and release again.",
	release.RefreshFailed:       "`gallery status` shows the alarms; release again when all is quiet.",
	release.RefreshRolledBack:   "The new version does not stay healthy: `gallery logs INSTANCE` has what it wrote.",
	release.VerifyFailed:        "The new version does not answer /: `gallery logs INSTANCE` has what it wrote.",
	release.LockLost:            "Another run took over: see `gallery executions`.",
	release.SweepStuck:          "Start the teardown again: `gallery teardown`.",
	release.LeftBehind:          "Start the teardown again: `gallery teardown`.",
}

// Outcome tells, in a sentence or two, how the execution ended and what to do next; "" while it
// runs.
func (p *Picture) Outcome() string {
	switch {
	case p.Ended.IsZero():
		return ""
	case p.Status == "SUCCEEDED":
		return fmt.Sprintf("%s succeeded in %s.", p.Name, took(p.Ended.Sub(p.Began)))
	case p.Status == "TIMED_OUT":
		return p.Name + " ran out of time; what it made is being undone."
	case p.Status == "ABORTED":
		return p.Name + " was stopped; what it made is being undone."
	}
	told := fmt.Sprintf("%s ended in %s: %s", p.Name, p.Error, p.Cause)
	switch p.Error {
	case "Busy":
		return told + "\nTry again when that has ended, or add --wait."
	case "FailedDirty":
		return told + "\nRemove what is left with `gallery teardown`."
	}
	code, _, _ := strings.Cut(p.Cause, ":")
	if remedy := remedies[release.Code(code)]; remedy != "" {
		told += "\n" + remedy
	}
	return told
}

// Field reads one field of the execution's output; "" where there is none.
func (p *Picture) Field(name string) string {
	var output map[string]any
	if json.Unmarshal([]byte(p.Output), &output) != nil {
		return ""
	}
	text, _ := output[name].(string)
	return text
}
