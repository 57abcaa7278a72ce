package balancer_test

import (
	"testing"
	"time"

	"photogallery/lambdas/balancer"
	"photogallery/lambdas/step/steptest"
)

func TestVerifyCountsOnTheTargetsWhereFunctionsAreNotAdmitted(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		made := entrance(e)
		group(e)
		time.Sleep(5 * time.Minute)
		made.Host = "elsewhere.example"
		e.Settings.Closed = true
		if got := look(e, made, "1"); got != (balancer.Verdict{Verified: true, Healthy: 2}) {
			t.Errorf("got %+v", got)
		}
		if got := look(e, made, "2"); got.Verified {
			t.Errorf("with the former version's instances: %+v", got)
		}
	})
}
