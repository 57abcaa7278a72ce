package cloudwatch

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// spread counts values by their bucket. The values of a bucket differ by less than 5 %, so that a busy
// minute of response times is small.
type spread map[int]int

const perDoubling = 16 // buckets from a value to twice that value

func bucketOf(value float64) int {
	return int(math.Round(perDoubling * math.Log2(max(value, 1e-9))))
}

// spreadOf returns the spread of two points together, or nil if all of their values are the same. It
// may change the earlier one's.
func spreadOf(earlier, later Point) spread {
	if earlier.spread == nil && later.spread == nil && earlier.Minimum == later.Minimum {
		return nil
	}
	all := earlier.buckets()
	for bucket, count := range later.buckets() {
		all[bucket] += count
	}
	return all
}

func (p Point) buckets() spread {
	if p.spread == nil {
		return spread{bucketOf(p.Minimum): p.Count}
	}
	return p.spread
}

// percentile returns the value that this part of the values does not exceed.
func (p Point) percentile(percent float64) float64 {
	buckets, rest := p.buckets(), int(math.Ceil(float64(p.Count)*percent/100))
	for _, bucket := range slices.Sorted(maps.Keys(buckets)) {
		if rest -= buckets[bucket]; rest <= 0 {
			return min(p.Maximum, max(p.Minimum, math.Exp2(float64(bucket)/perDoubling)))
		}
	}
	return p.Maximum
}

// statisticOf returns a statistic by its name, such as Sum or p99, or nil if there is none.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
func statisticOf(name string) func(Point) float64 {
	if digits, isPercentile := strings.CutPrefix(name, "p"); isPercentile {
		percent, err := strconv.ParseFloat(digits, 64)
		if err != nil || percent < 0 || percent > 100 {
			return nil
		}
		return func(p Point) float64 { return p.percentile(percent) }
	}
	return statistics[name]
}
