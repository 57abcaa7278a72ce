// Command mutants plants one bug at a time in a copy of the working tree and runs the tests there, to
// see that each is caught: `make mutants`.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"
)

func main() {
	only := flag.String("only", "", "plant those alone whose name matches this expression")
	write := flag.Bool("write", false, "write the table to "+document+", the rows of what was planted alone")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *only, *write)
	stop()
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted; the working tree is as it was")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// run blocks until every mutant is caught or not. The copy is gone when it returns, however that is.
func run(ctx context.Context, only string, write bool) (err error) {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-only %s is no regular expression: %w", only, err)
	}
	copied, err := copyTree(ctx, ".")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, copied.remove()) }()
	started := time.Now()
	outcomes, err := hunt(ctx, copied, chosen(areas(), pattern))
	if err != nil {
		return err
	}
	fmt.Println(summary(outcomes) + " in " + time.Since(started).Round(time.Second).String())
	if write {
		err = writeDocument(outcomes)
	}
	return errors.Join(err, verdict(outcomes))
}

// chosen are the areas with the mutants whose name matches; an area without any is left out.
func chosen(all []area, pattern *regexp.Regexp) (some []area) {
	for _, a := range all {
		var matching []mutant
		for _, m := range a.mutants {
			if pattern.MatchString(m.name) {
				matching = append(matching, m)
			}
		}
		if len(matching) > 0 {
			a.mutants = matching
			some = append(some, a)
		}
	}
	return some
}
