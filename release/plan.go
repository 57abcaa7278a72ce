package release

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Plan is a request with its defaults filled in and its checks passed. The Plan step makes it; the
// later steps of the release receive it whole.
type Plan struct {
	Release      string `json:"release"` // the execution's name, unique to this run
	Version      string `json:"version"`
	Bundle       Bundle `json:"bundle"` // with Image set, the bundle of that image
	Digest       string `json:"digest"`
	Image        string `json:"image"` // release this image without a bake, or "" to bake or reuse
	Rebake       bool   `json:"rebake"`
	InstanceType string `json:"instanceType"`
	MinSize      int    `json:"minSize"`
	MaxSize      int    `json:"maxSize"`
	Desired      int    `json:"desired"`    // 0: MinSize for a new group, unchanged on a running one
	TTLSeconds   int64  `json:"ttlSeconds"` // 0 if the request has none
	TeardownAt   string `json:"teardownAt"` // RFC 3339: when the environment is torn down if the release has no ttl, or "" for never
	Wait         bool   `json:"wait"`       // wait if another execution holds the lock
	DryRun       bool   `json:"dryRun"`     // only answer what the release would do
	Run          bool   `json:"run"`        // run a command and release nothing
	RunSeconds   int    `json:"runSeconds"` // that the command may take

	Settings   string `json:"settings"`   // the digest of the instances' settings, or "" for none
	Configured string `json:"configured"` // the digest that Settings replaces as the configured one if it still is, or "" for none

	Timetable // of other sizes at certain hours

	Strategy    Strategy `json:"strategy"`
	Traffic     []int    `json:"traffic"`     // percentages that rise to 100, for BlueGreen
	HoldSeconds int      `json:"holdSeconds"` // how long each of them is watched before the next
	BakeSeconds int      `json:"bakeSeconds"` // how long the former fleet stays after the last of them, or a refresh can be rolled back

	Approval        bool `json:"approval"`        // a person decides before the first visitor, and before the last step
	ApprovalSeconds int  `json:"approvalSeconds"` // how long the release waits for that; then it is a no
	ApprovalWait    int  `json:"approvalWait"`    // seconds between two checks of the fleet that waits

	By     string `json:"by"`     // who started the release, as the starter says
	Commit string `json:"commit"` // of the bundle's folder, as the starter says

	Forecast  *Forecast `json:"forecast,omitempty"`  // of a dry run
	Unchanged string    `json:"unchanged,omitempty"` // why there is nothing to release, or ""
	Note      string    `json:"note"`                // Summary, for people who watch
}

// TTL returns the time that the release asked to serve, or 0 if it asked for none.
func (p Plan) TTL() time.Duration { return time.Duration(p.TTLSeconds) * time.Second }

// Usual returns the fleet's bounds outside of its scheduled sizes.
func (p Plan) Usual() Bounds { return Bounds{p.MinSize, p.MaxSize} }

// Bounds returns the fleet's bounds in force at a time.
func (p Plan) Bounds(now time.Time) Bounds { return p.bounds(now, p.Usual()) }

// First returns how many instances a new fleet starts with at a time.
func (p Plan) First(now time.Time) int {
	in := p.Bounds(now)
	return min(max(p.Desired, in.MinSize), in.MaxSize)
}

// Longest returns how long a release takes at most until one fleet is left, with an hour for what is
// neither a watch nor a wait for a person.
func (p Plan) Longest() time.Duration {
	seconds := len(p.Traffic)*p.HoldSeconds + p.BakeSeconds + 2*p.ApprovalSeconds
	return time.Hour + time.Duration(seconds)*time.Second
}

// Summary names the version and the sizes of the fleet, for people.
func (p Plan) Summary() string { return summary(p.Version, p.MinSize, p.MaxSize, p.InstanceType) }

func summary(version string, minSize, maxSize int, instanceType string) string {
	return strings.TrimSpace(fmt.Sprintf("version %s, %d to %d %s", version, minSize, maxSize, instanceType))
}

// Current is the environment's recorded state: which release serves and what it needs.
type Current struct {
	Serving         bool     `json:"serving"`            // false before the first release and after a teardown
	Slot            Slot     `json:"slot"`               // "" in a record without it; see Serves
	Strategy        Strategy `json:"strategy,omitempty"` // that the release was made with; "" in a record without it
	Release         string   `json:"release"`
	Version         string   `json:"version"`
	Image           string   `json:"image"`
	FormerImage     string   `json:"formerImage"` // for a rollback, or "" if there is none
	Digest          string   `json:"digest"`
	Bundle          Bundle   `json:"bundle"`
	DefaultBundle   Bundle   `json:"defaultBundle"`   // the deployment's own bundle at the time of the record
	TemplateVersion string   `json:"templateVersion"` // the serving launch template version
	FormerTemplate  string   `json:"formerTemplate"`  // "" if there was none
	Settings        string   `json:"settings"`        // the digest of the instances' settings, or "" for none
	FormerSettings  string   `json:"formerSettings"`  // those of FormerTemplate
	MinSize         int      `json:"minSize"`         // the group's bounds, which an undo restores
	MaxSize         int      `json:"maxSize"`         // 0 in a record without it
	InstanceType    string   `json:"instanceType"`    // "" in a record without it
	TeardownAt      string   `json:"teardownAt"`      // RFC 3339: the end of the ttl, or "" for never
	Timetable                // of other sizes at certain hours
}

// Usual returns the fleet's bounds outside of its scheduled sizes.
func (c Current) Usual() Bounds { return Bounds{c.MinSize, c.MaxSize} }

// Bounds returns the fleet's bounds in force at a time.
func (c Current) Bounds(now time.Time) Bounds { return c.bounds(now, c.Usual()) }

// Serves returns the slot of the fleet that serves, or served last.
func (c Current) Serves() Slot { return cmp.Or(c.Slot, Blue) }

// Summary names the version and the sizes of the fleet, for people.
func (c Current) Summary() string { return summary(c.Version, c.MinSize, c.MaxSize, c.InstanceType) }
