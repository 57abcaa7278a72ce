package process

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"photogallery/internal/localcloud/machine"
	limit "photogallery/internal/patience"
)

type stopped struct {
	machine.Host
	ids chan string
}

func (s stopped) Stopped(id string) { s.ids <- id }

func TestInstanceEndsDespiteAnUnboundedStop(t *testing.T) {
	k := &Kind{options: Options{Dir: t.TempDir(), Program: os.Args[0], Log: slog.New(slog.DiscardHandler)}, shutdown: time.Millisecond, machines: map[string]*instance{}}
	host := stopped{ids: make(chan string, 1)}
	m := newInstance(k, machine.Spec{InstanceID: "i-1"}, host)
	close(m.booted)
	units := filepath.Join(m.root, unitsDir)
	unit := "[Service]\nTimeoutStopSec=infinity\nExecStart=/bin/sh -c 'trap \"\" TERM; touch /opt/photogallery/runs; while :; do sleep 1; done'\n"
	installed := filepath.Join(m.root, installDir)
	err := errors.Join(os.MkdirAll(units, 0o755), os.MkdirAll(installed, 0o755), os.WriteFile(filepath.Join(units, "x.service"), []byte(unit), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	m.log = &instanceLog{file: log}
	if _, err := m.systemctl([]string{"start", "x"}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(limit.Limit); !exists(filepath.Join(installed, "runs")) && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	m.Stop()
	select {
	case id := <-host.ids:
		if id != "i-1" {
			t.Errorf("%s stopped", id)
		}
	case <-time.After(limit.Limit):
		t.Error("it does not stop")
	}
}
