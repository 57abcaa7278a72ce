package release

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"time"
)

// RequestSchema is the JSON Schema of a release request, the source of its validation, defaults and
// documentation.
//
//go:embed request.schema.json
var RequestSchema []byte

var requestSchema = compile(RequestSchema)

// The default bounds of a fleet.
const (
	DefaultMinSize = 2
	DefaultMaxSize = 5
)

// NoTTL is the ttl of a release without an end.
const NoTTL = "never"

// NoSettings requests a release without settings.
const NoSettings = "none"

// OwnBundle requests the deployment's own bundle.
const OwnBundle = "own"

// Request is a request for a release, with the schema's defaults filled in. A missing field without
// a default has its zero value.
type Request struct {
	Comment string `json:"Comment,omitempty"`
	Version string `json:"version,omitempty"`
	Bundle  string `json:"bundle,omitempty"` // a URL that ParseBundle reads, a folder's path, or OwnBundle
	Image   string `json:"image,omitempty"`
	Rebake  bool   `json:"rebake,omitempty"`

	RebakeIfNewer bool `json:"rebakeIfNewer,omitempty"` // what serves, and only on a newer base image

	Run string `json:"run,omitempty"` // as given; see TimeLimit

	InstanceType string `json:"instanceType,omitempty"`
	MinSize      int    `json:"minSize,omitempty"`
	MaxSize      int    `json:"maxSize,omitempty"`
	Desired      int    `json:"desired,omitempty"`
	TTL          string `json:"ttl,omitempty"`         // as time.ParseDuration reads it, or NoTTL
	SessionEnds  string `json:"sessionEnds,omitempty"` // RFC 3339; see TeardownAt
	Settings     string `json:"settings,omitempty"`    // a digest, or NoSettings
	Wait         bool   `json:"wait,omitempty"`
	DryRun       bool   `json:"dryRun,omitempty"`

	Sizes    []ScheduledSize `json:"sizes,omitzero"` // nil to keep the former release's, empty for none
	TimeZone string          `json:"timeZone,omitempty"`

	Strategy Strategy `json:"strategy,omitempty"`
	Traffic  []int    `json:"traffic,omitempty"`  // as given; see Percentages
	Hold     string   `json:"hold,omitempty"`     // as given; see HoldTime
	BakeTime string   `json:"bakeTime,omitempty"` // as time.ParseDuration reads it

	Approval        bool   `json:"approval,omitempty"`
	ApprovalTimeout string `json:"approvalTimeout,omitempty"` // as given; see ApprovalTime

	By     string `json:"by,omitempty"`
	Commit string `json:"commit,omitempty"`
}

// ParseRequest reads the release state machine's input. Its error is an InvalidRequest that names
// every problem at once and holds Problems.
func ParseRequest(raw []byte) (Request, error) {
	var request Request
	problems := requestSchema().read(raw, &request)
	problems = append(problems, request.conflicts(problems)...)
	return request, invalid(problems)
}

// UsualBounds returns the fleet's bounds outside of scheduled sizes: the request's, the former
// release's, or the defaults. Its error is an InvalidRequest that holds Problems.
func (r Request) UsualBounds(former Current) (least, most int, err error) {
	r.MinSize = cmp.Or(r.MinSize, former.MinSize, DefaultMinSize)
	r.MaxSize = cmp.Or(r.MaxSize, former.MaxSize, DefaultMaxSize)
	return r.MinSize, r.MaxSize, invalid(r.unfitSizes())
}

// Lifetime returns the ttl as a duration, or 0 if there is none or it is NoTTL.
func (r Request) Lifetime() time.Duration { return duration(r.TTL) }

// duration returns 0 for a text that is not a duration, as a ttl may be.
func duration(text string) time.Duration {
	read, err := time.ParseDuration(text)
	if err != nil {
		return 0
	}
	return read
}

// conflicts finds fields that conflict with each other. It ignores fields that are wrong by
// themselves.
func (r Request) conflicts(known Problems) Problems {
	found := r.unfitSizes()
	sound := known.spare
	if sound("image") && r.Image != "" && r.Bundle != "" {
		found.add("bundle", "%q does not go with image: an image already holds its bundle; leave one of the two out", r.Bundle)
	}
	if sound("image", "rebake") && r.Image != "" && r.Rebake {
		found.add("rebake", "true does not go with image: an existing image is released unchanged; leave out one of the two")
	}
	if sound("rebakeIfNewer") && r.RebakeIfNewer {
		found = append(found, r.unfitRebake(sound)...)
	}
	if sound("run") && r.Run != "" {
		found = append(found, r.unfitRun(sound)...)
	}
	if sound("ttl", "sessionEnds") {
		found = append(found, r.unfitSession()...)
	}
	if sound("sizes", "timeZone") {
		found = append(found, r.unfitTimetable()...)
	}
	if sound("strategy", "traffic") {
		found = append(found, r.unfitTraffic()...)
	}
	if sound("strategy", "approval") {
		found = append(found, r.unfitApproval()...)
	}
	if sound("strategy", "traffic", "hold", "bakeTime", "approval", "approvalTimeout") {
		found = append(found, r.unfitWatch()...)
	}
	return found
}

// unfitSizes finds sizes that conflict, among those that are known.
func (r Request) unfitSizes() (found Problems) {
	switch bounded := r.MinSize != 0 && r.MaxSize != 0; {
	case bounded && r.MinSize > r.MaxSize:
		found.add("minSize", "%d is more than maxSize, %d; give a maxSize of at least %d, or a smaller minSize", r.MinSize, r.MaxSize, r.MinSize)
	case bounded && r.Desired != 0 && (r.Desired < r.MinSize || r.Desired > r.MaxSize):
		found.add("desired", "%d is not between minSize, %d, and maxSize, %d; give a number between them, or leave it out", r.Desired, r.MinSize, r.MaxSize)
	}
	return found
}

func (p *Problems) add(field, format string, args ...any) {
	*p = append(*p, Problem{Field: field, Message: fmt.Sprintf(format, args...)})
}

// spare reports whether the problems do not concern these fields. If the input is not an object
// there are no fields.
func (p Problems) spare(fields ...string) bool {
	for _, problem := range p {
		for _, field := range fields {
			if problem.Field == field || problem.Field == "" {
				return false
			}
		}
	}
	return true
}

func invalid(problems Problems) error {
	if len(problems) == 0 {
		return nil
	}
	return &Error{Code: InvalidRequest, Message: problems.Error(), Err: problems}
}

// quote returns a value for a message, as JSON of at most a line.
func quote(value any) string {
	const most = 80
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("%.80v", value)
	}
	text := []rune(string(encoded))
	if len(text) <= most {
		return string(text)
	}
	return string(text[:most-1]) + "…"
}
