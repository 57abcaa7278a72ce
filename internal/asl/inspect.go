package asl

import "slices"

// StateInfo describes a state of a definition.
type StateInfo struct {
	Name             string
	Type             string
	Parent           string // the Parallel state that contains it, or empty
	Branch           int    // the index of its branch in Parent
	Resource         string // of a Task
	Function         string // of a Task: ARN, or FunctionName of the integration
	Retry            []RetryInfo
	Catch            []CatchInfo
	Next             []string // all states that may follow, without duplicates
	End              bool     // the machine or the branch may end here
	TimeoutSeconds   int64    // 0 if not given
	TimeoutPath      string   // TimeoutSecondsPath, or empty
	HeartbeatSeconds int64    // 0 if not given
}

// RetryInfo is an entry of Retry.
type RetryInfo struct {
	ErrorEquals []string
	MaxAttempts int64
}

// CatchInfo is an entry of Catch.
type CatchInfo struct {
	ErrorEquals []string
	Next        string
}

// States describes every state in alphabetical order. The states of branches follow their Parallel.
func (d *Definition) States() []StateInfo {
	all := make([]StateInfo, len(d.states))
	for i, s := range d.states {
		all[i] = s.info()
	}
	return all
}

func (s *state) info() StateInfo {
	info := StateInfo{
		Name: s.name, Type: s.Type, Parent: s.parent, Branch: s.branch, Resource: s.Resource, Function: s.function(),
		End: s.End || s.Type == "Succeed" || s.Type == "Fail", TimeoutSeconds: s.TimeoutSeconds, TimeoutPath: string(s.TimeoutSecondsPath), HeartbeatSeconds: s.HeartbeatSeconds,
	}
	for _, r := range s.Retry {
		info.Retry = append(info.Retry, RetryInfo{slices.Clone(r.ErrorEquals), r.MaxAttempts})
	}
	for _, c := range s.Catch {
		info.Catch = append(info.Catch, CatchInfo{slices.Clone(c.ErrorEquals), c.Next})
	}
	for _, t := range s.transitions() {
		if !slices.Contains(info.Next, t.to) {
			info.Next = append(info.Next, t.to)
		}
	}
	return info
}
