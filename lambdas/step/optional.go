package step

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Optional holds the settings of the stack's options. The zero value is a gallery on the load
// balancer's own name, over HTTP, without logs.
type Optional struct {
	Domain           string        // the gallery's own name, such as photos.example.com, or "" for none
	HostedZone       string        // ID of the Route 53 zone that holds Domain; only with Domain
	Certificate      string        // ARN of Domain's certificate; only with Domain
	Uploads          Uploads       // whether instances accept photos from clients with the upload key
	InstanceLogGroup string        // the log group of the instances, or "" for none
	AccessLogBucket  string        // the bucket of the load balancer's access logs, or "" for none
	AccessLogPrefix  string        // the prefix of the keys in AccessLogBucket; may be ""
	VPC              string        // ID of a VPC that the stack did not make, or "" for the stack's
	EBSKey           string        // encrypts volumes: a key's ARN, or ManagedKey, or "" for the account's default
	SleepAfter       time.Duration // without a visit, until the gallery is torn down; whole minutes, or 0 for never
	Budget           float64       // in USD a calendar month, or 0 for none
	Dashboard        bool          // whether the stack has a dashboard
	Lab              bool          // the account is one of an AWS Academy Learner Lab, whose limits hold
	Closed           bool          // the load balancer admits a range of addresses that does not include functions
	Wake             Wake          // how a visitor wakes the gallery, or "" for no front door
	WakeLimit        int           // how many times a day visitors may wake it
	Night            Night         // in which visitors may not wake it, or zero for none
	Door             bool          // Domain leads to the front door while nothing serves
}

// ManagedKey is the alias of AWS's EBS key in each account and region.
// https://docs.aws.amazon.com/ebs/latest/userguide/how-ebs-encryption-works.html
const ManagedKey = "alias/aws/ebs"

// Uploads states if the gallery accepts photos.
type Uploads string

// The values of Uploads.
const (
	UploadsAsBuilt Uploads = ""    // depends on whether the machine has a key: the local mode
	UploadsOn      Uploads = "on"  // with the key in the stack's bucket
	UploadsOff     Uploads = "off" // for viewing only
)

// Wake is the way in which a visitor of the front door starts a release.
type Wake string

// The values of Wake.
const (
	WakeByClick Wake = "click"
	WakeByVisit Wake = "visit"
)

// UsualWakeLimit is the default number of times a day that visitors may wake the gallery.
const UsualWakeLimit = 6

// UsualWakeConcurrency is the default number of concurrent executions that are reserved for the front door.
const UsualWakeConcurrency = 5

// Night is the time between the scheduled teardown and the scheduled release.
type Night struct {
	Teardown, Release string // schedule expressions, or "" for none
	TimeZone          string // an IANA name
}

// VolumeKey returns EBSKey for a request, or nil to leave the choice to EBS.
func (o Optional) VolumeKey() *string {
	if o.EBSKey == "" {
		return nil
	}
	return &o.EBSKey
}

func optionalFrom(getenv func(string) string) Optional {
	return Optional{
		Domain:           getenv("DOMAIN"),
		HostedZone:       getenv("HOSTED_ZONE"),
		Certificate:      getenv("CERTIFICATE"),
		Uploads:          Uploads(getenv("UPLOADS")),
		InstanceLogGroup: getenv("INSTANCE_LOG_GROUP"),
		AccessLogBucket:  getenv("ACCESS_LOG_BUCKET"),
		AccessLogPrefix:  getenv("ACCESS_LOG_PREFIX"),
		VPC:              getenv("VPC"),
		EBSKey:           getenv("EBS_KEY"),
		SleepAfter:       minutes(getenv("SLEEP_AFTER")),
		Budget:           budgetFrom(getenv("BUDGET")),
		Lab:              getenv("LAB") == "on",
		Dashboard:        getenv("DASHBOARD") == "on",
		Closed:           getenv("ENTRANCE") == "closed",
		Wake:             Wake(getenv("WAKE")),
		WakeLimit:        count(getenv("WAKE_LIMIT")),
		Night:            Night{getenv("NIGHT_TEARDOWN"), getenv("NIGHT_RELEASE"), getenv("NIGHT_TIME_ZONE")},
		Door:             getenv("DOOR") == "on",
	}
}

// MaxSleepAfter is the longest time that an alarm looks back at, by the minute.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
const MaxSleepAfter = 24 * time.Hour

// minutes returns a number of minutes, or -1 for what is none.
func minutes(text string) time.Duration {
	if text == "" {
		return 0
	}
	number := count(text)
	if number < 0 {
		return -1
	}
	return time.Duration(number) * time.Minute
}

