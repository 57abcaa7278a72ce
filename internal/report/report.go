// Package report writes an execution as a single HTML file, for a hand-in or a post-mortem: its
// graph, its timeline, the fleet and the load meanwhile, and every event. The file needs no network
// and runs no script.
package report

import (
	"embed"
	"html/template"
	"io"
	"strings"
	"time"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
)

// Report holds what is known of one execution.
type Report struct {
	Name, Machine string
	Run           *execution.History
	Data          map[int64]string   // the data of the events, by their ID
	Former        *execution.History // the run to compare with, or nil if there is none
	FormerName    string
	Samples       []environment.Sample // of the cloud at that time, or none
	Alarms        []environment.Alarm  // whose marks the charts show
	Made          time.Time
}

//go:embed report.html report.css
var sources embed.FS

var page = template.Must(template.New("report.html").Funcs(template.FuncMap{
	"title": execution.Title, "took": took, "clock": func(at time.Time) string { return at.Local().Format(time.TimeOnly) },
	"day": func(at time.Time) string { return at.Local().Format(time.RFC1123) }, "pretty": pretty,
	"css": func() (template.CSS, error) {
		text, err := sources.ReadFile("report.css")
		return template.CSS(text), err //nolint:gosec // it is our own
	},
}).ParseFS(sources, "report.html"))

// Write writes the report. An execution of an unknown state machine has no graph.
func (r Report) Write(to io.Writer) error {
	graph, err := r.graph()
	if err != nil {
		return err
	}
	return page.Execute(to, shown{Report: r, Graph: graph, Timeline: r.timeline(), Charts: r.charts()})
}

// shown is the data of the page.
type shown struct {
	Report
	Graph    *graph // nil if there is none
	Timeline timeline
	Charts   []chart
}

// Kind is release or teardown, for the heading.
func (s shown) Kind() string {
	if strings.HasSuffix(s.Machine, "-teardown") {
		return "Teardown"
	}
	return "Release"
}

// Took returns how long the execution ran, or has run so far.
func (s shown) Took() string { return took(s.end().Sub(s.Run.Began)) }

// Steps returns the states that did something, with their inputs and outputs.
func (s shown) Steps() []step {
	var steps []step
	for _, state := range s.Run.States {
		if state.Type != "Task" && state.Type != "Parallel" {
			continue
		}
		visit := state.Last()
		steps = append(steps, step{state, visit, s.Data[visit.Entered], s.Data[visit.Left]})
	}
	return steps
}

type step struct {
	*execution.State
	Visit         *execution.Visit // the last one
	Input, Output string
}

// end returns the time of the run's end, or of the report if it still runs.
func (r Report) end() time.Time {
	if r.Run.Ended.IsZero() {
		return r.Made
	}
	return r.Run.Ended
}
