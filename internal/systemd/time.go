package systemd

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Forever is the time span "infinity".
const Forever = time.Duration(math.MaxInt64)

// units are systemd's units, longer names before their prefixes.
var units = []struct {
	name string
	span time.Duration
}{
	{"seconds", time.Second}, {"second", time.Second}, {"sec", time.Second}, {"s", time.Second},
	{"minutes", time.Minute}, {"minute", time.Minute}, {"min", time.Minute},
	{"months", month}, {"month", month}, {"M", month},
	{"msec", time.Millisecond}, {"ms", time.Millisecond}, {"m", time.Minute},
	{"hours", time.Hour}, {"hour", time.Hour}, {"hr", time.Hour}, {"h", time.Hour},
	{"days", day}, {"day", day}, {"d", day}, {"weeks", 7 * day}, {"week", 7 * day}, {"w", 7 * day},
	{"years", year}, {"year", year}, {"y", year},
	{"usec", time.Microsecond}, {"us", time.Microsecond}, {"μs", time.Microsecond}, {"µs", time.Microsecond},
}

const (
	day   = 24 * time.Hour
	month = 2629800 * time.Second
	year  = 31557600 * time.Second
)

// timeSpan matches a number with or without a unit at the start of a text.
var timeSpan = func() *regexp.Regexp {
	var names []string
	for _, unit := range units {
		names = append(names, unit.name)
	}
	return regexp.MustCompile(`^(\+?\d+|)(\.\d+|)([ \t\n\r]*)(` + strings.Join(names, "|") + `|)`)
}()

// Time reads a time span: numbers with units, such as "1min 30s", which are added. A number without
// a unit is in seconds. A span longer than a Duration can hold is Forever.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.time.html#Parsing%20Time%20Spans
func Time(value string) (time.Duration, error) {
	rest := strings.Trim(value, whiteSpace)
	if rest == "infinity" {
		return Forever, nil
	}
	var sum time.Duration
	for first := true; first || rest != ""; first = false {
		found := timeSpan.FindStringSubmatch(rest)
		number, fraction, space, unit := found[1], found[2], found[3], found[4]
		rest = rest[len(found[0]):]
		if number+fraction == "" || space+unit == "" && rest != "" {
			return 0, fmt.Errorf("%q is not a time: give seconds, or a time like 1min 30s, or infinity", value)
		}
		rest = strings.TrimLeft(rest, whiteSpace)
		span, err := multiply(number, fraction, unit)
		if err != nil {
			return 0, fmt.Errorf("%q is not a time: %w", value, err)
		}
		if sum += span; sum < 0 {
			sum = Forever
		}
	}
	return sum, nil
}

// multiply counts in whole microseconds, as systemd does.
func multiply(number, fraction, unit string) (time.Duration, error) {
	span := time.Second
	for _, u := range units {
		if u.name == unit {
			span = u.span
		}
	}
	whole, err := strconv.ParseInt("0"+strings.TrimPrefix(number, "+"), 10, 64)
	if err != nil {
		return 0, err
	}
	if whole > int64(Forever/span) {
		return Forever, nil
	}
	product := time.Duration(whole) * span
	part := span / time.Microsecond
	for _, digit := range strings.TrimPrefix(fraction, ".") {
		part /= 10
		product += time.Duration(digit-'0') * part * time.Microsecond
	}
	if product < 0 {
		return Forever, nil
	}
	return product, nil
}
