package release

import "time"

// Plan is a request with every default filled in and every question about the account answered.
// The Plan step makes it; the later steps of the release are given it whole.
type Plan struct {
	Release      string `json:"release"` // the execution's name, unique to this run
	Version      string `json:"version"`
	Bundle       Bundle `json:"bundle"` // with Image set, the one it was made from
	Digest       string `json:"digest"`
	Image        string `json:"image"` // release this image and bake nothing; "" to bake or reuse
	Rebake       bool   `json:"rebake"`
	InstanceType string `json:"instanceType"`
	MinSize      int    `json:"minSize"`
	MaxSize      int    `json:"maxSize"`
	Desired      int    `json:"desired"`    // 0: MinSize for a new group, left alone on a running one
	TTLSeconds   int64  `json:"ttlSeconds"` // 0: none was asked for
	TeardownAt   string `json:"teardownAt"` // RFC 3339: without a ttl, when the environment is torn down, or "" for never
	Wait         bool   `json:"wait"`       // wait for a busy environment
}

// TTL returns the time that the release asked to serve, or 0 if it asked for none.
func (p Plan) TTL() time.Duration { return time.Duration(p.TTLSeconds) * time.Second }

// Current is the environment's recorded state: which release serves and what it needs.
type Current struct {
	Serving         bool   `json:"serving"` // false before the first release and after a teardown
	Release         string `json:"release"`
	Version         string `json:"version"`
	Image           string `json:"image"`
	FormerImage     string `json:"formerImage"` // what a rollback would release, or "" if there was none
	Digest          string `json:"digest"`
	Bundle          Bundle `json:"bundle"`
	DefaultBundle   Bundle `json:"defaultBundle"`   // the deployment's own bundle when this was recorded
	TemplateVersion string `json:"templateVersion"` // the launch template version that serves
	FormerTemplate  string `json:"formerTemplate"`  // "" where there was none
	MinSize         int    `json:"minSize"`         // the group's bounds, to which an undo goes back
	MaxSize         int    `json:"maxSize"`         // 0 in a record that has none
	InstanceType    string `json:"instanceType"`    // "" in a record that has none
	TeardownAt      string `json:"teardownAt"`      // RFC 3339: when the ttl is over, or "" for never
}
