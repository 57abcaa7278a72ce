package process

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLogHasTheTimeAtWhichEachLineBegan(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		file, err := os.Create(filepath.Join(folder, "log"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		log := &instanceLog{file: file}
		began := time.Now()
		fmt.Fprint(log, "one\n\ntw")
		time.Sleep(time.Minute)
		fmt.Fprint(log, "o\nthree\n")
		content, err := os.ReadFile(file.Name())
		if err != nil {
			t.Fatal(err)
		}
		var times []time.Duration
		for line := range strings.Lines(string(content)) {
			at, _ := ReadLine(line)
			times = append(times, at.Sub(began))
		}
		if !slices.Equal(times, []time.Duration{0, 0, 0, time.Minute}) {
			t.Errorf("lines at %v:\n%s", times, content)
		}
		if text, err := log.content(); text != "one\n\ntwo\nthree\n" || err != nil {
			t.Errorf("without times it is %q, %v", text, err)
		}
	})
}

func TestLinesOfAnEarlierVersionHaveNoTime(t *testing.T) {
	for _, line := range []string{"serving\n", "", "2026-01-31 18:00:00 serving\n", "2026-01-31T18:00:00Z serving\n"} {
		if at, text := ReadLine(line); !at.IsZero() || text != line {
			t.Errorf("%q is of %v, %q", line, at, text)
		}
	}
}

// A full disk loses lines; an error would close the pipe that the service writes to.
func TestLogThatCannotBeWrittenHarmsNobody(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	file.Close()
	if n, err := (&instanceLog{file: file}).Write([]byte("line\n")); n != 5 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}
