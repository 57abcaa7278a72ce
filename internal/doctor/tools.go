package doctor

import (
	"context"
	"go/version"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"photogallery/release"
)

const toolPatience = 20 * time.Second

// The minimum versions for `npx cdk deploy`: that of Node.js in package.json, and the first Go that
// downloads the version in go.mod.
const (
	minNode = 20
	minGo   = "go1.21"
)

func (e *examination) node(ctx context.Context) Finding {
	isEnough := func(said string) bool {
		major, _, _ := strings.Cut(strings.TrimPrefix(said, "v"), ".")
		number, err := strconv.Atoi(major)
		return err == nil && number >= minNode
	}
	return e.tool(ctx, isEnough, "Install Node.js 24 from https://nodejs.org.", "node", "--version")
}

func (e *examination) npm(ctx context.Context) Finding {
	isEnough := func(said string) bool { return said != "" }
	return e.tool(ctx, isEnough, "Install Node.js 24 from https://nodejs.org, which brings npm.", "npm", "--version")
}

func (e *examination) golang(ctx context.Context) Finding {
	isEnough := func(said string) bool { return version.IsValid(said) && version.Compare(said, minGo) >= 0 }
	return e.tool(ctx, isEnough, "Install the newest Go from https://go.dev/dl.", "go", "env", "GOVERSION")
}

// tool checks a program that deployments need. An existing stack does not need it.
func (e *examination) tool(ctx context.Context, isEnough func(string) bool, remedy, name string, arguments ...string) Finding {
	verdict := Failed
	if e.Stack != "" {
		verdict, remedy = Warning, remedy+" Only a deployment needs it."
	}
	said, err := e.Tool(ctx, name, arguments...)
	if err != nil {
		return well("this machine has none that runs: %v", err).but(verdict, "%s", remedy)
	}
	if !isEnough(said) {
		return well("%q is too old", said).but(verdict, "%s", remedy)
	}
	return well("%s", said)
}

// FirstLine implements Tool: it runs a program of this machine for at most toolPatience and returns
// the first line of its output. The error is NotFound if the program does not exist or fails.
func FirstLine(ctx context.Context, name string, arguments ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, toolPatience)
	defer cancel()
	said, err := exec.CommandContext(ctx, name, arguments...).Output()
	if err != nil {
		return "", release.Errorf(release.NotFound, "`%s %s`: %w", name, strings.Join(arguments, " "), err)
	}
	line, _, _ := strings.Cut(string(said), "\n")
	return strings.TrimSpace(line), nil
}
