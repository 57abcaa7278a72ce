package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"photogallery/conformance/contract"
)

// folded are the tests whose parts are only counted: the machines have numbers for names, and the rest is
// told with moto.
var folded = map[string]string{
	"TestTheInterpretersAgree":                  "generated machines",
	"TestTheEmbeddedCloudBehavesAsAWSDocuments": "behaviors, which moto is asked for below",
	"TestOursDoesAsTheSpecificationSays":        "machines of the corpus, which moto runs too",
	"TestEverythingGeneratedIsWithinOurSubset":  "generated machines",
}

// tell prints a line a check, package by package, however they ran.
func (r *run) tell(to io.Writer) {
	for _, pkg := range r.results {
		if pkg.test != "" || !r.has(pkg.pkg) {
			continue
		}
		fmt.Fprintf(to, "\n%s, %.0f s\n", strings.TrimPrefix(pkg.pkg, "photogallery/"), pkg.took)
		for _, one := range r.results {
			if one.pkg == pkg.pkg && one.test != "" {
				r.tellOne(to, one)
			}
		}
	}
}

func (r *run) tellOne(to io.Writer, one *result) {
	test, part, isPart := strings.Cut(one.test, "/")
	switch {
	case !isPart:
		fmt.Fprintf(to, "%-4s %5.1f s  %s%s\n", one.action, one.took, words(one.test), r.count(one))
	case folded[test] == "" || one.action != "pass":
		fmt.Fprintf(to, "%-4s %5.1f s    %s%s\n", one.action, one.took, strings.ReplaceAll(part, "_", " "), otherwise(one.pkg, part))
	}
}

// otherwise tells what moto does instead of a behavior.
func otherwise(pkg, part string) string {
	for _, behavior := range contract.Behaviors() {
		if strings.HasSuffix(pkg, "/contract") && spelled(behavior.Name) == part && behavior.Moto != "" {
			return "; moto " + behavior.Moto
		}
	}
	return ""
}

// has reports whether a package has tests at all.
func (r *run) has(pkg string) bool {
	return slices.ContainsFunc(r.results, func(one *result) bool { return one.pkg == pkg && one.test != "" })
}

func (r *run) count(of *result) string {
	if folded[of.test] == "" {
		return ""
	}
	parts := 0
	for _, one := range r.results {
		if one.pkg == of.pkg && strings.HasPrefix(one.test, of.test+"/") {
			parts++
		}
	}
	if parts == 0 {
		return ""
	}
	return fmt.Sprintf(": %d %s", parts, folded[of.test])
}

// spelled is a part's name as go test gives it.
func spelled(name string) string { return strings.ReplaceAll(name, " ", "_") }

// words are those of a test's name. An abbreviation keeps its capitals.
func words(test string) string {
	name := []rune(strings.TrimPrefix(test, "Test"))
	var all []string
	begun := 0
	for i := 1; i <= len(name); i++ {
		begins := i == len(name) || unicode.IsUpper(name[i]) && (!unicode.IsUpper(name[i-1]) || i+1 < len(name) && unicode.IsLower(name[i+1]))
		if !begins {
			continue
		}
		word := string(name[begun:i])
		if begun > 0 && (len(word) == 1 || word != strings.ToUpper(word)) {
			word = strings.ToLower(word)
		}
		all, begun = append(all, word), i
	}
	return strings.Join(all, " ")
}
