// Command graph lays the state machines out and draws them, for the documents and the console.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"photogallery/internal/drawing"
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
	layouts, err := layAll(ctx)
	if err != nil {
		return err
	}
	files, err := draw(layouts)
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

// layAll lays both state machines out.
func layAll(ctx context.Context) (layouts []*drawing.Layout, err error) {
	for _, of := range []struct {
		name       string
		definition []byte
	}{{"release", statemachine.Release}, {"teardown", statemachine.Teardown}} {
		m, err := read(of.definition)
		if err != nil {
			return nil, fmt.Errorf("the %s state machine: %w", of.name, err)
		}
		l, err := lay(ctx, of.name, m)
		if err != nil {
			return nil, err
		}
		layouts = append(layouts, l)
	}
	return layouts, nil
}

// draw makes all files, by their paths in the repository.
func draw(layouts []*drawing.Layout) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, l := range layouts {
		text, err := json.MarshalIndent(l, "", "\t")
		if err != nil {
			return nil, err
		}
		files["internal/drawing/"+l.Machine+".json"] = append(text, '\n')
		files["docs/pictures/"+l.Machine+".svg"] = picture(l)
	}
	return files, nil
}
