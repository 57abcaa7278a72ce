package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReportWritesAnExecution(t *testing.T) {
	data := t.TempDir()
	brought(t, data)
	gallery(t, "release", "--data", data, "--name", "reported", "--input", `{"minSize": 9, "maxSize": 3}`).wants(t, exitUsage)
	gallery(t, "release", "--data", data, "--name", "reported", "--version", "one").wants(t, 0)
	file := filepath.Join(t.TempDir(), "report.html")
	gallery(t, "execution", "reported", "--data", data, "--html", file).wants(t, 0, "The report of reported is in "+file)
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"reported", "SUCCEEDED", "Fleet", "Launch builder"} {
		if !strings.Contains(string(page), words) {
			t.Errorf("the report does not say %q", words)
		}
	}
	gallery(t, "execution", "reported", "--data", data, "--html", filepath.Join(data, "no", "folder.html")).wants(t, exitUsage, "--html", "no such file")
	gallery(t, "execution", "nothing", "--data", data, "--html", file).wants(t, exitUsage, "there is no execution")
}
