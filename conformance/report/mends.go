package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// mend is one thing that the launcher puts right in moto.
type mend struct{ service, name, without string }

var (
	definition = regexp.MustCompile(`(?m)^def (\w+)\(.*\):\n(?:    """(?s:(.*?))""")?`)
	blank      = regexp.MustCompile(`\s+`)
)

// mends are the functions of the launcher's mend_ files, whose documentation says what moto does without
// them. One that does not say is an error.
func mends(root string) (all []mend, err error) {
	files, err := filepath.Glob(filepath.Join(root, "conformance", "moto", "mend_*.py"))
	if err != nil {
		return nil, err
	}
	for _, path := range files {
		source, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "mend_"), ".py")
		more, err := mendsIn(name, string(source))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, more...)
	}
	return all, nil
}

func mendsIn(service, source string) (all []mend, err error) {
	for _, found := range definition.FindAllStringSubmatch(source, -1) {
		name, says := found[1], blank.ReplaceAllString(found[2], " ")
		if name == "apply" {
			continue
		}
		without, is := strings.CutPrefix(says, "Without it ")
		if !is {
			err = errors.Join(err, fmt.Errorf("%s does not say what moto does without it", name))
		}
		all = append(all, mend{service, strings.ReplaceAll(name, "_", " "), strings.TrimSpace(without)})
	}
	return all, err
}

func mendTable(all []mend) string {
	var text strings.Builder
	text.WriteString("| the launcher's mend | without it |\n|---|---|\n")
	for _, one := range all {
		fmt.Fprintf(&text, "| %s: %s | %s |\n", one.service, one.name, strings.ReplaceAll(one.without, "|", `\|`))
	}
	return text.String()
}
