//go:build linux

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// action is a step of a compilation, of which the Go tool writes a list.
type action struct {
	Mode, Package   string
	CmdUser, CmdSys time.Duration
}

// benchCompile measures what `go run ./cmd/gallery` compiles in a fresh clone whose modules are there, beside a server
// of net/http alone: the seconds of processors, which other work on the machine changes little.
func benchCompile(ctx context.Context, folder string, _ int) error {
	hello := filepath.Join(folder, "hello.go")
	if err := os.WriteFile(hello, []byte("package main\n\nimport \"net/http\"\n\nfunc main() { panic(http.ListenAndServe(\":8080\", nil)) }\n"), 0o600); err != nil {
		return err
	}
	least, _, err := compiled(ctx, folder, hello)
	if err != nil {
		return err
	}
	all, actions, err := compiled(ctx, folder, "./cmd/gallery")
	if err != nil {
		return err
	}
	fmt.Printf("| compiling with an empty cache | processor seconds |\n|---|---|\n| a server of net/http alone | %.0f |\n| gallery | %.0f |\n", least, all)
	spent := map[string]float64{}
	for _, one := range actions {
		spent[partOf(one)] += (one.CmdUser + one.CmdSys).Seconds()
	}
	for _, part := range slices.SortedFunc(maps.Keys(spent), func(a, b string) int { return cmp.Compare(spent[b], spent[a]) }) {
		fmt.Printf("| - %s | %.1f |\n", part, spent[part])
	}
	return nil
}

// compiled compiles a program with an empty cache, and returns the seconds of processors.
func compiled(ctx context.Context, folder, program string) (seconds float64, actions []action, err error) {
	list, cache := filepath.Join(folder, "actions.json"), filepath.Join(folder, "cache")
	build := exec.CommandContext(ctx, "go", "build", "-debug-actiongraph", list, "-o", filepath.Join(folder, "compiled"), program)
	build.Env = append(os.Environ(), "GOCACHE="+cache)
	if out, err := build.CombinedOutput(); err != nil {
		return 0, nil, fmt.Errorf("compile %s: %w\n%s", program, err, out)
	}
	content, err := os.ReadFile(list)
	if err == nil {
		err = json.Unmarshal(content, &actions)
	}
	if err != nil {
		return 0, nil, err
	}
	used := build.ProcessState
	return (used.UserTime() + used.SystemTime()).Seconds(), actions, os.RemoveAll(cache)
}

// partOf names what a step of the compilation is for.
func partOf(one action) string {
	const sdk, service = "github.com/aws/aws-sdk-go-v2/", "github.com/aws/aws-sdk-go-v2/service/"
	switch name := one.Package; {
	case one.Mode == "link":
		return "the linker"
	case strings.HasPrefix(name, service+"ec2"):
		return "EC2 in AWS's SDK"
	case strings.HasPrefix(name, service):
		return "other services in AWS's SDK"
	case strings.HasPrefix(name, sdk), strings.HasPrefix(name, "github.com/aws/smithy-go"):
		return "the rest of AWS's SDK"
	case strings.HasPrefix(name, "google.golang.org/"), strings.HasPrefix(name, "go.opentelemetry.io/"), strings.HasPrefix(name, "gocloud.dev/"), strings.HasPrefix(name, "github.com/googleapis/"):
		return "gocloud.dev, with gRPC and OpenTelemetry"
	case strings.HasPrefix(name, "photogallery/"):
		return "Photogallery"
	case strings.Contains(strings.Split(name, "/")[0], "."):
		return "other modules"
	default:
		return "Go's standard library"
	}
}
