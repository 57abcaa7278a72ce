package release

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// misfits lists what is wrong with the fields of an object, in alphabetical order.
func (f field) misfits(object map[string]any) (found []string) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		switch inner, known := f.Properties[name]; {
		case !known:
			found = append(found, fmt.Sprintf("%s: no such field; the fields are %s", quote(name), strings.Join(slices.Sorted(maps.Keys(f.Properties)), ", ")))
		case !inner.fits(object[name]):
			found = append(found, fmt.Sprintf("%s: %s does not fit; give %s", name, quote(object[name]), inner.expects()))
		}
	}
	for _, name := range f.Required {
		if _, given := object[name]; !given {
			found = append(found, fmt.Sprintf("%s is missing; give %s", name, f.Properties[name].expects()))
		}
	}
	return found
}

// misfit returns what is wrong with the objects of a list, or "" if it is not one or none of them is
// wrong.
func (f field) misfit(value any) string {
	list, isList := value.([]any)
	if !isList || f.Items == nil {
		return ""
	}
	var found []string
	for i, item := range list {
		object, isObject := bounded(item).(map[string]any)
		if !isObject || f.Items.Type != "object" {
			continue
		}
		for _, message := range f.Items.misfits(object) {
			found = append(found, fmt.Sprintf("entry %d: %s", i+1, message))
		}
	}
	return strings.Join(found, "; ")
}
