//go:build conformance

package differential

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// machines is how many are generated; CONFORMANCE_MACHINES says another number.
const machines = 120

func startTheirs(t *testing.T) *theirs {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "moto.log"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := newTheirs(t.Context(), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := other.server.Close(); err != nil {
			t.Error(err)
		}
	})
	return other
}

func TestInterpretersAgree(t *testing.T) {
	other, count := startTheirs(t), machines
	if given := os.Getenv("CONFORMANCE_MACHINES"); given != "" {
		var err error
		if count, err = strconv.Atoi(given); err != nil {
			t.Fatal(err)
		}
	}
	for seed := range uint64(count) {
		t.Run("seed "+strconv.FormatUint(seed, 10), func(t *testing.T) {
			c := Generate(seed)
			want, err := ours(t.Context(), c, 1000)
			if err != nil {
				t.Fatalf("%v\n%s", err, c.Definition)
			}
			got, err := other.end(t.Context(), c)
			if err != nil {
				t.Fatalf("%v\n%s", err, c.Definition)
			}
			if want.broken {
				want, got = want.withoutBranches(), got.withoutBranches()
			}
			if diff := compare(want.withoutNames(), got.withoutNames()); diff != "" {
				t.Errorf("ours - moto +:\n%s\n%s\n%s", diff, c.Definition, c.Input)
			}
		})
	}
}

// What others repair is noticed.
func TestOtherInterpreterFollowsTheCorpus(t *testing.T) {
	other := startTheirs(t)
	for _, known := range Corpus() {
		t.Run(known.Name, func(t *testing.T) {
			got, err := other.end(t.Context(), known.Case)
			diff := compare(known.Want, got)
			switch {
			case known.Moto == "" && (err != nil || diff != ""):
				t.Errorf("%v; specified - moto +:\n%s\n%s", err, diff, known.Docs)
			case known.Moto != "" && err == nil && diff == "":
				t.Errorf("moto no more %s", known.Moto)
			}
		})
	}
}
