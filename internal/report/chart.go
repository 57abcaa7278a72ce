package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"photogallery/internal/environment"
	"photogallery/release"
)

// chart is a drawing of chartWidth by chartHeight with lines over the time of the run.
type chart struct {
	Name, Unit string
	Lines      []line
	Marks      []mark
	Grid       []mark
	Times      []tick
	From, To   float64 // where the run started and ended
}

// line is one series. Its path is broken if there is no data.
type line struct{ Label, Color, Path string }

type mark struct {
	Y     float64
	Label string
}

// Lengths of a chart, in CSS pixels.
const (
	chartLeft   = 40.0
	chartRight  = 440.0
	chartTop    = 10.0
	chartBottom = 150.0
)

// series returns the value of a sample that a line shows, or nil for no data.
type series struct {
	label, color string
	of           func(environment.Sample) *float64
}

func (r Report) charts() []chart {
	samples, from, to := r.around()
	if len(samples) < 2 {
		return nil
	}
	draw := func(name, unit, metric string, all ...series) chart {
		return r.chart(chart{Name: name, Unit: unit}, metric, samples, from, to, all)
	}
	return append(fleets(samples, draw),
		draw("Latency", "ms", "", series{"half within", "teal", func(s environment.Sample) *float64 { return s.Median }},
			series{"99 of 100 within", "amber", func(s environment.Sample) *float64 { return s.Slow }}),
		draw("Errors (5xx)", "a minute", "", count("5xx", "bad", func(s environment.Sample) int { return s.Errors })),
	)
}

// drawer draws a chart of a name and unit, with the marks of alarms on a metric, or on none for "".
type drawer func(name, unit, metric string, all ...series) chart

// fleets draws the fleet, or two of them if there were two at any time.
func fleets(samples []environment.Sample, draw drawer) []chart {
	if slices.ContainsFunc(samples, func(s environment.Sample) bool { return len(s.Fleets) > 1 }) {
		return []chart{
			draw("Traffic", "%", "", each(func(f environment.FleetSample) *float64 { return number(f.Traffic) })...),
			draw("Fleets", "healthy targets", "", each(func(f environment.FleetSample) *float64 { return number(f.Health["healthy"]) })...),
			draw("Capacity", "in service", "", each(func(f environment.FleetSample) *float64 { return number(f.InService) })...),
			draw("Requests per target", "a minute", "requests", each(func(f environment.FleetSample) *float64 { return f.Requests })...),
			draw("CPU", "%", "cpu", each(func(f environment.FleetSample) *float64 { return f.CPU })...),
		}
	}
	return []chart{
		draw("Fleet", "targets", "", health("healthy", "good"), health("initial", "blue"), health("draining", "amber"), health("unhealthy", "bad")),
		draw("Capacity", "instances", "", count("in service", "good", func(s environment.Sample) int { return s.InService }),
			size("desired", "blue", func(s environment.Sample) int { return s.Desired }), size("most", "quiet", func(s environment.Sample) int { return s.Max }),
			size("fewest", "quiet", func(s environment.Sample) int { return s.Min })),
		draw("Requests per target", "a minute", "requests", series{"requests", "blue", func(s environment.Sample) *float64 { return s.Requests }}),
		draw("CPU", "%", "cpu", series{"average", "violet", func(s environment.Sample) *float64 { return s.CPU }}),
	}
}

func health(state, color string) series {
	return count(state, color, func(s environment.Sample) int { return s.Health[state] })
}

// each makes a series of each slot.
func each(of func(environment.FleetSample) *float64) (both []series) {
	for _, slot := range release.Slots() {
		color := map[release.Slot]string{release.Blue: "blue", release.Green: "good"}[slot]
		both = append(both, series{string(slot), color, func(s environment.Sample) *float64 {
			if fleet := s.Of(slot); fleet != nil {
				return of(*fleet)
			}
			return nil
		}})
	}
	return both
}

func number(of int) *float64 {
	value := float64(of)
	return &value
}

func count(label, color string, of func(environment.Sample) int) series {
	return series{label, color, func(s environment.Sample) *float64 { return number(of(s)) }}
}

// size is a count that only a sample with sizes has. CloudWatch has none of them.
func size(label, color string, of func(environment.Sample) int) series {
	return series{label, color, func(s environment.Sample) *float64 {
		if s.Max == 0 {
			return nil
		}
		return number(of(s))
	}}
}

// around returns the samples of the run, and of a tenth of its time, ten seconds at least, before
// and after.
func (r Report) around() (samples []environment.Sample, from, to time.Time) {
	margin := max(r.end().Sub(r.Run.Began)/10, 10*time.Second)
	from, to = r.Run.Began.Add(-margin), r.end().Add(margin)
	for _, s := range r.Samples {
		if !s.At.Before(from) && !s.At.After(to) {
			samples = append(samples, s)
		}
	}
	return samples, from, to
}

func (r Report) chart(drawn chart, metric string, samples []environment.Sample, from, to time.Time, all []series) chart {
	marks := r.marks(metric)
	most := 1.0
	for _, one := range marks {
		most = max(most, one.Threshold)
	}
	for _, s := range samples {
		for _, one := range all {
			if value := one.of(s); value != nil {
				most = max(most, *value)
			}
		}
	}
	x := func(at time.Time) float64 {
		return chartLeft + (chartRight-chartLeft)*at.Sub(from).Seconds()/to.Sub(from).Seconds()
	}
	y := func(value float64) float64 { return chartBottom - (chartBottom-chartTop)*value/(most*1.1) }
	for _, one := range all {
		drawn.Lines = append(drawn.Lines, line{one.label, one.color, one.path(samples, x, y)})
	}
	for _, one := range marks {
		drawn.Marks = append(drawn.Marks, mark{y(one.Threshold), fmt.Sprintf("%g", one.Threshold)})
	}
	for _, part := range []float64{0, 0.5, 1} {
		drawn.Grid = append(drawn.Grid, mark{y(most * part), fmt.Sprintf("%.3g", most*part)})
	}
	drawn.From, drawn.To = x(r.Run.Began), x(r.end())
	drawn.Times = drawn.times(r.Run.Began, r.end())
	return drawn
}

// times returns the labels of the run's start and end, far enough apart to be readable.
func (c chart) times(began, ended time.Time) []tick {
	const apart = 58
	first, last := began.Local().Format(time.TimeOnly), ended.Local().Format(time.TimeOnly)
	middle, half := (c.From+c.To)/2, max(c.Width(), apart)/2
	if first == last {
		return []tick{{middle, first}}
	}
	return []tick{{middle - half, first}, {middle + half, last}}
}

// Width returns the width of the run in the drawing.
func (c chart) Width() float64 { return c.To - c.From }

// marks lists the marks of a metric. The alarms of two fleets have the same ones.
func (r Report) marks(metric string) (found []environment.Mark) {
	for _, alarm := range r.Alarms {
		for _, one := range alarm.Marks {
			if one.Metric == metric && metric != "" && !slices.Contains(found, one) {
				found = append(found, one)
			}
		}
	}
	return found
}

func (s series) path(samples []environment.Sample, x func(time.Time) float64, y func(float64) float64) string {
	var d strings.Builder
	command := "M"
	for _, sample := range samples {
		value := s.of(sample)
		if value == nil {
			command = "M"
			continue
		}
		fmt.Fprintf(&d, "%s%.1f %.1f", command, x(sample.At), y(*value))
		command = "L"
	}
	return d.String()
}
