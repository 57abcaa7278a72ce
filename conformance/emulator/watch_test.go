package emulator

import "testing"

func TestShiftIsHastened(t *testing.T) {
	for answer, want := range map[string]string{
		`{"percent":5,"since":"2026-01-31T09:10:00Z","until":"2026-01-31T09:20:00Z"}`: `{"percent":5,"since":"2026-01-31T09:05:00Z","until":"2026-01-31T09:10:06Z"}`,
		`{"percent":5}`: `{"percent":5}`,
		`"no object"`:   `"no object"`,
	} {
		if got := string(Hasten([]byte(answer), 100)); got != want {
			t.Errorf("%s: got %s, want %s", answer, got, want)
		}
	}
}
