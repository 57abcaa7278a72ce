package differential

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"photogallery/internal/execution"
)

// recordings are what others recorded of Step Functions on AWS, from the repository's snapshots of tests
// that are marked as validated there: histories, and Choice rules with their verdicts. The facts are
// theirs, the definitions ours; a function's errors and the states have shorter names here, and what
// waited for a queue's consumer waits for a function. "…" stands for words that are only for people.
type recordings struct {
	Repository string
	Histories  []recording
	Choices    map[string][][3]any // by comparison: the variable, the value, whether the rule held
}

// recording is one execution.
type recording struct {
	Source, On, Note string
	Definition       json.RawMessage // nil: the language here has not what it needs, so that it is only read
	Calls            []call          // what the function F does, call by call
	Stop             bool            // it was stopped while it waited
	Phases           string          // of the states, as a reader must see them
	Events           []object        // the details among the rest; id is left out where it is the place, and 0 where it is unknown
}

func recorded(t *testing.T) (all recordings) {
	t.Helper()
	text, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestOursRecordsWhatAWSRecorded(t *testing.T) {
	for _, r := range recorded(t).Histories {
		if r.Definition == nil {
			continue
		}
		t.Run(r.Source, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { compareEvents(t, r, replay(t, r)) })
		})
	}
}

// compareEvents holds our events to those recorded. Of branches the order is chance, and not recorded.
func compareEvents(t *testing.T, r recording, got []object) {
	t.Helper()
	last := 0
	for i, want := range r.Events {
		id, known := want["id"].(float64)
		if !known {
			id = float64(i + 1)
		}
		delete(want, "id")
		last = max(last, int(id))
		if id == 0 {
			if !slices.ContainsFunc(got, func(e object) bool { delete(e, "after"); return cmp.Equal(want, e) }) {
				t.Errorf("there is no event %v", want)
			}
			continue
		}
		if int(id) > len(got) {
			t.Fatalf("there are %d events and not %v", len(got), want)
		}
		if diff := cmp.Diff(want, got[int(id)-1]); diff != "" {
			t.Errorf("event %g, AWS - ours +:\n%s", id, diff)
		}
	}
	if len(got) != last {
		t.Errorf("there are %d events, want %d: %v", len(got), last, got)
	}
}

func TestReaderReadsWhatAWSRecorded(t *testing.T) {
	for _, r := range recorded(t).Histories {
		if slices.ContainsFunc(r.Events, func(e object) bool { return e["id"] != nil }) {
			continue
		}
		t.Run(r.Source, func(t *testing.T) {
			client := played(t, r)
			reader := execution.NewReader(client, executionARN)
			if err := reader.Read(t.Context()); err != nil {
				t.Fatal(err)
			}
			var phases []string
			for _, s := range reader.History.States {
				phases = append(phases, s.Name+" "+string(s.Phase))
			}
			if got := strings.Join(phases, ", "); got != r.Phases {
				t.Errorf("it reads %s, want %s", got, r.Phases)
			}
			progress, err := execution.Look(t.Context(), client, executionARN)
			if err != nil {
				t.Fatal(err)
			}
			end := r.Events[len(r.Events)-1]
			if kind := "Execution" + ends[progress.Status]; kind != end["type"] || reader.History.Status != progress.Status {
				t.Errorf("it ended %s and %s, want %s", progress.Status, reader.History.Status, end["type"])
			}
			if h := reader.History; h.Error != text(end["error"]) || !strings.Contains(text(end["cause"]), h.Cause) || h.Ended.IsZero() {
				t.Errorf("it ended with %q, %q at %s, want %v", h.Error, h.Cause, h.Ended, end)
			}
		})
	}
}

// text is "" for nil.
func text(value any) string {
	s, _ := value.(string)
	return s
}

func TestChoicesAreThoseOfAWS(t *testing.T) {
	for comparison, cases := range recorded(t).Choices {
		for _, c := range cases {
			machine := fmt.Sprintf(`"S": {"Type": "Choice", "Choices": [{"Variable": "$.v", %q: %s, "Next": "Yes"}], "Default": "No"},
				"Yes": {"Type": "Succeed"}, "No": {"Type": "Succeed"}`, comparison, encode(c[1]))
			synctest.Test(t, func(t *testing.T) {
				end, err := ours(t.Context(), of(machine, encode(object{"v": c[0]})), 1)
				if err != nil {
					t.Fatalf("%s %v: %v", comparison, c, err)
				}
				if want := map[bool]string{true: "Yes", false: "No"}[c[2].(bool)]; !slices.Contains(end.Path, want) {
					t.Errorf("%s of %s with %s: it went %v, want %s", comparison, encode(c[0]), encode(c[1]), end.Path, want)
				}
			})
		}
	}
}