// count returns a number, or -1 for what is none.
func count(text string) int {
	if text == "" {
		return 0
	}
	number, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return number
}

// budgetFrom returns NaN for what is no amount, which problems reports.
func budgetFrom(value string) float64 {
	if value == "" {
		return 0
	}
	amount, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return math.NaN()
	}
	return amount
}

// The valid forms. Every function reads them when it starts, so none is compiled without need or
// has large counts, which take milliseconds to compile.
const (
	domainName  = `^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`
	hostedZone  = `^[A-Z0-9]{1,32}$`
	certificate = `^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+$`
	uploads     = `^(on|off)$`
	logGroup    = `^[A-Za-z0-9._/#-]+$`
	bucketName  = `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`
	vpcID       = `^vpc-[0-9a-f]+$`
	ebsKey      = `^(alias/aws/ebs|arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)$`
	wake        = `^(click|visit)$`
	logPrefix   = `^[A-Za-z0-9!_.*'()-]([A-Za-z0-9!_.*'()/-]*[A-Za-z0-9!_.*'()-])?$`
)

// maxDomain is the maximum length of a domain name.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
const maxDomain = 253

// maxLogGroup is the maximum length of the name of a log group.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
const maxLogGroup = 512

// problems lists the errors in the given settings.
func (o Optional) problems() (problems []error) {
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	for _, given := range []struct {
		name, value   string
		form, example string
	}{
		{"DOMAIN", o.Domain, domainName, "photos.example.com"},
		{"HOSTED_ZONE", o.HostedZone, hostedZone, "Z0123456789ABCDEFGHIJ"},
		{"CERTIFICATE", o.Certificate, certificate, "arn:aws:acm:us-east-1:123456789012:certificate/ID"},
		{"UPLOADS", string(o.Uploads), uploads, "on or off"},
		{"INSTANCE_LOG_GROUP", o.InstanceLogGroup, logGroup, "/photogallery/main/instances"},
		{"ACCESS_LOG_BUCKET", o.AccessLogBucket, bucketName, "a bucket's name"},
		{"VPC", o.VPC, vpcID, "vpc-0123456789abcdef0"},
		{"EBS_KEY", o.EBSKey, ebsKey, "arn:aws:kms:us-east-1:123456789012:key/ID, or " + ManagedKey},
		{"WAKE", string(o.Wake), wake, "click or visit"},
		{"ACCESS_LOG_PREFIX", o.AccessLogPrefix, logPrefix, "main or logs/main, with no / at either end"},
	} {
		if given.value != "" && !regexp.MustCompile(given.form).MatchString(given.value) {
			wrong("environment variable %s is %q: give it the form of %s, or leave it out", given.name, given.value, given.example)
		}
	}
	if given := o.Domain + o.HostedZone + o.Certificate; given != "" && (o.Domain == "" || o.HostedZone == "" || o.Certificate == "") {
		wrong("DOMAIN is %q, HOSTED_ZONE %q and CERTIFICATE %q: a domain needs all three; give all or none", o.Domain, o.HostedZone, o.Certificate)
	}
	if o.SleepAfter < 0 || o.SleepAfter > MaxSleepAfter {
		wrong("environment variable SLEEP_AFTER is not a number of minutes up to %d: give one, or leave it out", MaxSleepAfter/time.Minute)
	}
	if o.Wake != "" && o.WakeLimit < 1 {
		wrong("environment variable WAKE_LIMIT is not a number from 1: give one, or leave WAKE out")
	}
	if len(o.Domain) > maxDomain {
		wrong("environment variable DOMAIN has %d characters: a domain name has at most %d", len(o.Domain), maxDomain)
	}
	if len(o.InstanceLogGroup) > maxLogGroup {
		wrong("environment variable INSTANCE_LOG_GROUP has %d characters: the name of a log group has at most %d", len(o.InstanceLogGroup), maxLogGroup)
	}
	if !(o.Budget >= 0 && o.Budget <= math.MaxFloat64) { // also refuses NaN
		wrong("environment variable BUDGET is %g: give an amount in USD, such as 20, or leave it out", o.Budget)
	}
	if o.AccessLogPrefix != "" && o.AccessLogBucket == "" {
		wrong("ACCESS_LOG_PREFIX is %q without ACCESS_LOG_BUCKET: give both or neither", o.AccessLogPrefix)
	}
	if strings.Contains(o.AccessLogPrefix, "AWSLogs") {
		wrong("ACCESS_LOG_PREFIX is %q: Elastic Load Balancing adds AWSLogs by itself and refuses it in a prefix", o.AccessLogPrefix)
	}
	return problems
}
