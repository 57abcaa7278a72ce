package main

import (
	"fmt"
	"regexp"
	"slices"

	"photogallery/lambdas"
)

var making = regexp.MustCompile(`:(Create|Run|Put|Change)`)

// checkMade compares the table with what a release makes: it must have exactly the operations of
// steps that make something.
func checkMade() (problems []string) {
	found := map[string]bool{}
	for _, step := range lambdas.Steps() {
		for _, operation := range step.Operations {
			if making.MatchString(operation.Name) && !slices.Contains(records, operation.Name) {
				found[operation.Name] = true
			}
		}
	}
	var shown []string
	for _, t := range tiles {
		shown = append(shown, t.makers...)
	}
	for operation := range found {
		if !slices.Contains(shown, operation) {
			problems = append(problems, fmt.Sprintf("a release calls %s, and what that makes has no place in the picture: give it one in tools/pictures/architecture/tiles.go", operation))
		}
	}
	for _, operation := range shown {
		if !found[operation] {
			problems = append(problems, fmt.Sprintf("no step calls %s any more: take it out of tools/pictures/architecture/tiles.go", operation))
		}
	}
	return problems
}
