package differential

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ended brings two interpreters' words for the same end into one form. Causes of the language's own
// errors are for people: no specification says how they read.
func ended(status, errorName, cause, output string, path []string) (Ended, error) {
	e := Ended{Status: status, Error: errorName, Cause: cause, Path: path}
	if strings.HasPrefix(errorName, "States.") {
		e.Cause = ""
	} else if strings.HasPrefix(cause, "{") { // a function's error, of which the spaces do not matter
		e.Cause = compact(cause)
	}
	if output == "" {
		return e, nil
	}
	if json.Unmarshal([]byte(output), &e.Output) != nil {
		return Ended{}, fmt.Errorf("the output is %s, which is not JSON", output)
	}
	e.Output = withoutCauses(e.Output)
	return e, nil
}

func compact(text string) string {
	var value any
	if json.Unmarshal([]byte(text), &value) != nil {
		return text
	}
	out, err := json.Marshal(value)
	if err != nil {
		return text
	}
	return string(out)
}

// withoutCauses does the same to caught errors in data, and leaves times out.
func withoutCauses(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, member := range v {
			v[key] = withoutCauses(member)
		}
		cause, hasCause := v["Cause"].(string)
		if errorName, isError := v["Error"].(string); isError && hasCause {
			v["Cause"] = compact(cause)
			if strings.HasPrefix(errorName, "States.") {
				v["Cause"] = ""
			}
		}
	case []any:
		for i, member := range v {
			v[i] = withoutCauses(member)
		}
	case string:
		// Each engine has a time of its own at which it came to a state.
		if _, err := time.Parse(time.RFC3339, v); err == nil {
			return "a time"
		}
	}
	return value
}

// path puts the states of branches, which are named parent.branch.state, in an order that does not
// depend on which branch was quicker.
func path(entered []string) []string {
	sorted := slices.Clone(entered)
	slices.SortStableFunc(sorted, func(a, b string) int { return strings.Compare(branchOf(a), branchOf(b)) })
	return sorted
}

// branchOf is "" for a state of the machine itself.
func branchOf(state string) string { return state[:max(0, strings.LastIndex(state, "."))] }

// withoutBranches leaves out what is chance where a branch failed.
func (e Ended) withoutBranches() Ended {
	e.Path = slices.DeleteFunc(slices.Clone(e.Path), func(state string) bool { return branchOf(state) != "" })
	return e
}

// ofData are the errors of data on its way, which moto has no names for: it has them as States.Runtime,
// and in tasks as Exception.
var ofData = []string{"States.ResultPathMatchFailure", "States.IntrinsicFailure", "States.Runtime", "Exception"}

// withoutNames gives all of these one name.
func (e Ended) withoutNames() Ended {
	if slices.Contains(ofData, e.Error) {
		e.Error, e.Cause = "of the data", ""
	}
	return e
}
