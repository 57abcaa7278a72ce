// Command architecture draws what the stack and its releases make on AWS, from the stack's template.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

const file = "docs/pictures/architecture.svg"

func main() {
	root := flag.String("root", ".", "the repository's root folder")
	flag.Parse()
	drawn, err := draw(*root)
	if err == nil {
		err = os.WriteFile(filepath.Join(*root, file), drawn, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "architecture:", err)
		os.Exit(1)
	}
}

// draw makes the picture of the repository at root.
func draw(root string) ([]byte, error) {
	text, err := synthesize(root)
	if err != nil {
		return nil, err
	}
	t, err := readTemplate(text)
	if err != nil {
		return nil, err
	}
	return picture(t)
}
