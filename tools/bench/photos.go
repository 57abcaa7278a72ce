//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// treatment is a program that prepares photos for a gallery.
type treatment struct {
	name    string
	command func(cores int) []string // without the photos
}

// treated is one run of it, from its start to its end.
type treated struct {
	took, used time.Duration // used is the processors' time
	memory     int64         // the most that it had, in bytes
}

// benchPhotos compares what the gallery does with an upload to what one does with Pillow, and with
// libvips where it is installed.
func benchPhotos(ctx context.Context, folder string, _ int) error {
	photos, err := makePhotos(folder)
	if err != nil {
		return err
	}
	treatments, err := prepareTreatments(ctx, folder)
	if err != nil {
		return err
	}
	fmt.Printf("| %d photos of 12 megapixels | cores | seconds | of processors | memory | gallery / this: least, median, greatest |\n|---|---|---|---|---|---|\n", len(photos))
	for cores := 1; cores <= 2; cores++ {
		if err := comparePhotos(ctx, treatments, photos, cores); err != nil {
			return err
		}
	}
	fmt.Println()
	return nil
}

func prepareTreatments(ctx context.Context, folder string) ([]treatment, error) {
	program, venv, out := filepath.Join(folder, "develop"), filepath.Join(folder, "pillow"), filepath.Join(folder, "developed")
	for _, command := range [][]string{
		{"go", "build", "-trimpath", "-o", program, "./tools/bench/develop"},
		{"python3", "-m", "venv", venv},
		{filepath.Join(venv, "bin", "pip"), "install", "-q", "--disable-pip-version-check", "-r", "tools/bench/requirements.txt"},
		{"mkdir", out},
	} {
		if said, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%v: %w\n%s", command, err, said)
		}
	}
	all := []treatment{
		{"gallery", func(int) []string { return []string{program, out} }},
		{"Pillow", func(cores int) []string {
			return []string{filepath.Join(venv, "bin", "python"), "tools/bench/photos.py", strconv.Itoa(cores)}
		}},
	}
	if _, err := exec.LookPath("vipsthumbnail"); err == nil {
		all = append(all, treatment{"libvips", func(int) []string { return []string{"tools/bench/photos.sh", out} }})
	}
	return all, nil
}

// comparePhotos runs them in turn, after a first time that fills caches.
func comparePhotos(ctx context.Context, treatments []treatment, photos []string, cores int) error {
	results := make([][]treated, len(treatments))
	for round := range rounds + 1 {
		for i, one := range treatments {
			result, err := treat(ctx, append(one.command(cores), photos...), cores)
			if err != nil {
				return fmt.Errorf("%s: %w", one.name, err)
			}
			if round > 0 {
				results[i] = append(results[i], result)
			}
		}
	}
	for i, one := range treatments {
		ratios := make([]float64, rounds)
		for round := range ratios {
			ratios[round] = float64(results[0][round].took) / float64(results[i][round].took)
		}
		slices.Sort(ratios)
		fmt.Printf("| %s | %d | %.2f | %.2f | %.0f MB | %.2f, %.2f, %.2f |\n", one.name, cores,
			median(results[i], func(t treated) time.Duration { return t.took }).Seconds(),
			median(results[i], func(t treated) time.Duration { return t.used }).Seconds(),
			float64(median(results[i], func(t treated) int { return int(t.memory) }))/1e6, ratios[0], ratios[rounds/2], ratios[rounds-1])
	}
	return nil
}

// treat runs a command on the first processors.
func treat(ctx context.Context, command []string, cores int) (treated, error) {
	run := exec.CommandContext(ctx, "taskset", append([]string{"-c", "0-" + strconv.Itoa(cores-1)}, command...)...)
	began := time.Now()
	said, err := run.CombinedOutput()
	if err != nil {
		return treated{}, fmt.Errorf("%v: %w\n%s", command[0], err, said)
	}
	took := time.Since(began)
	usage, ok := run.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return treated{}, errors.New("the system does not tell what it used")
	}
	return treated{took, run.ProcessState.UserTime() + run.ProcessState.SystemTime(), usage.Maxrss << 10}, nil
}

// makePhotos writes photos as phones take them: with noise, and half of them on their side. They are
// the same at each run.
func makePhotos(folder string) (paths []string, err error) {
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // a picture
	for i, orientation := range []byte{6, 1, 3, 8, 6, 1, 3, 8} {
		var content bytes.Buffer
		if err := jpeg.Encode(&content, landscape(random, float64(i)), &jpeg.Options{Quality: 92}); err != nil {
			return nil, err
		}
		path := filepath.Join(folder, fmt.Sprintf("photo-%d.jpg", i))
		exif := "\xFF\xE1\x00\x22Exif\x00\x00MM\x00\x2A\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(rune(orientation)) + "\x00\x00\x00\x00\x00\x00"
		turned := bytes.Join([][]byte{content.Bytes()[:2], []byte(exif), content.Bytes()[2:]}, nil)
		if err := os.WriteFile(path, turned, 0o600); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

func landscape(random *rand.Rand, seed float64) image.Image {
	picture := image.NewYCbCr(image.Rect(0, 0, 4032, 3024), image.YCbCrSubsampleRatio420)
	for i := range picture.Y {
		x, y := float64(i%4032), float64(i/4032)
		light := 128 + 60*math.Sin(x/300+seed) + 50*math.Cos(y/210-seed) + 5*random.NormFloat64()
		picture.Y[i] = color.Gray{uint8(min(255, max(0, light)))}.Y
	}
	for i := range picture.Cb {
		x, y := float64(i%2016), float64(i/2016)
		picture.Cb[i], picture.Cr[i] = uint8(128+40*math.Sin(y/400+seed)+2*random.NormFloat64()), uint8(128+40*math.Cos(x/300)+2*random.NormFloat64())
	}
	return picture
}
