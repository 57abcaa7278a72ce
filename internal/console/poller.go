package console

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/internal/local/control"
)

// poller looks at the cloud for all open pages. It belongs to one goroutine.
type poller struct {
	console *Console
	told    *told
	reasons execution.Reasons
	runs    map[string]*followed // running executions, by kind/name
	sampled time.Time            // of the last sample
	rested  time.Time            // of the last look at the rest
	known   string               // the executions and their states at that time
	rest    rest
}

// rest is what changes seldom, or costs many calls.
type rest struct {
	images  []environment.Image
	history []environment.Past
	names   names
	cost    *Cost
}

// followed is a running execution.
type followed struct {
	execution listed
	reader    *execution.Reader
}

func (p *poller) follow(ctx context.Context) {
	wait := p.console.Polls.Shortest
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.told.sooner:
			p.rested = time.Time{}
		case <-timer.C:
		}
		if wait = min(2*wait, p.console.Polls.Longest); p.look(ctx) {
			wait = p.console.Polls.Shortest
		}
		timer.Reset(wait)
	}
}

// look sends what has changed and reports whether something happens.
func (p *poller) look(ctx context.Context) (busy bool) {
	status, err := p.console.Cloud.Status(ctx)
	var executions []listed
	if err == nil {
		executions, err = p.console.list(ctx, &p.reasons)
	}
	if err != nil {
		return p.tell(ctx, err, true)
	}
	for i := range status.Instances {
		if used := status.Instances[i].CPU; used != nil {
			status.Instances[i].CPU = new(math.Round(*used))
		}
	}
	load, news, err := p.console.load.now(), []environment.Sample(nil), error(nil)
	if known := encoded(executions); known != p.known || time.Since(p.rested) >= p.console.Polls.Rest {
		p.known, p.rested = known, time.Now()
		news, err = p.readRest(ctx)
	}
	changed := p.send("overview", encoded(overview{
		status, executions, append([]environment.Image{}, p.rest.images...), p.rest.names, p.rest.cost, load, can{!p.console.ReadOnly, p.console.isLocal()},
	}))
	changed = p.send("history", encoded(append([]environment.Past{}, p.rest.history...))) || changed
	if len(news) > 0 {
		p.console.feed.sendSamples(p.told, news)
	}
	changed = p.tell(ctx, errors.Join(err, p.lookAtRuns(ctx, executions)), false) || changed
	return changed || len(p.runs) > 0 || load != nil && load.Running
}

// tell says what cannot be read, or takes that back.
func (p *poller) tell(ctx context.Context, err error, stale bool) (changed bool) {
	switch {
	case ctx.Err() != nil:
		return false
	case err == nil:
		return p.send("trouble", encoded(trouble{}))
	}
	return p.send("trouble", encoded(trouble{control.RefusalOf(p.console.Explain(err)).Message, stale}))
}

func (p *poller) send(kind, text string) (changed bool) {
	return p.console.feed.send(p.told, kind, text)
}

// readRest reads all of the rest at once and returns the new samples. What cannot be read stays as it was.
func (p *poller) readRest(ctx context.Context) (news []environment.Sample, err error) {
	c := p.console
	parts := []func() error{
		keep(ctx, &p.rest.images, c.Cloud.Images), keep(ctx, &p.rest.history, c.Cloud.History),
		keep(ctx, &p.rest.names, c.names), keep(ctx, &p.rest.cost, c.cost),
		keep(ctx, &news, func(ctx context.Context) ([]environment.Sample, error) { return c.Cloud.Samples(ctx, p.sampled) }),
	}
	failed := make([]error, len(parts))
	var all sync.WaitGroup
	for i, part := range parts {
		all.Go(func() { failed[i] = part() })
	}
	all.Wait()
	if len(news) > 0 {
		p.sampled = news[len(news)-1].At
	}
	return news, errors.Join(failed...)
}

// keep returns a part that reads something, and leaves it alone if that fails.
func keep[T any](ctx context.Context, what *T, read func(context.Context) (T, error)) func() error {
	return func() error {
		found, err := read(ctx)
		if err == nil {
			*what = found
		}
		return err
	}
}

// lookAtRuns sends the new events of the executions that run, and the last ones of those that have ended.
func (p *poller) lookAtRuns(ctx context.Context, executions []listed) error {
	var failed []error
	for _, e := range executions {
		key := string(e.Kind) + "/" + e.Name
		one := p.runs[key]
		if one == nil {
			if e.Status != types.ExecutionStatusRunning {
				continue
			}
			one = p.console.followed(e)
			p.runs[key] = one
		}
		seen := one.reader.History.Seen()
		if err := one.reader.Read(ctx); err != nil {
			failed = append(failed, err)
			continue
		}
		text, greeting := "", encoded(one.news(one.reader.History.Seen()))
		if one.reader.History.Seen() > seen {
			text = encoded(one.news(seen))
		}
		if one.reader.History.Status != types.ExecutionStatusRunning {
			delete(p.runs, key)
			greeting = ""
		}
		p.console.feed.sendRun(p.told, key, text, greeting)
	}
	return errors.Join(failed...)
}
