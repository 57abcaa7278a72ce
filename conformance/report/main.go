// Command report runs the conformance tests and tells of each check how it went, what moto does otherwise
// than AWS, and where that is covered which moto cannot do. What the code says of all this it writes into
// docs/conformance.md when -write is given, and then runs nothing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"
)

// outliving is for how long a process may outlive the tests: the go command's own do for a moment.
const outliving = 10 * time.Second

func main() {
	write := flag.Bool("write", false, "write docs/conformance.md, and run nothing")
	flag.Parse()
	do := check
	if *write {
		do = func(context.Context) error { return writeDocument() }
	}
	if err := do(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

// check runs the tests and prints the report. Its error tells what failed, what did not run, and which
// processes are left.
func check(ctx context.Context) error {
	if err := adopt(); err != nil {
		return err
	}
	ran, err := runTests(ctx)
	if err != nil {
		return err
	}
	text, err := blocks()
	if err != nil {
		return err
	}
	fmt.Println("# The conformance tests")
	ran.tell(os.Stdout)
	for _, name := range blockNames {
		if name != storyBlock { // told above, as it went
			fmt.Printf("\n## %s\n\n%s", headings[name], text[name])
		}
	}
	wanted, err := wanted()
	if err != nil {
		return err
	}
	err = errors.Join(ran.failure(), ran.missing(wanted), orphans(ctx, outliving))
	if err == nil {
		fmt.Println("\nEvery check held, and no process is left.")
	}
	return err
}
