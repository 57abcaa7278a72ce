package main

import (
	"strings"
	"testing"
	"time"

	"photogallery/internal/cost"
	"photogallery/internal/environment"
	"photogallery/release"
)

func TestStatusAndCostShowTheBudget(t *testing.T) {
	spending := release.Spending{Month: "2026-06", Spent: 12.4, Budget: 20, At: time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC), Hour: 0.1, Idle: 0.01}
	shown := func(with *release.Spending) string {
		var out strings.Builder
		status := statusCommand()
		status.SetOut(&out)
		if err := showStatus(status, environment.Status{Stack: "photogallery-main", Spending: with}, func(text string) string { return text }); err != nil {
			t.Fatal(err)
		}
		if err := showBill(&out, cost.Bill{Spending: with}); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if text := shown(nil); strings.Contains(text, "Budget") {
		t.Errorf("without a budget they say %s", text)
	}
	if text := shown(&spending); strings.Count(text, "Budget: $12.40 of $20.00, and $0.14 more for what stays until July 1, as of 2026-06-30 ") != 2 || strings.Contains(text, "used up") {
		t.Errorf("they say %s", text)
	}
	spending.UsedUp = 20
	if text := shown(&spending); strings.Count(text, "It is used up: releases are refused.") != 2 {
		t.Errorf("of a used up budget they say %s", text)
	}
}
