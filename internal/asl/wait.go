package asl

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// wait is a Wait state: until a time, or for a number of seconds.
type wait struct {
	key  string // Seconds or Timestamp
	when expression
}

func (f *fields) wait(*state) action {
	w := &wait{}
	given := 0
	for _, key := range slices.Sorted(maps.Keys(f.object)) {
		switch key {
		case "SecondsPath", "TimestampPath":
			w.key, w.when = key[:len(key)-len("Path")], f.definite(key)
		case "Seconds", "Timestamp":
			value, _ := f.take(key)
			w.key, w.when = key, literal{value}
			if _, fail := w.duration(value); fail != nil {
				f.problem("%s", fail.Cause)
			}
		default:
			continue
		}
		given++
	}
	if given != 1 {
		f.known = append(f.known, "Seconds", "SecondsPath", "Timestamp", "TimestampPath")
		f.problem("it has %d of Seconds, SecondsPath, Timestamp and TimestampPath: give it one", given)
	}
	return w
}

func (w *wait) run(ctx context.Context, v *visit, in payload) (any, string, *TaskError) {
	value, fail := w.when.eval(scope{in.value, v.contextObject()})
	if fail != nil {
		return nil, "", &TaskError{errorRuntime, fail.Cause}
	}
	d, fail := w.duration(value)
	if fail != nil {
		return nil, "", fail
	}
	if !v.exec.pause(ctx, d) {
		return nil, "", interrupted
	}
	return in.value, v.state.next, nil
}

func (w *wait) duration(value any) (time.Duration, *TaskError) {
	if w.key == "Timestamp" {
		t, ok := typed("Timestamp", value)
		if !ok {
			return 0, &TaskError{errorRuntime, fmt.Sprintf("Timestamp is %s: give it a time such as 2026-01-31T12:00:00Z", show(value))}
		}
		return time.Until(t.(time.Time)), nil
	}
	n, err := strconv.ParseInt(show(value), 10, 64)
	if err != nil || n < 0 || n > maxSeconds {
		return 0, &TaskError{errorRuntime, fmt.Sprintf("Seconds is %s: give it a whole number from 0 to %d", show(value), maxSeconds)}
	}
	return time.Duration(n) * time.Second, nil
}

// pause waits for a Wait state or a retry, quicker by the pace. It returns
// false when ctx ends first.
func (e *Execution) pause(ctx context.Context, d time.Duration) bool {
	if pace := e.machine.opts.Pace; pace > 0 {
		d = time.Duration(float64(d) / pace)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
