package release

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Entry is one release, run or teardown in an environment's history: every execution that took the lock
// has one, however it ended.
type Entry struct {
	Kind   EntryKind `json:"kind"`
	Name   string    `json:"name"`             // the execution's
	Undoes string    `json:"undoes,omitempty"` // the release that a teardown undoes, or "" for the environment

	Version  string   `json:"version,omitempty"`
	Strategy Strategy `json:"strategy,omitempty"`
	By       string   `json:"by,omitempty"`     // who started it, as the starter says
	Commit   string   `json:"commit,omitempty"` // of the bundle's folder, as the starter says
	Settings string   `json:"settings"`         // their digest, or ""
	Digest   string   `json:"digest,omitempty"`
	Bundle   Bundle   `json:"bundle,omitzero"`
	Image    string   `json:"image,omitempty"` // "" until the release serves

	Began   time.Time `json:"began"`          // when it took the lock
	Ended   time.Time `json:"ended,omitzero"` // zero while it is under way
	End     End       `json:"end,omitempty"`  // "" while it is under way
	Served  bool      `json:"served"`         // the release became the serving one, whatever came later
	Reason  string    `json:"reason,omitempty"`
	Verdict string    `json:"verdict,omitempty"` // the judge's last words on a second fleet
}

// EntryKind says what an entry is of.
type EntryKind string

// The kinds.
const (
	ReleaseEntry  EntryKind = "release"
	TeardownEntry EntryKind = "teardown"
	RunEntry      EntryKind = "run" // of the release state machine: a command that ran once
)

// maxBy is the length that the schemas allow for who starts an execution.
const maxBy = 256

// By returns a name as the schemas allow it: on one line, and cut.
func By(name string) string {
	words := []rune(strings.Join(strings.FieldsFunc(strings.ToValidUTF8(name, ""), unicode.IsControl), " "))
	return string(words[:min(len(words), maxBy)])
}

// maxReason bounds a reason and a verdict, so that the whole history fits one item of the table.
const maxReason = 500

// A history has mostEntries and, besides, those that Kept returns.
const (
	mostEntries = 40
	Releasable  = 5
)

// History is what happened in an environment, newest first.
type History []Entry

// Open adds the entry of an execution that begins, unless it is there. A release that does not say
// from which commit it is has that of an earlier one of the same bundle.
func (h History) Open(begun Entry) History {
	if h.at(begun) >= 0 {
		return h
	}
	if begun.Commit == "" && begun.Bundle != (Bundle{}) {
		for _, earlier := range h {
			if earlier.Bundle.SHA256 == begun.Bundle.SHA256 && earlier.Commit != "" {
				begun.Commit = earlier.Commit
				break
			}
		}
	}
	return append(History{begun}, h...).sorted().pruned()
}

// Close sets the end of an entry, which it adds if that was lost. The first end stays.
func (h History) Close(ended Entry) History {
	if at := h.at(ended); at >= 0 && !h[at].Ended.IsZero() {
		return h
	}
	return h.Correct(ended)
}

// Correct sets the end of an entry as Close does, even if it has one: that of an execution that wrote
// its end and could not unlock then. The first reason stays.
func (h History) Correct(ended Entry) History {
	ended.Reason, ended.Verdict = shortened(ended.Reason), shortened(ended.Verdict)
	at := h.at(ended)
	if at < 0 {
		return h.Open(ended)
	}
	former := h[at]
	ended.Reason, ended.Verdict = cmp.Or(former.Reason, ended.Reason), cmp.Or(former.Verdict, ended.Verdict)
	ended.Served, ended.Image = former.Served || ended.Served, cmp.Or(former.Image, ended.Image)
	ended.Commit = cmp.Or(ended.Commit, former.Commit)
	h = slices.Clone(h)
	h[at] = ended
	return h
}

// Unended returns the other entries without an end.
func (h History) Unended(besides Entry) History {
	return slices.DeleteFunc(slices.Clone(h), func(e Entry) bool {
		return !e.Ended.IsZero() || h.at(e) == h.at(besides)
	})
}

// at returns the place of an execution's entry, or -1. A name may be used again when its former
// execution is forgotten.
func (h History) at(wanted Entry) int {
	return slices.IndexFunc(h, func(e Entry) bool {
		return e.Kind == wanted.Kind && e.Name == wanted.Name && e.Began.Equal(wanted.Began)
	})
}

func (h History) sorted() History {
	slices.SortStableFunc(h, func(a, b Entry) int { return b.Began.Compare(a.Began) })
	return h
}

// pruned drops the oldest entries.
func (h History) pruned() (kept History) {
	served := 0
	for _, e := range h {
		if e.Served {
			served++
		}
		if len(kept) < mostEntries || e.Served && served <= Releasable+1 {
			kept = append(kept, e)
		}
	}
	return kept
}

// Kept returns the releases whose bundles are kept, so that they can be released again: the last one
// that served, and Releasable before it.
func (h History) Kept() (kept History) {
	for _, e := range h {
		if e.Served && len(kept) <= Releasable {
			kept = append(kept, e)
		}
	}
	return kept
}

// shortened cuts a text, and takes out what takes many bytes in JSON.
func shortened(text string) string {
	plain := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "")))
	if len(plain) > maxReason {
		plain = append(plain[:maxReason-1], '…')
	}
	return string(plain)
}
