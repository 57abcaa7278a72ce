package main

import (
	"runtime/debug"
	"testing"
)

func TestVersionNamesTheCommit(t *testing.T) {
	stamped := &debug.BuildInfo{Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "9fceb02d0ae598e95dc970b74767f19372d61af8"}, {Key: "vcs.time", Value: "2026-01-31T09:00:00Z"}, {Key: "vcs.modified", Value: "true"},
	}}
	for want, info := range map[string]*debug.BuildInfo{
		"commit 9fceb02d0ae5 with changes of 2026-01-31T09:00:00Z,": stamped,
		"commit unknown,": {},
	} {
		if got := commitOf(info); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := commitOf(nil); got != "commit unknown," {
		t.Errorf("got %q", got)
	}
}
