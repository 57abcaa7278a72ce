//go:build linux

package main

import (
	"archive/zip"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"photogallery/cdk/executable"
	"photogallery/release"
)

const startHead = `
From the start of a process to its answer, under a Lambda Runtime API on loopback; medians of 9 rounds. Its first call is refused at once,
over HTTP: AWS's own time and TLS are in neither column.

| function | first call | answers after | with boto3 after | boto3 / this: least, median, greatest | memory at most | with boto3 |
|---|---|---|---|---|---|---|`

// String returns a row of the table.
func (c compared) String() string {
	row := fmt.Sprintf("| %s | %s | %.1f ms |", c.step, c.call, milliseconds(took(c.ours)))
	if len(c.theirs) == 0 {
		return row + fmt.Sprintf(" | | %.0f MB | |", memoryAtMost(c.ours))
	}
	ratios := c.ratios()
	return row + fmt.Sprintf(" %.0f ms | %.0f, %.0f, %.0f | %.0f MB | %.0f MB |", milliseconds(took(c.theirs)),
		ratios[0], ratios[len(ratios)/2], ratios[len(ratios)-1], memoryAtMost(c.ours), memoryAtMost(c.theirs))
}

func took(of []started) time.Duration {
	return median(of, func(s started) time.Duration { return s.took })
}

func memoryAtMost(of []started) float64 {
	return median(of, func(s started) float64 { return s.peak })
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// ratios returns the ratios of the rounds, sorted.
func (c compared) ratios() []float64 {
	ratios := make([]float64, len(c.theirs))
	for round := range ratios {
		ratios[round] = float64(c.theirs[round].took) / float64(c.ours[round].took)
	}
	slices.Sort(ratios)
	return ratios
}

// tellStarts compares the worst function with the targets.
func tellStarts(all []compared) {
	slowest := slices.MaxFunc(all, func(a, b compared) int { return int(took(a.ours) - took(b.ours)) })
	fmt.Printf("\nThe slowest function is %s with %.1f ms (target: 20).", slowest.step, milliseconds(took(slowest.ours)))
	all = slices.DeleteFunc(all, func(c compared) bool { return len(c.theirs) == 0 })
	median := func(c compared) float64 { return c.ratios()[startRounds/2] }
	least := slices.MinFunc(all, func(a, b compared) int { return int(1000 * (median(a) - median(b))) })
	fmt.Printf(" boto3 takes at least %.0f times as long, in %s (target: 15).", median(least), least.step)
}

// tellZips compares the sizes that Lambda downloads: the functions' asset, packed as the CDK packs
// it, and boto3 with its dependencies, if a function brings its own version.
func tellZips(ctx context.Context, folder, boto3 string) error {
	asset := filepath.Join(folder, "asset")
	if err := executable.Functions(ctx, filepath.Join(asset, "bootstrap"), executable.Deployed(release.ARM64)); err != nil {
		return err
	}
	ours, err := zipped(asset)
	if err != nil {
		return err
	}
	theirs, err := zipped(boto3)
	if err != nil {
		return err
	}
	fmt.Printf(" The functions' asset has %.1f MB zipped (target: 10), boto3 with what it needs %.1f MB.\n", ours, theirs)
	return nil
}

// zipped returns the size of a folder's archive in MB, at the level of the CDK's.
func zipped(folder string) (megabytes float64, err error) {
	var size counter
	archive := zip.NewWriter(&size)
	archive.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) { return flate.NewWriter(to, flate.BestCompression) })
	if err := archive.AddFS(os.DirFS(folder)); err != nil {
		return 0, err
	}
	if err := archive.Close(); err != nil {
		return 0, err
	}
	return float64(size) / 1e6, nil
}

// counter counts what is written.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
