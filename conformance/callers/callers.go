// Package callers holds what AWS's own pages say about the permissions of an operation's caller,
// and what others have met where the pages are silent. It is copied from them, apart from the table
// in cdk that makes the policies, so that a permission that is missing there is found here.
package callers

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed callers.json
var text []byte

// A Need lists the actions that an operation requires of its caller in addition to its own.
type Need struct {
	Operation string   // with the IAM prefix of its service
	Needs     []string // actions, each optionally followed by a space and a part of the resource that it is needed on
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
