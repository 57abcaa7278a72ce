package release

import "time"

// The times before the end of a session. A teardown takes a little more than three minutes, see
// docs/reliability.md, and may have to undo a release first.
const (
	TeardownTime = 10 * time.Minute
	ReleaseTime  = 20 * time.Minute // until a first release serves
)

// unfitSession finds an end of the session that conflicts with the ttl, or is none.
func (r Request) unfitSession() (found Problems) {
	if _, err := time.Parse(time.RFC3339, r.SessionEnds); r.SessionEnds != "" && err != nil {
		found.add("sessionEnds", "%q is not a time: give one such as 2026-01-31T14:30:00Z", r.SessionEnds)
	}
	if r.SessionEnds != "" && r.TTL != "" {
		found.add("sessionEnds", "%q does not go with ttl, %q: both say when the teardown begins; leave one of the two out", r.SessionEnds, r.TTL)
	}
	return found
}

// TeardownAt returns when the teardown must begin, as RFC 3339, to end before the session does, or ""
// if the request does not say when that is. Its error is an InvalidRequest if there is no time left to
// release before it.
func (r Request) TeardownAt(now time.Time) (string, error) {
	ends, err := time.Parse(time.RFC3339, r.SessionEnds)
	if err != nil {
		return "", nil // there is none
	}
	at := ends.Add(-TeardownTime).UTC()
	if !at.Before(now.Add(ReleaseTime)) {
		return at.Format(time.RFC3339), nil
	}
	return "", Errorf(InvalidRequest, "sessionEnds: %s leaves no time: a release needs about %.0f minutes and its teardown %.0f; start a new session, or give the end of this one if it is later",
		r.SessionEnds, ReleaseTime.Minutes(), TeardownTime.Minutes())
}
