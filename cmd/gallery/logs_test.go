package main

import (
	"slices"
	"testing"
	"time"

	"photogallery/internal/environment"
)

const first, second = "2026-01-31T18:00:00.000Z ", "2026-01-31T18:00:01.500Z "

func localLog(query environment.LogQuery, follows bool) localLogs {
	return localLogs{query: query, follows: follows, read: map[string]int64{}, last: map[string]time.Time{}}
}

// texts returns the times and the texts of lines.
func texts(lines []environment.LogLine) (all []string) {
	for _, line := range lines {
		all = append(all, line.Time.UTC().Format(moment)+" "+line.Text)
	}
	return all
}

// A log is printed once, a line at a time, even if half of one was written in between.
func TestLogsAreReadLineByLine(t *testing.T) {
	l := localLog(environment.LogQuery{}, true)
	got := texts(slices.Concat(l.lines("i-1", []byte(first+"one\n"+second+"tw")), l.lines("i-1", []byte(second+"two\n"))))
	if want := []string{first + "one\n", second + "two\n"}; !slices.Equal(got, want) || l.read["i-1"] != int64(len(want[0]+want[1])) {
		t.Errorf("%q, read %d", got, l.read["i-1"])
	}
	rest := localLog(environment.LogQuery{}, false).lines("i-1", []byte(first+"half"))
	if got := texts(rest); !slices.Equal(got, []string{first + "half"}) {
		t.Errorf("what follows nothing reads %q", got)
	}
}

func TestLogsHaveTheLinesAskedFor(t *testing.T) {
	const content = "no time\n" + first + "one\nits second line\n" + second + `"GET /" 200 "ELB-HealthChecker/2.0"` + "\n"
	since, err := time.Parse(moment, first[:len(first)-1])
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		query environment.LogQuery
		want  int
	}{
		{environment.LogQuery{}, 3},
		{environment.LogQuery{HealthChecks: true}, 4},
		{environment.LogQuery{Since: since}, 2},
		{environment.LogQuery{Since: since.Add(time.Millisecond), HealthChecks: true}, 1},
	} {
		if got := texts(localLog(test.query, false).lines("i-1", []byte(content))); len(got) != test.want {
			t.Errorf("%+v: %q", test.query, got)
		}
	}
}
