package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// figures are those of one run of wrk.
type figures struct {
	perSecond float64
	p50, p99  time.Duration
}

var (
	ratePattern    = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	latencyPattern = regexp.MustCompile(`(50|99)%\s+([0-9.]+)(us|ms|s)`)
	failedPattern  = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)`)
)

// run loads one URL for some seconds.
func run(ctx context.Context, url string, connections, seconds int) (figures, error) {
	out, err := exec.CommandContext(ctx, "wrk", "--latency", "-t1", fmt.Sprintf("-c%d", connections), fmt.Sprintf("-d%ds", seconds), url).Output()
	if err != nil {
		return figures{}, fmt.Errorf("wrk %s: %w", url, err)
	}
	if failed := failedPattern.FindSubmatch(out); failed != nil {
		return figures{}, fmt.Errorf("wrk %s: %s requests failed", url, failed[1])
	}
	var f figures
	rate := ratePattern.FindSubmatch(out)
	if rate == nil {
		return figures{}, fmt.Errorf("wrk %s printed no rate:\n%s", url, out)
	}
	if f.perSecond, err = strconv.ParseFloat(string(rate[1]), 64); err != nil {
		return figures{}, err
	}
	for _, found := range latencyPattern.FindAllSubmatch(out, -1) {
		took, err := time.ParseDuration(string(found[2]) + string(found[3]))
		if err != nil {
			return figures{}, err
		}
		if string(found[1]) == "50" {
			f.p50 = took
		} else {
			f.p99 = took
		}
	}
	return f, nil
}

// median is that of a figure over several runs.
func median[T int | float64 | time.Duration](runs []figures, figure func(figures) T) T {
	var values []T
	for _, one := range runs {
		values = append(values, figure(one))
	}
	slices.Sort(values)
	return values[len(values)/2]
}
