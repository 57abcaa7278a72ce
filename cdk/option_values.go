package cdk

import (
	"errors"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // time zones are checked on machines without a database of them

	"photogallery/lambdas/step"
	"photogallery/release"
)

func match(field *string, value string, pattern *regexp.Regexp, problem string) error {
	*field = value
	if value != "" && !pattern.MatchString(value) {
		return errors.New(problem)
	}
	return nil
}

func parseArchitecture(o *Options, value string) error {
	o.Architecture = value
	if !slices.Contains(release.Architectures(), value) {
		return errors.New("no architecture of functions")
	}
	return nil
}

func parseCIDR(o *Options, value string) error {
	prefix, err := netip.ParsePrefix(value)
	if err != nil || !prefix.Addr().Is4() {
		return errors.New("no IPv4 range")
	}
	if prefix != prefix.Masked() {
		return errors.New("the address has bits beyond the range, which starts at " + prefix.Masked().String())
	}
	o.CIDR = value
	return nil
}

// The network has two public and two private subnets of 256 addresses each, in a VPC of at most 65,536.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
const (
	largestRange  = 16
	smallestRange = 22
)

// shared is the range of RFC 6598, which a VPC may have like the private ones.
var shared = netip.MustParsePrefix("100.64.0.0/10")

func parseVPCRange(o *Options, value string) error {
	prefix, err := netip.ParsePrefix(value)
	if err != nil || !prefix.Addr().Is4() {
		return errors.New("no IPv4 range")
	}
	if prefix != prefix.Masked() {
		return errors.New("the address has bits beyond the range, which starts at " + prefix.Masked().String())
	}
	if prefix.Bits() < largestRange || prefix.Bits() > smallestRange {
		return errors.New("a network has /16 to /22")
	}
	if !prefix.Addr().IsPrivate() && !shared.Contains(prefix.Addr()) {
		return errors.New("these addresses are other people's")
	}
	o.VPCRange = value
	return nil
}

var (
	zoneName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$`)
	zoneByID = regexp.MustCompile(`^[a-z]{2,5}[0-9]-az[0-9]{1,2}$`)
)

// parseZones accepts names or IDs. A name may be another zone in another account; an ID is the same
// zone everywhere.
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/az-ids.html
func parseZones(o *Options, value string) error {
	if value == "" {
		return nil
	}
	o.Zones = value
	zones := o.zones()
	if len(zones) != 2 || zones[0] == zones[1] {
		return errors.New("not two different zones")
	}
	for _, form := range []*regexp.Regexp{zoneName, zoneByID} {
		if form.MatchString(zones[0]) && form.MatchString(zones[1]) && regionOf(zones[0]) == regionOf(zones[1]) {
			return nil
		}
	}
	return errors.New("neither names nor IDs of two zones of one region")
}

// regionOf returns us-east-1 for us-east-1a, and use1 for use1-az1.
func regionOf(zone string) string {
	if region, _, isID := strings.Cut(zone, "-az"); isID {
		return region
	}
	return zone[:len(zone)-1]
}

// parseSchedule checks only the form; EventBridge Scheduler checks the rest.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
func parseSchedule(field *string, value string) error {
	if value == off {
		return nil
	}
	*field = value
	if !expression.MatchString(value) {
		return errors.New("no schedule: cron has six fields in brackets, rate a number and a unit")
	}
	return nil
}

func parseBudget(o *Options, value string) error {
	if value == off {
		return nil
	}
	return match(&o.Budget, value, dollars, "no amount from 1 to 999999")
}

func parseTimeZone(o *Options, value string) error {
	o.TimeZone = value
	if _, err := time.LoadLocation(value); err != nil || value == "" || value == "Local" {
		return errors.New("no time zone")
	}
	return nil
}

func parseSwitch(field *bool, value string) error {
	*field = value == "on" || value == "true"
	if !slices.Contains([]string{"on", off, "true", "false"}, value) {
		return errors.New("neither on nor off")
	}
	return nil
}

func parseLogDays(o *Options, value string) (err error) {
	allowed := []int{1, 3, 5, 7, 14, 30, 60, 90, 180, 365}
	o.LogDays, err = strconv.Atoi(strings.TrimSpace(value))
	if err != nil || !slices.Contains(allowed, o.LogDays) {
		return errors.New("CloudWatch Logs keeps logs for none such")
	}
	return nil
}

// parseSleepAfter accepts whole minutes that an alarm can look back over. It refuses times so short that a visitor who reads
// a page seems gone.
func parseSleepAfter(o *Options, value string) error {
	if value == off {
		return nil
	}
	after, err := time.ParseDuration(value)
	switch {
	case err != nil:
		return errors.New("no time")
	case after < 5*time.Minute || after > step.MaxSleepAfter || after%time.Minute != 0:
		return errors.New("too short, too long or with a part of a minute")
	}
	o.SleepAfter = after
	return nil
}
