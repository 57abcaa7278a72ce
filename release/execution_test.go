package release_test

import (
	"testing"
	"time"

	"photogallery/release"
)

func TestAnExecutionsNameTellsWhenItWasMade(t *testing.T) {
	at := time.Date(2026, 11, 5, 7, 8, 9, 45_000_000, time.UTC)
	if got := release.ExecutionName("release", at); got != "release-20261105-070809-045" {
		t.Errorf("got %q", got)
	}
}
