package sweep

import (
	"strings"
	"time"

	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// failed joins the failures. It keeps the code of the first, so that the state machine retries it.
func failed(what string, failures []error) error {
	return release.Errorf(release.CodeOf(failures[0]), "%s: %s", what, reasons(failures))
}

func reasons(failures []error) string {
	var all []string
	for _, failure := range failures {
		all = append(all, release.Classify(failure).Message)
	}
	return strings.Join(all, "; ")
}

// leaving adds the leftovers to a failure, if there are any.
func leaving(err error, left []inventory.Resource) error {
	if len(left) == 0 {
		return err
	}
	failure := release.Classify(err)
	return release.Errorf(failure.Code, "%s; not removed: %s", failure.Message, names(left))
}

// stuck returns the failure of a sweep whose deadline has passed, with the errors on its way.
func stuck(what string, end time.Time, left []inventory.Resource, failures []error) error {
	besides := ""
	if len(failures) > 0 {
		besides = "; besides: " + reasons(failures)
	}
	return release.Errorf(release.SweepStuck, "%s is not done at its deadline, %s; still there: %s%s; look at the AWS console for what holds on to it, then start the teardown again",
		what, end.Format(time.RFC3339), names(left), besides)
}
