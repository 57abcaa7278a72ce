package execution

import (
	"slices"
	"time"
)

// Left estimates for how long the execution will still run, by the last run that went the same way,
// or 0 if none tells, or it is over by that. A step that takes longer than it did then puts the end
// off.
func (p *Progress) Left(now time.Time) time.Duration {
	at, former := p.Step(p.current), p.alike()
	if at == nil || former == nil || !p.Ended.IsZero() {
		return 0
	}
	then := former.Step(at.Name)
	if then == nil {
		return 0
	}
	return former.Ended.Sub(then.Ended) + max(0, then.Elapsed(former.Ended)-at.Elapsed(now))
}

// Usual is for how long a step ran in the last run that went the same way, or 0 if none tells.
func (p *Progress) Usual(name string) time.Duration {
	former := p.alike()
	if former == nil {
		return 0
	}
	then := former.Step(name)
	if then == nil || then.Phase != Succeeded {
		return 0
	}
	return then.Elapsed(former.Ended)
}

// alike returns the last former run that had every step that this one has had, or nil if none did.
func (p *Progress) alike() *Progress {
	for _, former := range p.former {
		if !slices.ContainsFunc(p.Steps, func(s *Step) bool { return s.Phase != Waiting && former.Step(s.Name) == nil }) {
			return former
		}
	}
	return nil
}
