package console

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"photogallery/internal/environment"
)

// firstSamples is how many samples a page begins its charts with.
const firstSamples = 300

// patience is how many messages a page may be behind before it must reconnect.
const patience = 64

// feed has one poller for all open pages, and none without pages.
type feed struct {
	console *Console

	mu          sync.Mutex
	subscribers map[chan []byte]bool // one message each; closed if it is too slow
	current     *told                // nil without pages
}

// told is what one poller has told so far. The feed's lock guards it.
type told struct {
	stop    context.CancelFunc
	sooner  chan struct{}     // makes the poller look now
	last    map[string]string // the last message of each kind
	samples []environment.Sample
	runs    map[string]string // the last message about each running execution, without events
}

// begins are the messages that a page begins with, in their order, beside samples and runs.
var begins = []string{"overview", "history", "trouble"}

// subscribe starts with messages about the state that is known. leave ends the subscription.
func (f *feed) subscribe() (messages chan []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	messages = make(chan []byte, patience)
	if f.current == nil {
		f.begin()
	}
	f.subscribers[messages] = true
	for _, kind := range begins {
		if text := f.current.last[kind]; text != "" {
			messages <- message(kind, text)
		}
	}
	if f.current.last["overview"] != "" {
		messages <- message("samples", encoded(append([]environment.Sample{}, f.current.samples...)))
	}
	for _, text := range f.current.runs {
		messages <- message("progress", text)
	}
	return messages
}

// begin must be called with the first subscriber.
func (f *feed) begin() {
	ctx, stop := context.WithCancel(f.console.closing)
	f.current = &told{stop: stop, sooner: make(chan struct{}, 1), last: map[string]string{}, runs: map[string]string{}}
	p := &poller{console: f.console, told: f.current, runs: map[string]*followed{}}
	f.console.running.Go(func() { p.follow(ctx) })
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
		f.current.stop()
		f.current = nil
	}
}

// look makes the poller look at once.
func (f *feed) look() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.current == nil {
		return
	}
	select {
	case f.current.sooner <- struct{}{}:
	default: // it is about to
	}
}

// send broadcasts a message of a poller if it has changed.
func (f *feed) send(from *told, kind, text string) (changed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.current != from || from.last[kind] == text {
		return false
	}
	from.last[kind] = text
	f.broadcast(kind, text)
	return true
}

// sendSamples broadcasts samples that have been added.
func (f *feed) sendSamples(from *told, samples []environment.Sample) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.current != from {
		return
	}
	from.samples = append(from.samples, samples...)
	from.samples = from.samples[max(0, len(from.samples)-firstSamples):]
	f.broadcast("samples", encoded(samples))
}

// sendRun broadcasts news of a run. greeting is the same without events, or "" if the run has ended.
func (f *feed) sendRun(from *told, key, text, greeting string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.current != from {
		return
	}
	if from.runs[key] = greeting; greeting == "" {
		delete(from.runs, key)
	}
	if text != "" {
		f.broadcast("progress", text)
	}
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

// Polls bounds the time between two looks at the cloud.
type Polls struct {
	Shortest time.Duration // while something happens
	Longest  time.Duration // while nothing does; each look without a change doubles the time
	Rest     time.Duration // from one look at images, history, settings, metrics and cost to the next, unless a run begins or ends
}

// The polls of the two places. On AWS a look is about twenty calls, and metrics are of whole minutes.
var (
	OnOneMachine = Polls{Shortest: 200 * time.Millisecond, Longest: time.Second}
	OnAWS        = Polls{Shortest: 3 * time.Second, Longest: 12 * time.Second, Rest: time.Minute}
)
