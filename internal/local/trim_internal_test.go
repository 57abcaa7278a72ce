package local

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestLongLogKeepsItsLastLines(t *testing.T) {
	folder := t.TempDir()
	long, short := filepath.Join(folder, "i-1.log"), filepath.Join(folder, "i-2.log")
	var content bytes.Buffer
	for line := 0; content.Len() <= longLogBytes; line++ {
		fmt.Fprintf(&content, "line %d\n", line)
	}
	service, err := os.OpenFile(long, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	if _, err := service.Write(content.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(short, []byte("as it was\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := trimLogs(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := service.WriteString("the next line\n"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(long)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(got), []byte("\n"))
	last := fmt.Sprintf("line %d", bytes.Count(content.Bytes(), []byte("\n"))-1)
	if len(got) > longLogBytes || string(lines[0]) != "line 0" || string(lines[1]) != "[earlier lines are gone]" || !bytes.HasPrefix(lines[2], []byte("line ")) ||
		string(lines[len(lines)-2]) != last || string(lines[len(lines)-1]) != "the next line" {
		t.Errorf("%d bytes, from %q to %q", len(got), lines[:3], lines[len(lines)-2:])
	}
	if kept, err := os.ReadFile(short); err != nil || string(kept) != "as it was\n" {
		t.Errorf("a short log has %q, %v", kept, err)
	}
}
