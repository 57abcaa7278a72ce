// Command graph lays the state machines out and draws them, for the documents and the console.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"photogallery/statemachine"
)

func main() {
	root := flag.String("root", ".", "the repository's root folder")
	flag.Parse()
	if err := write(context.Background(), *root); err != nil {
		fmt.Fprintln(os.Stderr, "graph:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, root string) error {
	files, err := draw(ctx)
	if err != nil {
		return err
	}
	for path, content := range files {
		if err := os.WriteFile(filepath.Join(root, path), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// draw returns all files by their paths in the repository.
func draw(ctx context.Context) (map[string][]byte, error) {
	release, err := read(statemachine.Release)
	if err != nil {
		return nil, fmt.Errorf("the release state machine: %w", err)
	}
	teardown, err := read(statemachine.Teardown)
	if err != nil {
		return nil, fmt.Errorf("the teardown state machine: %w", err)
	}
	files := map[string][]byte{}
	if files["docs/pictures/chain.svg"], err = drawChain(ctx, release); err != nil {
		return nil, err
	}
	for name, m := range map[string]machine{"release": release, "teardown": teardown} {
		l, err := lay(ctx, name, m)
		if err != nil {
			return nil, err
		}
		text, err := json.MarshalIndent(l, "", "\t")
		if err != nil {
			return nil, err
		}
		files["internal/drawing/"+name+".json"] = append(text, '\n')
		files["docs/pictures/"+name+".svg"] = picture(l)
	}
	return files, nil
}
