package release

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a function's machine may have no database of time zones
)

// Timetable gives a fleet other sizes at certain hours of the week. The zero Timetable gives none.
type Timetable struct {
	Sizes    []ScheduledSize `json:"sizes"`
	TimeZone string          `json:"timeZone"` // an IANA name, or "" for UTC
}

// ScheduledSize is a fleet's size from a time of day to another, on some days of the week.
type ScheduledSize struct {
	Days    []string `json:"days,omitempty"` // on which it begins, such as TUE; none for every day
	From    string   `json:"from"`           // HH:MM
	Until   string   `json:"until"`          // HH:MM; on the next day if it is before From
	MinSize int      `json:"minSize"`
	MaxSize int      `json:"maxSize"`
	Desired int      `json:"desired,omitempty"` // how many instances to run at first, or 0 for at least MinSize
}

// Bounds are the bounds of a fleet.
type Bounds struct{ MinSize, MaxSize int }

// Hold returns the bounds, raised to at least others.
func (b Bounds) Hold(others Bounds) Bounds {
	return Bounds{max(b.MinSize, others.MinSize), max(b.MaxSize, others.MaxSize)}
}

// Widen returns the bounds that have room for others, too.
func (b Bounds) Widen(others Bounds) Bounds {
	return Bounds{min(b.MinSize, others.MinSize), max(b.MaxSize, others.MaxSize)}
}

// Bounds returns the bounds of a scheduled size.
func (s ScheduledSize) Bounds() Bounds { return Bounds{s.MinSize, s.MaxSize} }

// First returns how many instances the fleet has at least when it begins.
func (s ScheduledSize) First() int { return max(s.MinSize, s.Desired) }

// String names the hours, for people.
func (s ScheduledSize) String() string {
	return strings.TrimSpace(strings.Join(s.Days, ",") + " " + s.From + " to " + s.Until)
}

// week has the names of the days by cron's number.
var week = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}

const day = 24 * 60 // minutes

// minutes reads HH:MM as minutes of the day.
func minutes(clock string) int {
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return 0
	}
	return at.Hour()*60 + at.Minute()
}

// length returns how many minutes it lasts.
func (s ScheduledSize) length() int { return (minutes(s.Until) - minutes(s.From) + day) % day }

// crosses reports whether it ends on the day after it began.
func (s ScheduledSize) crosses() bool { return minutes(s.Until) < minutes(s.From) }

// on reports whether it begins on a day of the week.
func (s ScheduledSize) on(weekday int) bool {
	return len(s.Days) == 0 || slices.Contains(s.Days, week[weekday])
}

// Begins returns the recurrence of its beginning, as Auto Scaling reads it: a cron expression of
// five fields.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
func (s ScheduledSize) Begins() string { return s.recurrence(s.From, 0) }

// Ends returns the recurrence of its end.
func (s ScheduledSize) Ends() string {
	if s.crosses() {
		return s.recurrence(s.Until, 1)
	}
	return s.recurrence(s.Until, 0)
}

func (s ScheduledSize) recurrence(clock string, later int) string {
	var days []string
	for weekday := range week {
		if len(s.Days) > 0 && s.on((weekday-later+len(week))%len(week)) {
			days = append(days, fmt.Sprint(weekday))
		}
	}
	if len(days) == 0 {
		days = []string{"*"}
	}
	return fmt.Sprintf("%d %d * * %s", minutes(clock)%60, minutes(clock)/60, strings.Join(days, ","))
}

// Zone returns the time zone.
func (t Timetable) Zone() *time.Location {
	zone, err := time.LoadLocation(t.TimeZone)
	if err != nil {
		return time.UTC // ParseRequest refuses such a name
	}
	return zone
}

// window is the time of one scheduled size, from its beginning to its end.
type window struct {
	from, until time.Time
	size        *ScheduledSize
}

// windows lists, in order, what begins between the day before a time and eight days after it.
func (t Timetable) windows(around time.Time) (found []window) {
	local := around.In(t.Zone())
	for ahead := -1; ahead <= len(week)+1; ahead++ {
		date := time.Date(local.Year(), local.Month(), local.Day()+ahead, 0, 0, 0, 0, time.UTC)
		for i := range t.Sizes {
			if size := &t.Sizes[i]; size.on(int(date.Weekday())) {
				found = append(found, t.window(date, size))
			}
		}
	}
	slices.SortFunc(found, func(a, b window) int { return a.from.Compare(b.from) })
	return found
}

func (t Timetable) window(date time.Time, size *ScheduledSize) window {
	at := func(date time.Time, clock string) time.Time {
		return time.Date(date.Year(), date.Month(), date.Day(), 0, minutes(clock), 0, 0, t.Zone())
	}
	end := date
	if size.crosses() {
		end = date.AddDate(0, 0, 1)
	}
	return window{at(date, size.From), at(end, size.Until), size}
}

// InForce returns the scheduled size that is in force at a time, or nil if none is.
func (t Timetable) InForce(now time.Time) *ScheduledSize {
	for _, one := range t.windows(now) {
		if !now.Before(one.from) && now.Before(one.until) {
			return one.size
		}
	}
	return nil
}

// Widest returns the bounds between which a fleet is at some hour, where usual are those of all other
// hours.
func (t Timetable) Widest(usual Bounds) Bounds {
	for _, size := range t.Sizes {
		usual = usual.Widen(size.Bounds())
	}
	return usual
}

// Change is a change of the fleet's size by its timetable.
type Change struct {
	At   time.Time
	Size *ScheduledSize // that begins, or nil if one ends
}

// Next returns the first change after a time. ok is false without scheduled sizes.
func (t Timetable) Next(now time.Time) (first Change, ok bool) {
	for _, one := range t.windows(now) {
		for _, change := range []Change{{one.from, one.size}, {one.until, nil}} {
			if change.At.After(now) && (!ok || change.At.Before(first.At)) {
				first, ok = change, true
			}
		}
	}
	return first, ok
}

// Busiest returns the most instances that a scheduled size begins with among those in force at some
// time between two, at most a week apart, or 0 if there are none.
func (t Timetable) Busiest(from, until time.Time) (most int) {
	for _, one := range t.windows(from) {
		if one.until.After(from) && !one.from.After(until) {
			most = max(most, one.size.First())
		}
	}
	return most
}

// Rising returns the sizes that begin between two times, at most a week apart. Each gives at least
// the bounds of all before it, and at least some others, so that none shrinks a fleet.
func (t Timetable) Rising(least Bounds, after, until time.Time) Timetable {
	rising := Timetable{TimeZone: t.TimeZone}
	for _, one := range t.windows(after) {
		if !one.from.After(after) || one.from.After(until) {
			continue
		}
		size := *one.size
		least = least.Hold(Bounds{size.First(), size.MaxSize})
		size.MinSize, size.MaxSize, size.Desired = least.MinSize, least.MaxSize, 0
		rising.Sizes = slices.DeleteFunc(rising.Sizes, func(same ScheduledSize) bool { return same.String() == size.String() })
		rising.Sizes = append(rising.Sizes, size)
	}
	return rising
}

// bounds returns the bounds in force at a time, where usual are those of all other hours.
func (t Timetable) bounds(now time.Time, usual Bounds) Bounds {
	if size := t.InForce(now); size != nil {
		return size.Bounds()
	}
	return usual
}
