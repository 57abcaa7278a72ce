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

// The least versions that `npx cdk deploy` works with: package.json's of Node.js, and of Go the one
// from which it fetches by itself what go.mod asks for.
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

// tool needs a program to deploy; a stack that is there does without.
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

// FirstLine is what Examination takes as its Tool: it runs a program of this machine, for at most
// toolPatience, and gives the first line of what it says. A program that is absent or fails is NotFound.
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
