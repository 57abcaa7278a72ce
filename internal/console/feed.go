package console

import (
	"context"
	"encoding/json"
	"math"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/release"
)

// The intervals of the feed: while something happens, and otherwise.
const (
	often  = 200 * time.Millisecond
	seldom = time.Second
)

// firstSamples is how many samples a page begins its charts with.
const firstSamples = 300

// patience is how many messages a page may be behind before it must reconnect.
const patience = 64

// feed polls the cloud once for all open pages, and not at all without pages.
type feed struct {
	console *Console
	sooner  chan struct{} // polls now; made with the first subscriber

	mu          sync.Mutex
	subscribers map[chan []byte]bool // one message each; closed if it is too slow
	runs        map[string]*followed // running executions, by kind/name
	last        map[string]string    // the last message of each kind
	sampled     time.Time
	stop        context.CancelFunc
}

// followed is a running execution.
type followed struct {
	execution listed
	reader    *execution.Reader
}

// overview is a message with everything except executions' histories and samples.
type overview struct {
	Status     environment.Status  `json:"status"`
	Executions []listed            `json:"executions"`
	Images     []environment.Image `json:"images"`
	Load       *loadState          `json:"load"`
}

// progress is a message about a running execution. Events are those after the ID.
type progress struct {
	Kind   kind                  `json:"kind"`
	Name   string                `json:"name"`
	Status types.ExecutionStatus `json:"status"`
	After  int64                 `json:"after"`
	Run    *execution.History    `json:"run"`
}

// subscribe starts with messages about the present state. leave ends the subscription.
func (f *feed) subscribe() (messages chan []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	messages = make(chan []byte, patience)
	if len(f.subscribers) == 0 {
		f.begin()
	}
	f.subscribers[messages] = true
	f.greet(messages)
	return messages
}

// begin must be called with the first subscriber.
func (f *feed) begin() {
	ctx, stop := context.WithCancel(f.console.closing)
	f.stop, f.sooner = stop, make(chan struct{}, 1)
	f.runs, f.last = map[string]*followed{}, map[string]string{}
	f.sampled = time.Time{}
	f.update(ctx)
	sooner := f.sooner
	f.console.running.Go(func() { f.follow(ctx, sooner) })
}

// greet sends the present state to a new subscriber.
func (f *feed) greet(to chan []byte) {
	if text := f.last["overview"]; text != "" {
		to <- message("overview", text)
	}
	if text := f.last["history"]; text != "" {
		to <- message("history", text)
	}
	samples := f.console.cloud.Samples(time.Time{})
	samples = samples[max(0, len(samples)-firstSamples):]
	to <- message("samples", encoded(append([]environment.Sample{}, samples...)))
	for _, one := range f.runs {
		to <- message("progress", encoded(one.news(one.reader.History.Seen())))
	}
}

func (f *feed) leave(messages chan []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drop(messages)
}

func (f *feed) drop(messages chan []byte) {
	if !f.subscribers[messages] {
		return
	}
	delete(f.subscribers, messages)
	close(messages)
	if len(f.subscribers) == 0 {
		f.stop()
	}
}

// look makes the feed poll at once.
func (f *feed) look() {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case f.sooner <- struct{}{}:
	default: // nobody follows, or a poll is pending
	}
}

func (f *feed) follow(ctx context.Context, sooner <-chan struct{}) {
	wait := time.NewTimer(often)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-sooner:
		case <-wait.C:
		}
		f.mu.Lock()
		busy := false
		if ctx.Err() == nil {
			busy = f.update(ctx)
		}
		f.mu.Unlock()
		if wait.Reset(seldom); busy {
			wait.Reset(often)
		}
	}
}

// update sends what has changed and reports whether something happens. It must be called with the
// lock held.
func (f *feed) update(ctx context.Context) (busy bool) {
	status := f.console.cloud.Status()
	for i := range status.Instances {
		status.Instances[i].CPU = math.Round(status.Instances[i].CPU)
	}
	executions, err := f.console.list(ctx, status)
	if err != nil {
		return false // the cloud is closing
	}
	load := f.console.load.now()
	changed := f.send("overview", encoded(overview{status, executions, append([]environment.Image{}, f.console.cloud.Images()...), load}))
	if history, err := f.console.cloud.History(ctx); err == nil { // else the cloud is closing, or the history unreadable
		changed = f.send("history", encoded(history)) || changed
	}
	f.updateRuns(ctx, status, executions)
	if samples := f.console.cloud.Samples(f.sampled); len(samples) > 0 {
		if !f.sampled.IsZero() {
			f.send("samples", encoded(samples))
		}
		f.sampled = samples[len(samples)-1].At
	}
	return changed || len(f.runs) > 0 || load != nil && load.Running
}

func (f *feed) updateRuns(ctx context.Context, status environment.Status, executions []listed) {
	for _, e := range executions {
		key := string(e.Kind) + "/" + e.Name
		one := f.runs[key]
		if one == nil {
			if e.Status != types.ExecutionStatusRunning {
				continue
			}
			machine := map[kind]string{releases: status.ReleaseMachine, teardowns: status.TeardownMachine}[e.Kind]
			one = &followed{e, execution.NewReader(f.console.executions, release.ExecutionOf(machine, e.Name))}
			f.runs[key] = one
		}
		seen := one.reader.History.Seen()
		if one.reader.Read(ctx) != nil {
			continue // the cloud is closing
		}
		if one.reader.History.Seen() > seen {
			f.broadcast("progress", encoded(one.news(seen)))
		}
		if one.reader.History.Status != types.ExecutionStatusRunning {
			delete(f.runs, key)
		}
	}
}

// news returns the run with only the events after one.
func (f *followed) news(after int64) progress {
	run := *f.reader.History
	for len(run.Events) > 0 && run.Events[0].ID <= after {
		run.Events = run.Events[1:]
	}
	return progress{f.execution.Kind, f.execution.Name, run.Status, after, &run}
}

// send broadcasts a message if it has changed.
func (f *feed) send(kind, text string) (changed bool) {
	if f.last[kind] == text {
		return false
	}
	f.last[kind] = text
	f.broadcast(kind, text)
	return true
}

func (f *feed) broadcast(kind, text string) {
	for messages := range f.subscribers {
		select {
		case messages <- message(kind, text):
		default:
			f.drop(messages) // it reconnects and starts again
		}
	}
}

// message returns a message in the form of server-sent events.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
func message(kind, text string) []byte {
	return []byte("event: " + kind + "\ndata: " + text + "\n\n")
}

func encoded(what any) string {
	text, err := json.Marshal(what)
	if err != nil {
		panic(err) // its types are plain
	}
	return string(text)
}
