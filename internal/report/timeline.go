package report

import (
	"fmt"
	"time"

	"photogallery/internal/execution"
)

// timeline is a drawing of the steps over time. Lengths are relative to timelineWidth.
type timeline struct {
	Height float64
	Ticks  []tick
	Rows   []row
}

type tick struct {
	X     float64
	Label string
}

type row struct {
	Name, Took string
	Phase      execution.Phase
	Y          float64
	Bars       []bar
	Former     *bar
}

type bar struct{ X, Width float64 }

// Lengths of the timeline's drawing, in CSS pixels.
const (
	timelineLeft  = 190.0
	timelineRight = 900.0
	rowHeight     = 22.0
	timelineTop   = 24.0
)

func (r Report) timeline() timeline {
	whole := max(r.end().Sub(r.Run.Began), time.Millisecond)
	if r.Former != nil {
		whole = max(whole, r.Former.Ended.Sub(r.Former.Began))
	}
	scale := (timelineRight - timelineLeft) / whole.Seconds()
	drawn := timeline{Ticks: ticks(whole, scale)}
	for _, state := range r.Run.States {
		if state.Type != "Task" && state.Type != "Parallel" {
			continue
		}
		one := row{Name: execution.Title(state.Name), Took: took(state.Took(r.end())), Phase: state.Phase, Y: timelineTop + rowHeight*float64(len(drawn.Rows))}
		for _, visit := range state.Visits {
			one.Bars = append(one.Bars, between(r.Run.Began, visit.Began, visit.Ended, r.end(), scale))
		}
		if r.Former != nil {
			if then := r.Former.State(state.Name); then != nil {
				former := between(r.Former.Began, then.Visits[0].Began, then.Last().Ended, r.Former.Ended, scale)
				one.Former = &former
			}
		}
		drawn.Rows = append(drawn.Rows, one)
	}
	drawn.Height = timelineTop + rowHeight*float64(len(drawn.Rows))
	return drawn
}

func between(zero, from, to, end time.Time, scale float64) bar {
	if to.IsZero() {
		to = end
	}
	return bar{timelineLeft + from.Sub(zero).Seconds()*scale, max(2.5, to.Sub(from).Seconds()*scale)}
}

// ticks returns at most nine round times.
func ticks(whole time.Duration, scale float64) (all []tick) {
	step := time.Hour
	for _, round := range []time.Duration{
		100 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second,
		30 * time.Second, time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	} {
		if whole/round <= 8 {
			step = round
			break
		}
	}
	for at := time.Duration(0); at <= whole; at += step {
		label := fmt.Sprintf("%g s", at.Seconds())
		if at >= time.Minute {
			label = took(at)
		}
		all = append(all, tick{timelineLeft + at.Seconds()*scale, label})
	}
	return all
}
