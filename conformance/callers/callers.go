// Package callers holds what AWS's own pages say that the caller of an operation must be allowed beside
// it, and what others have met where the pages are silent. It is copied from them, apart from the table
// in cdk that makes the policies, so that a permission that is left out there is missed here.
package callers

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed callers.json
var text []byte

// A Need lists the actions that an operation demands of its caller beside its own.
type Need struct {
	Operation string   // with the IAM prefix of its service
	Needs     []string // actions; behind a space a part of the resource that each is needed on
	Source    string   // the page
}

// All returns the needs of all pages. An operation may have several.
func All() ([]Need, error) {
	var all []Need
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("callers.json: %w", err)
	}
	return all, nil
}
