package executable_test

import (
	"testing"

	"photogallery/cdk/executable"
	"photogallery/release"
)

func TestDeployedPlatformIsNamedInTermsOfGo(t *testing.T) {
	for architecture, want := range map[string]executable.Platform{
		release.ARM64: {OS: "linux", Architecture: "arm64"},
		release.X8664: {OS: "linux", Architecture: "amd64"},
	} {
		if got := executable.Deployed(architecture); got != want {
			t.Errorf("%s: %+v", architecture, got)
		}
	}
}
