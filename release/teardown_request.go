package release

import (
	_ "embed"
	"encoding/json"
)

// TeardownSchema is the JSON Schema of a teardown request, the source of its validation, defaults
// and documentation.
//
//go:embed teardown.schema.json
var TeardownSchema []byte

var teardownSchema = compile(TeardownSchema)

// TeardownRequest is a request for a teardown, with the schema's defaults filled in.
type TeardownRequest struct {
	Comment         string       `json:"Comment,omitempty"`
	Scope           Scope        `json:"scope,omitempty"`
	Release         string       `json:"release,omitempty"` // with ScopeRelease
	Images          ImagesPolicy `json:"images,omitempty"`
	DryRun          bool         `json:"dryRun,omitempty"`
	OnlyIfServing   string       `json:"onlyIfServing,omitempty"`
	OnlyIfUnvisited bool         `json:"onlyIfUnvisited,omitempty"`
	By              string       `json:"by,omitempty"`
}

// SleepRequest is the request of the rule for a gallery that nobody visits.
const SleepRequest = `{"onlyIfUnvisited": true}`

// IsSleep reports whether a teardown's input asks for one only if nobody visits.
func IsSleep(input string) bool {
	var request TeardownRequest
	return json.Unmarshal([]byte(input), &request) == nil && request.OnlyIfUnvisited
}

// ParseTeardown reads the teardown state machine's input. Its error is an InvalidRequest that names
// every problem at once and holds Problems.
func ParseTeardown(raw []byte) (TeardownRequest, error) {
	var request TeardownRequest
	problems := teardownSchema().read(raw, &request)
	problems = append(problems, request.conflicts(problems)...)
	return request, invalid(problems)
}

// Plan returns the request in the form of the steps. An undo, a ttl teardown and one for want of
// visitors never stop a running release: they wait for its end and check again.
func (r TeardownRequest) Plan() Teardown {
	return Teardown{
		Scope: r.Scope, Undo: r.Release, OnlyIfServing: r.OnlyIfServing, OnlyIfUnvisited: r.OnlyIfUnvisited, Images: r.Images, DryRun: r.DryRun,
		Interrupt: r.Scope == ScopeEnvironment && r.OnlyIfServing == "" && !r.OnlyIfUnvisited,
		By:        r.by(),
	}
}

// by names the rule or the schedule of a teardown that only one of them starts.
func (r TeardownRequest) by() string {
	switch {
	case r.By != "":
		return r.By
	case r.Scope == ScopeRelease:
		return "the end of release " + r.Release
	case r.OnlyIfUnvisited:
		return "sleepAfter"
	case r.OnlyIfServing != "":
		return "the ttl of release " + r.OnlyIfServing
	}
	return ""
}

func (r TeardownRequest) conflicts(known Problems) Problems {
	var found Problems
	if !known.spare("scope", "release", "onlyIfServing") {
		return nil
	}
	if r.Scope == ScopeRelease && r.Release == "" {
		found.add("release", "left out, but the scope is release; name the release to undo")
	}
	if r.Scope == ScopeEnvironment && r.Release != "" {
		found.add("release", "%q goes with the scope release only; add \"scope\": \"release\", or leave it out", r.Release)
	}
	if r.Scope == ScopeRelease && r.OnlyIfServing != "" {
		found.add("onlyIfServing", "%q goes with the scope environment only; leave it out", r.OnlyIfServing)
	}
	if r.Scope == ScopeRelease && r.OnlyIfUnvisited {
		found.add("onlyIfUnvisited", "true goes with the scope environment only; leave it out")
	}
	return found
}
