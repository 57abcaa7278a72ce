package cloudwatch

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// retained is how many minutes of a metric are kept. AWS keeps fifteen days, which no page shows.
const retained = 24 * 60

// Metric identifies a metric. The same name with other dimensions is another metric.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Metric
type Metric struct {
	Namespace  string
	Name       string
	Dimensions map[string]string
}

// Point holds the values of a metric in one period.
type Point struct {
	At      time.Time // the period's start
	Count   int       // how many values were recorded
	Sum     float64
	Minimum float64
	Maximum float64
	spread  spread // nil if all values are the same
}

// Average returns Sum divided by Count.
func (p Point) Average() float64 { return p.Sum / float64(p.Count) }

// Record adds a value to the metric's current minute, or from a collector to the minute that ends.
func (s *Service) Record(metric Metric, value float64) { s.RecordTimes(metric, value, 1) }

// RecordTimes adds a value several times, as Record does once. 0 times adds nothing.
func (s *Service) RecordTimes(metric Metric, value float64, times int) {
	if times == 0 {
		return
	}
	minute := s.minuteOf(time.Now())
	if s.collecting {
		minute = s.minute
	}
	key := metric.key()
	if s.points[key] == nil {
		s.points[key] = map[int64]Point{}
	}
	one := Point{At: s.startOf(minute), Count: times, Sum: value * float64(times), Minimum: value, Maximum: value}
	s.points[key][minute] = merge(s.points[key][minute], one)
	delete(s.points[key], minute-retained)
}

// Series returns the metric's points by the minute, oldest first, starting with the minute that
// contains from. It omits minutes without values.
func (s *Service) Series(metric Metric, from time.Time) []Point {
	recorded := s.points[metric.key()]
	var points []Point
	for _, minute := range slices.Sorted(maps.Keys(recorded)) {
		if minute >= s.minuteOf(from) {
			points = append(points, recorded[minute])
		}
	}
	return points
}

// gather merges the minutes from first up to end, exclusive. Its Count may be 0.
func gather(points map[int64]Point, first, end int64) (gathered Point) {
	for minute := first; minute < end; minute++ {
		if point, ok := points[minute]; ok {
			point.spread = maps.Clone(point.spread) // which the next merge changes
			gathered = merge(gathered, point)
		}
	}
	return gathered
}

func merge(earlier, later Point) Point {
	if earlier.Count == 0 {
		return later
	}
	return Point{
		At: earlier.At, Count: earlier.Count + later.Count, Sum: earlier.Sum + later.Sum,
		Minimum: min(earlier.Minimum, later.Minimum), Maximum: max(earlier.Maximum, later.Maximum),
		spread: spreadOf(earlier, later),
	}
}

func (m Metric) key() string {
	key := []string{m.Namespace, m.Name}
	for _, name := range slices.Sorted(maps.Keys(m.Dimensions)) {
		key = append(key, name, m.Dimensions[name])
	}
	return strings.Join(key, "\x00")
}
