package main

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestAProcessThatIsLeftIsNamedAndEnded(t *testing.T) {
	if err := adopt(); err != nil {
		t.Fatal(err)
	}
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
