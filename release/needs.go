package release

import (
	"cmp"
	"regexp"
	"strconv"
	"time"
)

// Needs is what the app of a bundle needs of its load balancer and its group. It is a part of the
// bundle's URL, and so goes wherever the bundle does: into its image's tag, the record and the history.
type Needs struct {
	HealthPath   string `json:"healthPath,omitempty"`   // that answers 200 when the app is ready, or "" for /
	StartSeconds int    `json:"startSeconds,omitempty"` // until then, or 0 for UsualStart or less
}

// The times from the start of a service until it answers.
const (
	UsualStart = time.Minute
	MaxStart   = 10 * time.Minute
)

const homePage = "/"

// NewNeeds returns needs in their one form. Its error is an InvalidRequest that names every problem.
func NewNeeds(path string, start time.Duration) (Needs, error) {
	var problems Problems
	if !healthPath.MatchString(path) {
		problems.add("HealthPath", "%q: give a path of this app that begins with /, of at most 100 letters, digits and ./_~?=-, such as /healthz", path)
	}
	if start <= 0 || start > MaxStart {
		problems.add("StartupTime", "%s: give a time up to %s, the most that a build and a group wait for an app; let it answer before what takes longer", start, MaxStart)
	}
	needs := Needs{HealthPath: path}
	if path == homePage {
		needs.HealthPath = ""
	}
	if start > UsualStart {
		needs.StartSeconds = int((start + time.Second - 1) / time.Second)
	}
	return needs, invalid(problems)
}

var healthPath = regexp.MustCompile(`^/[A-Za-z0-9./_~?=-]{0,99}$`)

// Health returns the path that the load balancer asks for.
func (n Needs) Health() string { return cmp.Or(n.HealthPath, homePage) }

// Start returns how long the app may take until it answers.
func (n Needs) Start() time.Duration {
	return max(UsualStart, time.Duration(n.StartSeconds)*time.Second)
}

// Longer returns how much longer than usual that is.
func (n Needs) Longer() time.Duration { return n.Start() - UsualStart }

// suffix returns the needs as the end of a bundle's URL.
func (n Needs) suffix() (text string) {
	if n.HealthPath != "" {
		text = "&healthPath=" + n.HealthPath
	}
	if n.StartSeconds > 0 {
		text += "&startSeconds=" + strconv.Itoa(n.StartSeconds)
	}
	return text
}

// readNeeds reads the values of a URL that are not "".
func readNeeds(path, seconds string) (Needs, error) {
	start := UsualStart
	if seconds != "" {
		count, err := strconv.Atoi(seconds)
		if err != nil {
			return Needs{}, err
		}
		start = time.Duration(count) * time.Second
	}
	return NewNeeds(cmp.Or(path, homePage), start)
}
