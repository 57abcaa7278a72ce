package cron

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

var recurrenceForm = regexp.MustCompile(`^[0-9A-Za-z*,/-]+$`)

// ParseRecurrence reads the recurrence of a scheduled action of Auto Scaling, a cron expression of
// five fields as Unix has them, in a time zone and as of now.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
func ParseRecurrence(expression string, zone *time.Location, now time.Time) (Schedule, error) {
	fields := strings.Fields(expression)
	if len(fields) != 5 {
		return Schedule{}, fmt.Errorf("it has %d fields: give minutes, hours, day-of-month, month and day-of-week", len(fields))
	}
	for _, field := range fields {
		if !recurrenceForm.MatchString(field) {
			return Schedule{}, fmt.Errorf("the field %q has a character that the embedded cloud's fields have not", field)
		}
	}
	return parseFields(fields, zone, now)
}
