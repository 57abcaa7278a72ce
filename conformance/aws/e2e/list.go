package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/conformance/aws/leftover"
	"photogallery/release"
)

// List lists the resources of every environment of a run, with the commands that remove them, and
// changes nothing. The error is a Failure, LeftBehind, if there are any.
func List(ctx context.Context, config aws.Config, out io.Writer) error {
	r := begin(Options{Config: config, Out: out})
	if err := r.identify(ctx); err != nil {
		return err
	}
	environments, err := r.account.Environments(ctx, Prefix)
	if err != nil {
		return err
	}
	left := 0
	for _, environment := range environments {
		found, failed := r.account.Find(ctx, environment)
		err = errors.Join(err, failed)
		left += len(found)
		if len(found) > 0 {
			r.say("\nenvironment %s", environment)
			name(out, found)
		}
	}
	switch {
	case err != nil:
		return err
	case left > 0:
		return Failure{release.Errorf(release.LeftBehind, "there is %s: `make aws-sweep ENVIRONMENT=…` removes what is of one environment; its run may still be under way", counted(left))}
	}
	r.say("Nothing is left of any run.")
	return nil
}

// name lists what was found.
func name(out io.Writer, found []leftover.Resource) {
	for _, one := range found {
		fmt.Fprintf(out, "  %s\n    %s\n", one.ARN, one.Remove)
		if one.Doubt != "" {
			fmt.Fprintf(out, "    %s\n", one.Doubt)
		}
	}
}
