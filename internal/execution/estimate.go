package execution

import (
	"slices"
	"time"
)

// Left estimates how long the execution will still run, from the last run on the same path. It
// returns 0 if there is none or its duration has passed. A step that takes longer than it did then
// postpones the end.
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

// Usual returns how long a step took in the last run on the same path, or 0 if there is none.
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

// alike returns the last former run that had every step of this one so far, or nil if there is
// none.
func (p *Progress) alike() *Progress {
	for _, former := range p.former {
		if !slices.ContainsFunc(p.Steps, func(s *Step) bool { return s.Phase != Waiting && former.Step(s.Name) == nil }) {
			return former
		}
	}
	return nil
}
