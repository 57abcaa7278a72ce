// Command terminal makes a picture of what a terminal showed, and a text of the end. Its argument
// is a folder of frames, as tmux captures them with their colors, each named after its time in
// milliseconds.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	title := flag.String("title", "", "what a screen reader says of the picture")
	still := flag.Bool("still", false, "show the last frame alone")
	to := flag.String("to", "", "the files to write, without .svg and .txt")
	flag.Parse()
	if err := makeFrom(*title, *still, *to, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "terminal:", err)
		os.Exit(1)
	}
}

func makeFrom(title string, still bool, to, folder string) error {
	frames, err := read(folder)
	if err != nil {
		return err
	}
	if still {
		frames = frames[len(frames)-1:]
	}
	return errors.Join(
		os.WriteFile(to+".svg", []byte(picture(title, frames)), 0o644),
		os.WriteFile(to+".txt", []byte(text(frames[len(frames)-1])), 0o644))
}

// frame is the content of the terminal at a moment, from the first to the last line that is not
// empty.
type frame struct {
	at   int // milliseconds
	rows []row
}

// read reads a folder's frames in order, without empty ones. There is at least one.
func read(folder string) (frames []frame, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		at, err := strconv.Atoi(entry.Name())
		if err != nil {
			return nil, fmt.Errorf("%s is not a number of milliseconds: %w", entry.Name(), err)
		}
		captured, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		rows, err := parse(strings.TrimRight(string(captured), "\n"))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name(), err)
		}
		if len(rows) > 0 {
			frames = append(frames, frame{at, rows})
		}
	}
	if len(frames) == 0 {
		return nil, fmt.Errorf("%s has no frame that shows anything", folder)
	}
	return frames, nil
}

func text(of frame) string {
	var out strings.Builder
	for _, r := range of.rows {
		out.WriteString(r.text() + "\n")
	}
	return out.String()
}
