//go:build conformance

package contract

import (
	"strings"
	"testing"

	"photogallery/conformance/ministack"
)

// MiniStack is tried without the front that a release needs.
func TestMiniStackBehavesAsTheTableSays(t *testing.T) {
	server, err := ministack.Start(t.Context(), t.TempDir(), "", logOf(t))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	bare := server.Bare()
	holds(t, "MiniStack", func(b Behavior) string { return miniStack[b.Name] }, func(t *testing.T) *Account {
		reset(t, *bare.BaseEndpoint+"/_ministack/reset")
		return account(t, bare, strings.Replace(baseImage, "arm64", "x86_64", 1)) // which it has
	})
}
