package step

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"photogallery/release"
)

// Settings holds the names of the stack's resources that every release uses. On AWS they are
// environment variables.
type Settings struct {
	Environment               release.Environment
	Architecture              string   // arm64 or x86_64
	PublicSubnets             []string // one per zone, for load balancer and builder
	PrivateSubnets            []string // one per zone, for the fleet
	LoadBalancerSecurityGroup string
	InstanceSecurityGroup     string
	BuilderSecurityGroup      string
	TargetGroup               string // ARN, of the blue slot; see Targets
	GreenTargetGroup          string // ARN
	BuilderProfile            string // instance profile ARN
	FleetProfile              string // instance profile ARN
	RunnerProfile             string // instance profile ARN
	Table                     string // lock, build results and the current release
	Bucket                    string // bundles and photos
	DefaultBundle             string // s3://…#sha256=…, the bundle of the deployment
	BaseImageParameter        string // SSM public parameter with the base image
	ReleaseMachine            string // ARN
	TeardownMachine           string // ARN
	ScheduleRole              string // ARN of the role that may start the teardown
	ScheduleDeadLetters       string // queue ARN, or "" for none

	Optional
	Tags    release.Tags // tags that the user's organization requires, or nil if there are none
	Timings Timings

	// Metrics receives an execution's metrics, one line of JSON in CloudWatch's embedded metric
	// format. On AWS it is the function's standard output. It is nil if nobody reads them.
	Metrics io.Writer

	// PackBundle packs a folder and returns its location among the bundles that releases read. It
	// stores it there unless the run is dry.
	// Its error is an InvalidRequest if the folder does not exist or is not a bundle. It is nil on
	// AWS, where the steps cannot see the caller's folders.
	PackBundle func(ctx context.Context, folder string, dry bool) (release.Bundle, error)
}

// Timings bounds the waits of a release. The local mode divides them by its pace, except
// InstanceGrace, Warmup and RefreshWarmup: Auto Scaling gets those in seconds, and the embedded
// cloud divides them itself.
type Timings struct {
	Image         time.Duration // from CreateImage to available
	LoadBalancer  time.Duration // from creation to active
	Fleet         time.Duration // from the group's creation until all its instances are healthy
	Refresh       time.Duration // the whole instance refresh
	Verify        time.Duration // the deadline for a new fleet that is ready to answer
	VerifyBaking  time.Duration // the same in a refresh
	Sweep         time.Duration // one undo or teardown stage
	InstanceGrace time.Duration // after launch, during which an unhealthy instance is not replaced; longer than boot and service start
	Warmup        time.Duration // until a new instance counts in scaling
	RefreshWarmup time.Duration // until a new instance counts in a refresh; no shorter than InstanceGrace on AWS
	Unseen        time.Duration // how long a new resource may be missing from lists
	Settle        time.Duration // how long the last step of a stopped execution may still run; longer than any step's time-out
	Second        time.Duration // one second of what a request gives; see Requested
}

// DefaultTimings returns bounds well above AWS's usual durations.
//
// AWS leaves open whether a refresh counts an instance as healthy that fails the load balancer's
// checks within its grace period, in which the group ignores them. So the refresh waits for the end
// of the grace period. By then the alarm on unhealthy hosts fires; otherwise a broken version could
// replace the whole fleet before it does.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-health-check-grace-period
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-check-grace-period.html
func DefaultTimings() Timings {
	return Timings{
		Image:         30 * time.Minute,
		LoadBalancer:  10 * time.Minute,
		Fleet:         15 * time.Minute,
		Refresh:       90 * time.Minute,
		Verify:        5 * time.Minute, // EC2 reports running long before the service answers and passes its health checks
		VerifyBaking:  3 * time.Minute,
		Sweep:         40 * time.Minute,
		InstanceGrace: 5 * time.Minute,
		Warmup:        2 * time.Minute,
		RefreshWarmup: 5 * time.Minute,
		Unseen:        40 * time.Second,
		Settle:        70 * time.Second,
		Second:        time.Second,
	}
}

