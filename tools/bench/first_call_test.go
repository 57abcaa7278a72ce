//go:build linux

package main

import "testing"

func TestEveryStepHasAFirstCall(t *testing.T) {
	if _, err := firstCalls(); err != nil {
		t.Error(err)
	}
}
