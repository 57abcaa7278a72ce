package console_test

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"photogallery/internal/local"
	"photogallery/internal/local/process"
	"photogallery/release"
)

// The test binary is also the machines' systemctl.
func TestMain(m *testing.M) {
	if status, called := process.Shim(os.Args); called {
		os.Exit(status)
	}
	os.Exit(m.Run())
}

const unit = "[Service]\nExecStart=/opt/photogallery/%s\nRestart=always\nRestartSec=1\nTimeoutStopSec=10\n[Install]\nWantedBy=multi-user.target\n"

// bundles are two: one that works, and one that works where it is built and nowhere else.
func bundles(t *testing.T) (sound, broken map[string][]byte) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "server")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w", "-o", program, "./testdata/service")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	server, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	sound = map[string][]byte{
		"server": server, "install.sh": []byte("install -m 0755 server \"$INSTALL_DIR/server\"\n"), "test.service": fmt.Appendf(nil, unit, "server"),
	}
	broken = map[string][]byte{
		"server": server, "install.sh": []byte("install -m 0755 server run.sh \"$INSTALL_DIR/\"\n"), "test.service": fmt.Appendf(nil, unit, "run.sh"),
		"run.sh": []byte("#!/bin/sh\n[ \"$RELEASE\" = build ] || { echo 'broken on purpose'; exit 1; }\nexec \"$(dirname \"$0\")/server\"\n"),
	}
	return sound, broken
}

func pack(contents map[string][]byte, to io.Writer) error {
	compressed, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		return err
	}
	entries := tar.NewWriter(compressed)
	for _, name := range []string{"install.sh", "run.sh", "server", "test.service"} {
		if content, isThere := contents[name]; isThere {
			err = errors.Join(err, entries.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(content))}))
			_, writeErr := entries.Write(content)
			err = errors.Join(err, writeErr)
		}
	}
	return errors.Join(err, entries.Close(), compressed.Close())
}

// up brings up a local cloud with a console; nothing is released. Any folder is the broken bundle.
func up(t *testing.T) *local.Local {
	t.Helper()
	sound, broken := bundles(t)
	running, err := local.Start(t.Context(), local.Options{
		Address: "127.0.0.1:0", Console: []string{"127.0.0.1:0"}, Data: t.TempDir(), Program: os.Args[0], Pace: 60,
		Bundle: func(to io.Writer) error { return pack(sound, to) },
		Pack: func(_ context.Context, _ string, to io.Writer) (release.Needs, error) {
			return release.Needs{}, pack(broken, to)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Close(); err != nil {
			t.Error(err)
		}
	})
	return running
}
