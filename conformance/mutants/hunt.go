package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// outcome is what became of one mutant.
type outcome struct {
	area   string
	mutant mutant
	caught bool
	stale  error  // it could not be planted, or does not compile
	by     string // the check, and its test
	took   time.Duration
}

// hunt plants the mutants one after the other, and tells of each on standard error. Its error is one
// of the tree: without a mutant the checks must pass.
func hunt(ctx context.Context, in tree, areas []area) ([]outcome, error) {
	if err := sound(ctx, in, areas); err != nil {
		return nil, err
	}
	var outcomes []outcome
	for _, a := range areas {
		for _, m := range a.mutants {
			one, err := try(ctx, in, m, a.checksOf(m))
			if err != nil {
				return nil, err
			}
			one.area = a.name
			outcomes = append(outcomes, one)
			fmt.Fprintln(os.Stderr, one)
		}
	}
	return outcomes, nil
}

// sound runs each check that will be used on the tree as it is, which also compiles it.
func sound(ctx context.Context, in tree, areas []area) error {
	seen := map[string]bool{}
	for _, a := range areas {
		for _, m := range a.mutants {
			for _, c := range a.checksOf(m) {
				key := fmt.Sprint(c)
				if seen[key] {
					continue
				}
				seen[key] = true
				found := c.run(ctx, in)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if !found.passed {
					return fmt.Errorf("%s fails without any mutant:\n%s", c.name, found.output)
				}
				fmt.Fprintf(os.Stderr, "passes: %s, %.1f s\n", c.name, found.took.Seconds())
			}
		}
	}
	return nil
}

// try runs the checks on the mutant until one catches it.
func try(ctx context.Context, in tree, m mutant, checks []check) (one outcome, err error) {
	one = outcome{mutant: m}
	heal, err := in.plant(m)
	if err != nil {
		one.stale = err
		return one, nil
	}
	defer func() { err = errors.Join(err, heal()) }()
	for _, c := range checks {
		found := c.run(ctx, in)
		if ctx.Err() != nil {
			return one, ctx.Err()
		}
		one.took += found.took
		if found.broken {
			one.stale = fmt.Errorf("it does not compile:\n%s", found.output)
			return one, nil
		}
		if !found.passed {
			one.caught, one.by = true, strings.TrimSpace(c.name+" "+found.by)
			return one, nil
		}
	}
	return one, nil
}
