package release_test

import (
	"testing"

	"photogallery/release"
)

func TestMachineHasAnArchitectureOfEC2(t *testing.T) {
	for goarch, want := range map[string]string{"amd64": release.X8664, "arm64": release.ARM64, "riscv64": release.ARM64} {
		if got := release.ArchitectureOf(goarch); got != want {
			t.Errorf("%s is %s, want %s", goarch, got, want)
		}
	}
}
