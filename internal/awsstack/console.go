package awsstack

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"photogallery/internal/console"
	"photogallery/internal/environment"
)

// Console returns the console of the stack. The caller closes it.
func (s *Stack) Console(readOnly bool) *console.Console {
	w := &watched{Stack: s, states: map[time.Time]environment.Status{}}
	return console.New(console.Options{
		Cloud: w, Executions: s.SFN, Events: s.Events, ReleaseMachine: s.ReleaseMachine, TeardownMachine: s.TeardownMachine,
		Polls: console.OnAWS, ReadOnly: readOnly, Cost: s.cost, Opener: "gallery console --stack " + s.Name,
		Explain: func(err error) error { return Explain(err, s.Region) },
	})
}

// watched remembers what metrics do not have: the sizes, the traffic and the alarms of each minute in which
// somebody looked; and of metrics what is shown beside a status.
type watched struct {
	*Stack

	mu      sync.Mutex
	states  map[time.Time]environment.Status // the last of each minute, by its end
	samples []environment.Sample             // the last ones
	cpu     map[string]float64               // the last of each instance
	running []environment.Instance           // in the last status
}

// kept is how many minutes are remembered, as many as a page shows.
const kept = 5 * time.Hour

// Status implements console.Cloud.
func (w *watched) Status(ctx context.Context) (environment.Status, error) {
	status, err := w.Stack.Status(ctx)
	if err != nil {
		return status, err
	}
	w.cross(status.Alarms)
	w.Visited(ctx, &status)
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running = status.Instances
	for i, one := range status.Instances {
		if used, known := w.cpu[one.ID]; known {
			status.Instances[i].CPU = &used
		}
	}
	w.states[now.UTC().Truncate(time.Minute).Add(time.Minute)] = status
	for at := range w.states {
		if now.Sub(at) > kept {
			delete(w.states, at)
		}
	}
	return status, nil
}

// cross adds how many minutes each alarm has crossed its marks.
func (w *watched) cross(alarms []environment.Alarm) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range alarms {
		alarms[i].Crossed = alarms[i].CrossedIn(w.samples)
	}
}

// Samples implements console.Cloud.
func (w *watched) Samples(ctx context.Context, after time.Time) ([]environment.Sample, error) {
	samples, err := w.Stack.Samples(ctx, after, time.Now())
	if err != nil {
		return nil, err
	}
	if after.IsZero() { // charts begin with the first minute of which anything is known
		for len(samples) > 0 && samples[0].Slot == "" && samples[0].Median == nil {
			samples = samples[1:]
		}
	}
	if err := w.readCPU(ctx); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range samples {
		if status, known := w.states[samples[i].At]; known {
			samples[i].Take(status)
		}
	}
	if len(samples) > 0 {
		const enough = 15 // minutes, more than an alarm looks at
		w.samples = append(w.samples, samples...)
		w.samples = slices.Clone(w.samples[max(0, len(w.samples)-enough):])
	}
	return samples, nil
}

func (w *watched) readCPU(ctx context.Context) error {
	w.mu.Lock()
	running := w.running
	w.mu.Unlock()
	cpu, err := environment.Reader{Clients: w.clients}.CPU(ctx, running)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cpu = cpu
	return nil
}

// Samples returns a sample of each minute between two times, as environment.Reader.Samples does.
func (s *Stack) Samples(ctx context.Context, after, until time.Time) ([]environment.Sample, error) {
	return environment.Reader{Clients: s.clients, Environment: s.Environment}.Samples(ctx, after, until)
}

// shownLogs is the time of which the console shows logs.
const shownLogs = time.Hour

// Log implements console.Cloud.
func (w *watched) Log(ctx context.Context, instance string) (io.ReadSeekCloser, error) {
	lines, err := w.lines(ctx, environment.LogQuery{Instance: instance})
	var text strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&text, "%s %s\n", line.Time.UTC().Format(time.RFC3339), strings.TrimRight(line.Text, "\n"))
	}
	return unclosed{bytes.NewReader([]byte(text.String()))}, err
}

type unclosed struct{ *bytes.Reader }

// Close implements io.Closer.
func (unclosed) Close() error { return nil }

// LogsOf implements console.Cloud.
func (w *watched) LogsOf(ctx context.Context, release string) (instances []string, err error) {
	lines, err := w.lines(ctx, environment.LogQuery{Release: release, HealthChecks: true})
	for _, line := range lines {
		if !slices.Contains(instances, line.Instance) {
			instances = append(instances, line.Instance)
		}
	}
	return instances, err
}

func (w *watched) lines(ctx context.Context, query environment.LogQuery) ([]environment.LogLine, error) {
	query.Since = time.Now().Add(-shownLogs)
	logs, err := w.Logs(query)
	if err != nil {
		return nil, err
	}
	return logs.Next(ctx)
}
