package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestInterruptedCheckReportsNoFailure(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out watched
	out.when("✓", cancel)
	var progress bytes.Buffer
	status := run(ctx, []string{"up", "--check"}, &out, &progress)
	if status != exitInterrupted || strings.Contains(out.String(), "✗") {
		t.Errorf("status %d: %s%s", status, out.String(), progress.String())
	}
}
