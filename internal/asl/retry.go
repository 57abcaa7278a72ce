package asl

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"
)

// retrier is an entry of Retry, https://states-language.net/spec.html#errors.
type retrier struct {
	errorEquals []string
	interval    int64 // seconds
	attempts    int64
	rate        float64
	maxDelay    int64 // seconds
	jitter      bool
}

// catcher is an entry of Catch.
type catcher struct {
	errorEquals []string
	next        string
	result      *path
}

// delay is the time before retry number n, counted from 0. With full jitter it
// is anything from 0 to what it would be without.
func (r retrier) delay(n int64, random func() float64) time.Duration {
	seconds := min(float64(r.interval)*math.Pow(r.rate, float64(n)), float64(r.maxDelay))
	if r.jitter {
		seconds *= random()
	}
	return time.Duration(seconds * float64(time.Second))
}

func (f *fields) retriers(s *state) {
	f.each("Retry", func(_ int, e *fields, last bool) {
		r := retrier{errorEquals: e.errorEquals(last), rate: e.backoffRate()}
		r.interval = e.integer("IntervalSeconds", 1, maxSeconds, 1)
		r.attempts = e.integer("MaxAttempts", 0, maxSeconds, 3)
		r.maxDelay = e.integer("MaxDelaySeconds", 1, 31622399, maxSeconds)
		if r.maxDelay < r.interval {
			e.problem("MaxDelaySeconds is %d, less than the first delay of %d: raise it, or lower IntervalSeconds", r.maxDelay, r.interval)
		}
		jitter := e.text("JitterStrategy")
		if r.jitter = jitter == "FULL"; !r.jitter && jitter != "" && jitter != "NONE" {
			e.problem("JitterStrategy is %q: give it FULL or NONE", jitter)
		}
		s.retry = append(s.retry, r)
	})
}

func (f *fields) backoffRate() float64 {
	number, ok := read[json.Number](f, "BackoffRate", "a number from 1.0")
	if !ok {
		return 2
	}
	rate, err := number.Float64()
	if err != nil || rate < 1 {
		f.problem("BackoffRate is %s: give it a number from 1.0", number)
	}
	return rate
}

func (f *fields) catchers(s *state) {
	f.each("Catch", func(_ int, e *fields, last bool) {
		e.require("Next")
		s.catch = append(s.catch, catcher{e.errorEquals(last), e.text("Next"), e.resultPath()})
	})
}

// errorEquals reads the Error Names of a retrier or catcher, and its Comment.
func (f *fields) errorEquals(last bool) []string {
	f.text("Comment")
	f.require("ErrorEquals")
	var names []string
	for i, item := range f.list("ErrorEquals") {
		name, _ := item.(string)
		if name == "" || strings.HasPrefix(name, "States.") && !slices.Contains(catchable, name) {
			f.problem("ErrorEquals[%d] is %s, which comes up nowhere: name an error of a task, or %s", i, show(item), strings.Join(catchable, ", "))
		}
		names = append(names, name)
	}
	if slices.Contains(names, errorAll) && (len(names) > 1 || !last) {
		f.problem("ErrorEquals is %s, but States.ALL must stand alone and in the last entry: move it there", show(names))
	}
	return names
}
