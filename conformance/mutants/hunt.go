package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// hunter plants mutants in a tree, one after the other.
type hunter struct {
	tree
	proven map[string]bool // the checks that have passed once, so that a failure is the mutant's
}

// hunt tries the mutants and tells of each on standard error. Its error is one of the tree: a check
// that fails without any mutant.
func hunt(ctx context.Context, in tree, areas []area) ([]outcome, error) {
	h := hunter{in, map[string]bool{}}
	var outcomes []outcome
	for _, a := range areas {
		for _, m := range a.mutants {
			one, err := h.try(ctx, m, a.checksOf(m))
			if err != nil {
				return nil, err
			}
			outcomes = append(outcomes, one)
			fmt.Fprintln(os.Stderr, one)
		}
	}
	return outcomes, nil
}

// try runs the checks on the mutant until one fails.
func (h hunter) try(ctx context.Context, m mutant, checks []check) (outcome, error) {
	one := outcome{mutant: m}
	heal, err := h.plant(m)
	if err != nil {
		one.stale = err
		return one, nil //nolint:nilerr // a mutant that cannot be planted is an outcome
	}
	failed := h.firstToFail(ctx, checks, &one)
	if err := errors.Join(ctx.Err(), heal()); err != nil {
		return one, err
	}
	if failed == nil {
		return one, nil
	}
	return one, h.prove(ctx, *failed)
}

// firstToFail is nil where every check passes.
func (h hunter) firstToFail(ctx context.Context, checks []check, one *outcome) *check {
	for i, c := range checks {
		found := c.run(ctx, h.tree)
		one.took += found.took
		switch {
		case found.broken:
			one.stale = fmt.Errorf("it does not compile:\n%s", found.output)
			return &checks[i]
		case !found.passed:
			one.caught, one.by = true, strings.TrimSpace(c.name+" "+found.by)
			return &checks[i]
		}
		h.proven[c.key()] = true
	}
	return nil
}

// prove is an error unless the check passes in the tree as it is.
func (h hunter) prove(ctx context.Context, c check) error {
	if h.proven[c.key()] {
		return nil
	}
	found := c.run(ctx, h.tree)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !found.passed {
		return fmt.Errorf("%s fails without any mutant:\n%s", c.name, found.output)
	}
	h.proven[c.key()] = true
	return nil
}
