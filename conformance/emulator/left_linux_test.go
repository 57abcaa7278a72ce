package emulator

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) { Main(m) }

func TestLeftProcessIsNamedAndEnded(t *testing.T) {
	if err := exec.CommandContext(t.Context(), "sh", "-c", "sleep 600 &").Run(); err != nil {
		t.Fatal(err)
	}
	if err := orphans(t.Context(), 0); err == nil || !strings.Contains(err.Error(), "is left: sleep 600") {
		t.Errorf("got %v", err)
	}
	if err := orphans(t.Context(), time.Minute); err != nil {
		t.Errorf("it lives on: %v", err)
	}
}
