package release

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The limits of an AWS Academy Learner Lab, as a copy of its notes has them. Instances that exceed
// LabInstances are terminated, and an attempt at twenty closes the account.
// https://github.com/dumartist/Opencart-Project/blob/main/docs/Restrictions.md
const (
	LabInstances = 9 // that run at a time in a region
	LabRole      = "LabRole"
	LabProfile   = "LabInstanceProfile"

	// LabMaxSize is the default of maxSize there: two fleets of it leave one instance for what
	// Auto Scaling launches to balance the zones.
	LabMaxSize = 4

	// LabTTL is the time that a release serves there without a given end of the session, half an hour
	// less than a session lasts.
	LabTTL = 3*time.Hour + 30*time.Minute
)

var (
	labRegions = []string{"us-east-1", "us-west-2"}
	labSizes   = []string{"nano", "micro", "small", "medium", "large"}
)

// IsLabCaller reports whether an ARN is that of a lab's user.
// https://github.com/Maxr0895/Assignment_1/blob/main/A3_AWS_ACADEMY_NOTES.md
func IsLabCaller(arn string) bool { return strings.Contains(arn, ":assumed-role/voclabs/") }

// IsLabRegion reports whether a lab has the region.
func IsLabRegion(region string) bool { return slices.Contains(labRegions, region) }

// LabRegions names the regions of a lab, for people.
func LabRegions() string { return strings.Join(labRegions, " and ") }

// UnfitForLab returns why a lab's account must not be asked for instances of a type, and what to do,
// or "".
func UnfitForLab(instanceType, instead string) string {
	if _, size, _ := strings.Cut(instanceType, "."); slices.Contains(labSizes, size) {
		return ""
	}
	return fmt.Sprintf("%q is not of a size that a Learner Lab allows, which are %s; give another one, such as %s", instanceType, strings.Join(labSizes, ", "), instead)
}

// LabPeak returns how many instances may run at a time while a release takes over, if scaling adds
// all that it may: fleets of at most so many instances each, and none serves if former is 0. It has
// room for the next release, too, which a fleet without it could not be followed by.
func LabPeak(strategy Strategy, former, wanted int) int {
	most := max(former, wanted)
	if strategy == Rolling {
		return Rolled(most)
	}
	return most + wanted
}

// LabFits returns the largest fleet whose LabPeak is at most room, or 0.
func LabFits(strategy Strategy, former, room int) (wanted int) {
	for LabPeak(strategy, former, wanted+1) <= room {
		wanted++
	}
	return wanted
}

// Rolled returns how many instances there are at most while so many are replaced, half as many more
// at a time: those that drain are still there when the next are launched.
func Rolled(running int) int {
	more := max(1, running/2)
	return running + more + min(more, running-more)
}

// Largest returns the most instances of a fleet at any hour.
func (t Timetable) Largest(usual Bounds) int {
	most := usual.MaxSize
	for _, size := range t.Sizes {
		most = max(most, size.MaxSize)
	}
	return most
}
