package ministack

import (
	"strings"
	"testing"
)

func TestFrontLeavesDeletedVersionsOut(t *testing.T) {
	version := func(template, number string) string {
		return "<item><launchTemplateId>" + template + "</launchTemplateId> <versionNumber>" + number + "</versionNumber><set><item>x</item></set></item>"
	}
	list := func(versions ...string) string {
		return "<a><launchTemplateVersionSet>" + strings.Join(versions, "") + "</launchTemplateVersionSet></a>"
	}
	s := &Server{}
	s.deleted.Store("lt-1 2", true)
	for text, want := range map[string]string{
		list(version("lt-1", "3"), version("lt-1", "2"), version("lt-1", "1")): list(version("lt-1", "3"), version("lt-1", "1")),
		list(version("lt-1", "2")): list(),
		list(version("lt-2", "2")): list(version("lt-2", "2")),
		"<Error>none</Error>":      "<Error>none</Error>",
	} {
		if got := s.withoutDeleted(text); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
}
