package process_test

import (
	"testing"
	"time"

	"photogallery/internal/patience"
)

// until ends the test if what it waits for does not come.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience.Limit); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %s not yet: %s", patience.Limit, what)
		}
	}
}

// next ends the test if the channel gives nothing, as that of a host whose machine does not boot.
func next[T any](t *testing.T, from <-chan T) (given T) {
	t.Helper()
	select {
	case given = <-from:
	case <-time.After(patience.Limit):
		t.Fatalf("nothing has come for %s", patience.Limit)
	}
	return given
}
