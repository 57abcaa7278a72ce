package mutants

import (
	"fmt"
	"path"
	"strings"
)

// mutant is one way in which the product is wrong.
type mutant struct {
	name  string // what is wrong, for the table
	edits []edit // together they make it wrong
}

// edit replaces one text of a file. The file, or what follows the anchor in it, is searched for the
// text; where it is there more than once the anchor tells which one is meant.
type edit struct {
	file   string // from the root, with slashes
	anchor string // is in the file exactly once, or "" for the whole file, in which old is exactly once
	old    string
	new    string
}

// area is a part of the product, with the checks that its mutants are tried on.
type area struct {
	name    string
	checks  []check // behind the tests of the mutant's own package, the cheapest first
	mutants []mutant
}

// areas returns all mutants.
func areas() []area {
	return []area{
		{"Permissions", []check{nagTests, policyReference, stackTests, deployedTests}, permissionMutants},
		{"Template", []check{nagTests, templateLint, deployedTests}, templateMutants},
		{"Image and app", nil, imageMutants},
		{"Settings and secrets", []check{packageTests("internal/environment"), stackTests}, settingsMutants},
		{"What an app needs", []check{stackTests}, needsMutants},
		{"Keys of one machine", nil, keyMutants},
		{"Console of a stack", []check{packageTests("internal/awsstack")}, consoleMutants},
		{"A command once", []check{stackTests}, runMutants},
		{"State machines", []check{aslValidator, stackTests, faultSample}, machineMutants},
		{"Steps", []check{stackTests, requestTests, stepTests, faultSample, deployedTests}, stepMutants},
		{"History", []check{stackTests}, historyMutants},
		{"Sizes without a release", nil, scaleMutants},
		{"Sleep", []check{stackTests}, sleepMutants},
		{"Front door", []check{stackTests}, doorMutants},
		{"Learner Lab", []check{packageTests("lambdas/plan")}, labMutants},
		{"Newer base images", []check{stackTests}, rebakeMutants},
		{"Budget", []check{stackTests}, budgetMutants},
		{"Pipeline", nil, pipelineMutants},
		{"Grading", nil, gradeMutants},
		{"Teardown and undo", []check{sweepTests, stackTests, stepTests, faultSample, deployedTests}, sweepMutants},
	}
}

// checksOf returns the area's checks for the mutant, its own package's tests first.
func (a area) checksOf(m mutant) []check {
	own := packageTests(path.Dir(m.edits[0].file))
	checks := []check{own}
	for _, further := range a.checks {
		if further.key() != own.key() {
			checks = append(checks, further)
		}
	}
	return checks
}

// apply gives the text with the edit made, or an error that says why it cannot be made.
func (e edit) apply(text string) (string, error) {
	before, rest := "", text
	if e.anchor != "" {
		if n := strings.Count(text, e.anchor); n != 1 {
			return "", fmt.Errorf("%s has the anchor %q %d times, not once; write the mutant anew", e.file, e.anchor, n)
		}
		at := strings.Index(text, e.anchor) + len(e.anchor)
		before, rest = text[:at], text[at:]
	}
	n := strings.Count(rest, e.old)
	if n == 0 || n > 1 && e.anchor == "" {
		return "", fmt.Errorf("%s has the text %q %d times, not once; write the mutant anew", e.file, e.old, n)
	}
	return before + strings.Replace(rest, e.old, e.new, 1), nil
}

// files returns the mutant's, each once, in the order of its edits.
func (m mutant) files() (files []string) {
	seen := map[string]bool{}
	for _, e := range m.edits {
		if !seen[e.file] {
			seen[e.file] = true
			files = append(files, e.file)
		}
	}
	return files
}
