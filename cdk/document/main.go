// Command document writes the tables that the CDK app generates into the documents, between two
// marks.
package main

import (
	"fmt"
	"os"
	"strings"

	"photogallery/cdk"
)

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write() error {
	permissions, err := cdk.PermissionsDocument()
	if err != nil {
		return err
	}
	if err := replace("docs/configuration.md", cdk.OptionsDocument()); err != nil {
		return err
	}
	return replace("docs/aws.md", permissions)
}

// replace puts text between the marks of a document.
func replace(path, text string) error {
	const begin, end = "<!-- generated -->\n", "<!-- end -->\n"
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, hasBegin := strings.Cut(string(document), begin)
	_, after, hasEnd := strings.Cut(rest, end)
	if !hasBegin || !hasEnd {
		return fmt.Errorf("%s has no %q followed by %q", path, begin, end)
	}
	return os.WriteFile(path, []byte(before+begin+text+end+after), 0o600)
}
