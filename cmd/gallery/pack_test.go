package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"photogallery/release"
)

func TestBundleProblemsAreReportedTogether(t *testing.T) {
	folder := t.TempDir()
	unit := "[Service]\nExecStart=/opt/photogallery/x\nSockets=a.socket\n"
	if err := os.WriteFile(filepath.Join(folder, "x.service"), []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	_, err := packFolder(t.Context(), folder, &packed)
	if release.CodeOf(err) != release.InvalidRequest || packed.Len() > 0 {
		t.Fatalf("got %v and %d bytes", err, packed.Len())
	}
	for _, want := range []string{"Sockets=a.socket is not honored", "no install.sh"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "install.sh"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := packFolder(t.Context(), folder, &packed); release.CodeOf(err) != release.InvalidRequest || packed.Len() > 0 {
		t.Errorf("with the unit alone wrong: %v and %d bytes", err, packed.Len())
	}
	if err := os.WriteFile(filepath.Join(folder, "x.service"), []byte("[Service]\nExecStart=/opt/photogallery/x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := packFolder(t.Context(), folder, &packed); err != nil || packed.Len() == 0 {
		t.Errorf("with nothing wrong: %v and %d bytes", err, packed.Len())
	}
}

func TestUnitNamesWhatItsAppNeeds(t *testing.T) {
	folder := t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("install.sh", "")
	const unit = "[Service]\nExecStart=/opt/photogallery/x\n[X-Photogallery]\n"
	write("x.service", unit+"# when the cache is warm\nHealthPath = /healthz\nStartupTime=1min 30s\n[X-Other]\nKey=value\n")
	want, err := release.NewNeeds("/healthz", 90*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for name, pack := range packers(t) {
		if got, err := pack(folder, io.Discard); err != nil || got != want {
			t.Errorf("%s reads %+v, %v", name, got, err)
		}
	}
	write("x.service", unit+"HealthPath=healthz\nStartupTime=20min\nHelthPath=/\n")
	write("install.sh", "#!/bin/sh\r\n")
	for name, pack := range packers(t) {
		var packed bytes.Buffer
		_, err := pack(folder, &packed)
		if release.CodeOf(err) != release.InvalidRequest || packed.Len() > 0 {
			t.Errorf("%s: %v and %d bytes", name, err, packed.Len())
			continue
		}
		for _, word := range []string{`HealthPath: "healthz"`, "StartupTime: 20m0s", "HelthPath=/: there is no such line", "line ends of Windows"} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s does not say %q: %v", name, word, err)
			}
		}
	}
	write("x.service", unit+"StartupTime=soon\n")
	if _, err := packForAWS(folder, io.Discard); err == nil || !strings.Contains(err.Error(), "StartupTime=soon: ") {
		t.Errorf("got %v", err)
	}
}

func packers(t *testing.T) map[string]func(string, io.Writer) (release.Needs, error) {
	return map[string]func(string, io.Writer) (release.Needs, error){
		"on AWS": packForAWS,
		"on one machine": func(folder string, to io.Writer) (release.Needs, error) {
			return packFolder(t.Context(), folder, to)
		},
	}
}
