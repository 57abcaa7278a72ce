package mutants

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

var (
	only  = flag.String("only", "", "plant the mutants whose names match this expression; none without it")
	write = flag.Bool("write", false, "write the rows of what was planted into "+document)
)

// TestMutantsAreCaught plants one mutant at a time in a copy of the working tree, runs the tests there, and
// wants one of them to fail.
func TestMutantsAreCaught(t *testing.T) {
	if *only == "" {
		return
	}
	pattern, err := regexp.Compile(*only)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM) // so that the checks and the copy end, too
	defer stop()
	copied, err := copyTree(ctx, root)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := copied.remove(); err != nil {
			t.Error(err)
		}
	}()
	outcomes := hunter{copied, map[string]bool{}}.hunt(ctx, t, pattern)
	if *write && ctx.Err() == nil {
		if err := writeDocument(outcomes); err != nil {
			t.Error(err)
		}
	}
}

// hunter plants mutants in a tree, one after the other.
type hunter struct {
	tree
	proven map[string]bool // the checks that have passed once, so that a failure is the mutant's
}

// hunt tries the mutants whose names match, up to a check that fails without any.
func (h hunter) hunt(ctx context.Context, t *testing.T, pattern *regexp.Regexp) (outcomes []outcome) {
	for _, a := range areas() {
		for _, m := range a.mutants {
			if !pattern.MatchString(m.name) {
				continue
			}
			var broken error
			t.Run(m.name, func(t *testing.T) {
				var one outcome
				if one, broken = h.try(ctx, m, a.checksOf(m)); broken != nil {
					t.Fatal(broken)
				}
				outcomes = append(outcomes, one)
				if t.Log(one); one.word() != "caught" {
					t.Error("a test is missing for a mutant that was missed; a stale one must be written anew")
				}
			})
			if broken != nil {
				return outcomes
			}
		}
	}
	return outcomes
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

// firstToFail returns nil where every check passes.
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

// prove returns an error unless the check passes in the tree as it is.
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
