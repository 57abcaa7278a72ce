package mutants

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"photogallery/internal/patience"
)

// check is one of the project's own checks; it fails if one of its commands does.
type check struct {
	name     string // for the table; a package's path for its tests
	commands [][]string
}

// slowest makes the stack once more, with an aspect that looks at everything in it.
const slowest = "^TestCDKNagFindsNothing$"

// inBrowser are the tests of the console's page, which take a minute and look at no rule that has a mutant.
const inBrowser = "^(TestStoryInABrowser|TestLostConnectionIsShownAndRecovers|TestLostCredentialsAreShownUntilTheyAreGood|TestPageOfAStackShowsItsCostAndNoValues|TestPageWithoutDataClaimsNothing|TestGraphIsNavigatedByKeys)$"

// What notices any change and judges none is left out: the snapshot of the template, the form of the files, the documents and
// the drawings are written anew with a change of what they show.
const judgesNothing = "^(TestTemplateMatchesSnapshot|TestStateMachinesKeepTheirForm|TestDocuments?.*)$"

var (
	sweepTests    = packageTests("lambdas/sweep")
	stackTests    = packageTests("internal/stack")
	templateTests = tests("cdk", "-skip", judgesNothing+"|"+slowest, "./cdk")
	nagTests      = tests("cdk", "-run", slowest, "./cdk")
	requestTests  = tests("cdk", "-run", "^TestReleaseRequestsKeepTheTemplateRules$", "./cdk")
	stepTests     = tests("lambdas", "./lambdas/...")
	faultSample   = tests("conformance/faults", "-run", "^TestEveryFault$", "./conformance/faults")
	deployedTests = tests("conformance/deployed", "-tags", "conformance", "./conformance/deployed")
	aslValidator  = check{"asl-validator", [][]string{
		{"asl-validator", "--json-path", "statemachine/release.asl.json"},
		{"asl-validator", "--json-path", "statemachine/teardown.asl.json"},
	}}
	policyReference = check{"policy_sentry", [][]string{
		{"cdk", "synth", "-q", "-o", "cdk.out"},
		{"conformance/.venv/bin/python", "conformance/statements.py", "cdk.out/photogallery-main.template.json"},
	}}
	templateLint = check{"cfn-lint", [][]string{
		{"cdk", "synth", "-q", "-o", "cdk.out"},
		{"conformance/.venv/bin/cfn-lint", "--ignore-checks", "W3005", "--regions", "us-east-1", "--template", "cdk.out/photogallery-main.template.json"},
	}}
)

func packageTests(folder string) check {
	switch folder {
	case "cdk":
		return templateTests
	case "internal/console":
		return tests(folder, "-skip", inBrowser, "./"+folder)
	}
	return tests(folder, "-skip", judgesNothing, "./"+folder)
}

func tests(name string, arguments ...string) check {
	command := []string{"go", "test", "-failfast", "-timeout", patience.Limit.String()}
	return check{name, [][]string{append(command, arguments...)}}
}

// key tells checks of one name apart.
func (c check) key() string { return fmt.Sprint(c) }

// result is what a check says of a tree.
type result struct {
	passed bool
	broken bool   // the tree does not compile
	by     string // the first test that fails, or "" if the check has no tests
	output string
	took   time.Duration
}

// run blocks until the check has passed or failed in the tree. A check that ctx ended has failed.
func (c check) run(ctx context.Context, in tree) result {
	started := time.Now()
	for _, line := range c.commands {
		if output, err := in.command(ctx, line).CombinedOutput(); err != nil {
			text := string(output)
			return result{broken: brokenBuild.MatchString(text), by: firstFailure(text), output: text + err.Error(), took: time.Since(started)}
		}
	}
	return result{passed: true, took: time.Since(started)}
}

// command is in a process group of its own, which ends with ctx: a test binary outlives `go test`.
func (t tree) command(ctx context.Context, line []string) *exec.Cmd {
	program := line[0]
	if found := filepath.Join(t.root, "node_modules", ".bin", program); exists(found) {
		program = found
	}
	command := exec.CommandContext(ctx, program, line[1:]...) //nolint:gosec // the checks above
	command.Dir = t.root
	command.Env = t.environment()
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = 10 * time.Second
	return command
}

// environment returns the user's, without what would have the tests look outside of the tree.
func (t tree) environment() []string {
	var own []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "CONFORMANCE_") {
			own = append(own, variable)
		}
	}
	bin := filepath.Join(t.root, "node_modules", ".bin")
	return append(own, "CI=true", "GOFLAGS=-buildvcs=false", "TMPDIR="+t.temporary,
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
}

var (
	failedTest  = regexp.MustCompile(`(?m)^ *--- FAIL: (\S+)`)
	runningTest = regexp.MustCompile(`(?m)^panic: test timed out[^\n]*\n(?:[^\n]*\n)*?\t+(Test\S+)`)
	brokenBuild = regexp.MustCompile(`(?m)^FAIL\s+\S+ \[(build|setup) failed\]`)
)

// firstFailure returns the first test that the output of `go test` reports as failed, its subtest
// included.
func firstFailure(output string) string {
	if found := runningTest.FindStringSubmatch(output); found != nil {
		return found[1] + " (timed out)"
	}
	first := ""
	for _, found := range failedTest.FindAllStringSubmatch(output, -1) {
		if first != "" && !strings.HasPrefix(found[1], first+"/") {
			break
		}
		first = found[1]
	}
	return first
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
