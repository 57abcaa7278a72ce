package release_test

import (
	"testing"
	"time"

	"photogallery/release"
)

func TestExecutionNameHoldsItsTime(t *testing.T) {
	at := time.Date(2026, 11, 5, 7, 8, 9, 45_000_000, time.UTC)
	if got := release.ExecutionName("release", at); got != "release-20261105-070809-045" {
		t.Errorf("got %q", got)
	}
}

func TestARNsGiveTheirNames(t *testing.T) {
	const execution = "arn:aws:states:us-east-1:123456789012:execution:photogallery-main-release:release-1"
	if got := release.NameOf(execution); got != "release-1" {
		t.Errorf("the name of %s is %s", execution, got)
	}
	if got, want := release.MachineOf(execution), "arn:aws:states:us-east-1:123456789012:stateMachine:photogallery-main-release"; got != want {
		t.Errorf("the state machine of %s is %s, want %s", execution, got, want)
	}
	if got := release.NameOf("release-1"); got != "release-1" {
		t.Errorf("a name becomes %s", got)
	}
}
