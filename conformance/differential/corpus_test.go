package differential

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestOurInterpreterFollowsTheSpecification(t *testing.T) {
	for _, known := range Corpus() {
		t.Run(known.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, err := ours(t.Context(), known.Case, 1)
				if err != nil {
					t.Fatal(err)
				}
				if diff := compare(known.Want, got); diff != "" {
					t.Errorf("specified - ours +:\n%s\n%s", diff, known.Docs)
				}
			})
		})
	}
}

func TestGeneratedDefinitionsStayWithinOurSubset(t *testing.T) {
	for seed := range uint64(2000) {
		synctest.Test(t, func(t *testing.T) {
			if _, err := ours(t.Context(), Generate(seed), 1); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		})
	}
}

func compare(want, got Ended) string { return cmp.Diff(want, got, cmpopts.IgnoreUnexported(Ended{})) }