// SettingsFrom reads the environment variables of the step's function. Its error names every
// variable that is missing or conflicts with another.
func (s Step) SettingsFrom(getenv func(string) string) (Settings, error) {
	settings, err := SettingsFrom(getenv)
	if !s.DefaultBundle {
		return settings, err
	}
	r := reader{getenv: getenv}
	settings.DefaultBundle = r.text("DEFAULT_BUNDLE")
	return settings, errors.Join(append(r.problems, err)...)
}

// SettingsFrom reads the environment variables of every function. Its error names every variable
// that is missing or conflicts with another.
func SettingsFrom(getenv func(string) string) (Settings, error) {
	r := reader{getenv: getenv}
	settings := Settings{
		Environment:               release.Environment(r.text("ENVIRONMENT")),
		Architecture:              r.text("ARCHITECTURE"),
		PublicSubnets:             r.list("PUBLIC_SUBNETS"),
		PrivateSubnets:            r.list("PRIVATE_SUBNETS"),
		LoadBalancerSecurityGroup: r.text("LOAD_BALANCER_SECURITY_GROUP"),
		InstanceSecurityGroup:     r.text("INSTANCE_SECURITY_GROUP"),
		BuilderSecurityGroup:      r.text("BUILDER_SECURITY_GROUP"),
		TargetGroup:               r.text("TARGET_GROUP"),
		GreenTargetGroup:          r.text("GREEN_TARGET_GROUP"),
		BuilderProfile:            r.text("BUILDER_PROFILE"),
		FleetProfile:              r.text("FLEET_PROFILE"),
		RunnerProfile:             r.text("RUNNER_PROFILE"),
		Table:                     r.text("TABLE"),
		Bucket:                    r.text("BUCKET"),
		BaseImageParameter:        r.text("BASE_IMAGE_PARAMETER"),
		ReleaseMachine:            r.text("RELEASE_MACHINE"),
		TeardownMachine:           r.text("TEARDOWN_MACHINE"),
		ScheduleRole:              r.text("SCHEDULE_ROLE"),
		ScheduleDeadLetters:       getenv("SCHEDULE_DEAD_LETTERS"),
		Optional:                  optionalFrom(getenv),
		Timings:                   DefaultTimings(),
	}
	if err := settings.Environment.Check(); err != nil {
		r.problems = append(r.problems, err)
	}
	r.problems = append(r.problems, settings.problems()...)
	r.tags(&settings)
	return settings, errors.Join(r.problems...)
}

// Targets returns the ARN of a slot's target group.
func (s Settings) Targets(slot release.Slot) string {
	if slot == release.Green {
		return s.GreenTargetGroup
	}
	return s.TargetGroup
}

// Requested returns how long the seconds of a request take.
func (s Settings) Requested(seconds int) time.Duration {
	return time.Duration(seconds) * s.Timings.Second
}

// Pause returns the seconds between two checks of a wait of this many seconds. The checks of a day,
// of thirteen events each, must fit into an execution's history of 25,000.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
func Pause(wait int) int { return min(max(15, wait/80), 120) }

// Tagged returns the tags of a resource: the environment's, the resource's own and the
// organization's, in this order.
func (s Settings) Tagged(own ...release.Tag) release.Tags {
	tags := release.Tags{{Key: release.TagEnvironment, Value: string(s.Environment)}}
	return append(append(tags, own...), s.Tags...)
}

type reader struct {
	getenv   func(string) string
	problems []error
}

func (r *reader) text(name string) string {
	value := r.getenv(name)
	if value == "" {
		r.problems = append(r.problems, fmt.Errorf("environment variable %s is not set: the stack sets it, deploy again", name))
	}
	return value
}

func (r *reader) tags(settings *Settings) {
	tags, err := release.ParseTags(r.getenv("TAGS"))
	if err != nil {
		r.problems = append(r.problems, fmt.Errorf("environment variable TAGS: %w", err))
	}
	settings.Tags = tags
}

func (r *reader) list(name string) []string {
	value := r.text(name)
	if value == "" {
		return nil
	}
	return strings.Split(value, ",")
}
