package main

import (
	"runtime"
	"testing"

	"photogallery/release"
)

func TestLocalCloudHasTheArchitectureOfItsMachine(t *testing.T) {
	options, err := localOptions(t.TempDir())
	if want := map[string]string{"amd64": release.X8664, "arm64": release.ARM64}[runtime.GOARCH]; err != nil || options.Architecture != want {
		t.Errorf("it has %q, want %q (%v)", options.Architecture, want, err)
	}
}
