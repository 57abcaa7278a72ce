package release

import (
	"slices"
	"time"
)

// Timetable returns the request's scheduled sizes, or the former release's if the request names
// none. An empty list removes them.
func (r Request) Timetable(former Current) Timetable {
	switch {
	case r.Sizes == nil:
		return former.Timetable
	case len(r.Sizes) == 0:
		return Timetable{}
	}
	return Timetable{Sizes: r.Sizes, TimeZone: r.TimeZone}
}

// unfitTimetable finds scheduled sizes that conflict with each other or in themselves.
func (r Request) unfitTimetable() (found Problems) {
	if r.TimeZone != "" && len(r.Sizes) == 0 {
		found.add("timeZone", "%q goes with sizes, which it is the time zone of; add those, or leave it out", r.TimeZone)
	}
	if _, err := time.LoadLocation(r.TimeZone); err != nil || r.TimeZone == time.Local.String() {
		found.add("timeZone", "%q is no time zone; give the IANA name of one, such as Europe/Zurich, or leave it out for UTC", r.TimeZone)
	}
	for i, size := range r.Sizes {
		found = append(found, size.unfit(i+1)...)
	}
	return append(found, r.overlaps()...)
}

// unfit finds what conflicts within one scheduled size.
func (s ScheduledSize) unfit(entry int) (found Problems) {
	if s.From == s.Until {
		found.add("sizes", "entry %d begins and ends at %s; give an until that differs from it, or the sizes for all hours in minSize and maxSize", entry, s.From)
	}
	switch {
	case s.MinSize > s.MaxSize:
		found.add("sizes", "entry %d: minSize, %d, is more than maxSize, %d; give a maxSize of at least %d, or a smaller minSize", entry, s.MinSize, s.MaxSize, s.MinSize)
	case s.Desired != 0 && (s.Desired < s.MinSize || s.Desired > s.MaxSize):
		found.add("sizes", "entry %d: desired, %d, is not between minSize, %d, and maxSize, %d; give a number between them, or leave it out", entry, s.Desired, s.MinSize, s.MaxSize)
	}
	return found
}

// overlaps finds pairs of scheduled sizes that overlap or touch. Auto Scaling refuses two scheduled
// actions for the same time, and the end of one would end the other.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
func (r Request) overlaps() (found Problems) {
	for i, one := range r.Sizes {
		for j, other := range r.Sizes[:i] {
			if meet(one, other) || meet(other, one) {
				found.add("sizes", "entries %d (%s) and %d (%s) overlap, or one begins when the other ends; leave at least a minute between them", j+1, other, i+1, one)
			}
		}
	}
	return found
}

// meet reports whether one begins while another is in force or ends.
func meet(one, other ScheduledSize) bool {
	const all = 7 * day
	return slices.ContainsFunc(other.starts(), func(since int) bool {
		return slices.ContainsFunc(one.starts(), func(start int) bool {
			return (start-since+all)%all <= other.length()
		})
	})
}

// starts lists the minutes of the week at which it begins.
func (s ScheduledSize) starts() (found []int) {
	for weekday := range week {
		if s.on(weekday) {
			found = append(found, weekday*day+minutes(s.From))
		}
	}
	return found
}
