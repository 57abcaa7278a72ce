package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/release"
)

// watchFor watches what ask answers for a time, and returns how often it asked, and the error.
func watchFor(t *testing.T, duration time.Duration, ask func() (environment.Status, error)) (asked int, err error) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), duration)
		defer cancel()
		err = watch(ctx, execution.Polls{Shortest: time.Second, Longest: 4 * time.Second}, func(context.Context) (environment.Status, error) {
			asked++
			return ask()
		}, func(environment.Status, error) error { return nil })
	})
	return asked, err
}

func TestWatchAsksLessOftenWhileNothingChanges(t *testing.T) {
	if asked, err := watchFor(t, time.Minute, func() (environment.Status, error) { return environment.Status{}, nil }); asked < 15 || asked > 17 || err != nil {
		t.Errorf("of what stays it asks %d times a minute, %v", asked, err)
	}
	count := 0
	changing := func() (environment.Status, error) {
		count++
		return environment.Status{Fleets: []environment.Fleet{{Group: environment.Group{Desired: count}}}}, nil
	}
	if asked, err := watchFor(t, time.Minute, changing); asked < 59 || err != nil {
		t.Errorf("of what changes it asks %d times a minute, %v", asked, err)
	}
}

func TestWatchOutlastsWhatPasses(t *testing.T) {
	throttled := release.Errorf(release.Throttled, "slower")
	if _, err := watchFor(t, time.Minute, func() (environment.Status, error) { return environment.Status{}, throttled }); err != nil {
		t.Errorf("a minute of throttling ends it: %v", err)
	}
	if _, err := watchFor(t, time.Hour, func() (environment.Status, error) { return environment.Status{}, throttled }); !errors.Is(err, throttled) {
		t.Errorf("an hour of throttling: %v", err)
	}
	gone := release.Errorf(release.NothingUp, "gone")
	if asked, err := watchFor(t, time.Hour, func() (environment.Status, error) { return environment.Status{}, gone }); !errors.Is(err, gone) || asked != 1 {
		t.Errorf("of a cloud that is gone it asks %d times: %v", asked, err)
	}
}

func TestWatchWithoutATerminalPrintsChanges(t *testing.T) {
	var out bytes.Buffer
	command := &cobra.Command{}
	command.SetOut(&out)
	show := cloud{place: localCloud{}}.watchPlainly(command)
	one := environment.Status{
		Serving: &environment.Serving{Release: "r1"}, Fleets: []environment.Fleet{{Group: environment.Group{Min: 2, Max: 5, Desired: 3, InService: 2}}},
		Instances: []environment.Instance{{Role: "fleet", State: "running", Health: "healthy", CPU: new(1.0)}, {Role: "fleet", State: "running", Health: "healthy"}, {Role: "builder", State: "pending"}},
		Alarms:    []environment.Alarm{{Name: "idle", State: "OK"}, {Name: "requests-high", State: "ALARM"}},
	}
	other := one
	other.Instances = []environment.Instance{{Role: "fleet", State: "running", Health: "healthy", CPU: new(99.0)}, one.Instances[1], one.Instances[2]}
	for _, status := range []environment.Status{{}, one, other} {
		if err := show(status, nil); err != nil {
			t.Error(err)
		}
	}
	if err := show(one, release.Errorf(release.Throttled, "slower")); err != nil {
		t.Error(err)
	}
	lines := strings.Split(out.String(), "\n")
	const serves = "r1 serves, 2 of 3 in service, 2 to 5, 1 builder pending, 2 fleet healthy, requests-high in ALARM"
	for i, want := range []string{"nothing serves", serves, serves + "  No answer: slower", ""} {
		if len(lines) != 4 || !strings.HasSuffix(lines[i], want) {
			t.Fatalf("it prints\n%s", out.String())
		}
	}
}
