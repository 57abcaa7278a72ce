// Command develop puts photos into an album as the gallery does with uploads, as many at a time as
// there are processors, and prints how many seconds that took.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"photogallery/gallery-ami/app"
)

func main() {
	if err := develop(context.Background(), os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "develop:", err)
		os.Exit(1)
	}
}

func develop(ctx context.Context, folder string, files []string) error {
	album, err := app.OpenAlbum(ctx, app.Config{Storage: "file://" + folder})
	if err != nil {
		return err
	}
	contents := make(chan []byte, len(files))
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		contents <- content
	}
	close(contents)
	began := time.Now()
	var workers sync.WaitGroup
	failed := make([]error, runtime.GOMAXPROCS(0))
	for i := range failed {
		workers.Go(func() {
			for content := range contents {
				_, _, err := album.Add(ctx, "photo.jpg", bytes.NewReader(content))
				failed[i] = errors.Join(failed[i], err)
			}
		})
	}
	workers.Wait()
	fmt.Println(time.Since(began).Seconds())
	return errors.Join(errors.Join(failed...), album.Close())
}
