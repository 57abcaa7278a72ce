// Package executable compiles the stack's executables. Programs that run the functions on another
// machine, such as the conformance tests and the benchmark, compile them here, too, with the same
// flags.
package executable

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"

	"photogallery/release"
)

// Platform is the operating system and architecture of an executable, in Go's terms.
type Platform struct{ OS, Architecture string }

// Deployed returns the platform of functions and instances of an architecture: arm64 or x86_64, which
// Go calls amd64.
func Deployed(architecture string) Platform {
	if architecture == release.X8664 {
		architecture = "amd64"
	}
	return Platform{"linux", architecture}
}

// Host is the platform of this machine.
func Host() Platform { return Platform{runtime.GOOS, runtime.GOARCH} }

// Functions compiles the executable of all functions, which Lambda requires to be called bootstrap.
// It blocks until the go command, which it needs, has ended. The error has that command's output.
func Functions(ctx context.Context, to string, platform Platform) error {
	return compile(ctx, to, "photogallery/lambdas/bootstrap", "lambda.norpc", platform)
}

// Gallery compiles the web app, as Functions does.
func Gallery(ctx context.Context, to string, platform Platform) error {
	return compile(ctx, to, "photogallery/gallery-ami/app/cmd/photogallery", "", platform)
}

// compile leaves out times and paths, so that unchanged sources make an unchanged executable.
func compile(ctx context.Context, to, source, tags string, platform Platform) error {
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags", tags, "-ldflags", "-s -w -buildid=", "-o", to, source)
	command.Env = append(os.Environ(), "GOOS="+platform.OS, "GOARCH="+platform.Architecture, "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", source, err, output)
	}
	return nil
}
