package cdk

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// Options holds the options of a stack. They come from the context: -c key=value, or the "context"
// of cdk.json.
type Options struct {
	Environment     release.Environment
	Architecture    string        // of functions and instances: arm64 or x86_64
	CIDR            string        // IPv4 range that the load balancer admits
	VPC             string        // ID of the network, or "" for one of the stack
	PublicSubnets   string        // two subnets of VPC separated by a comma; only with VPC
	PrivateSubnets  string        // the fleet's, or "" for PublicSubnets
	VPCRange        string        // IPv4 range of the stack's network
	Zones           string        // two zones separated by a comma, or "" for the first two of the account
	NightlyTeardown string        // schedule expression, or "" for none
	MorningRelease  string        // schedule expression, or "" for none
	Rebake          string        // schedule expression, or "" for none
	SleepAfter      time.Duration // without a visit, until the gallery is torn down; whole minutes, or 0 for never
	Wake            step.Wake     // how a visitor of the front door wakes the gallery, or "" for no front door
	WakeLimit       int           // how many times a day
	WakeAtNight     bool          // also between NightlyTeardown and MorningRelease
	WakeConcurrency int           // requests that the front door answers at a time, or 0 for no bound of its own
	Budget          string        // USD a calendar month, or "" for none
	TimeZone        string        // of the schedules, by its IANA name
	Notify          string        // e-mail addresses separated by commas, or "" for none
	Topic           string        // ARN of the SNS topic of messages, or "" for one of the stack
	Webhook         string        // slack or teams, a colon and the name of a secret with the address, or "" for none
	Domain          string        // served over HTTPS, or "" for plain HTTP
	HostedZone      string        // Route 53 hosted zone of Domain
	UploadsOverHTTP bool
	InstanceConnect bool
	AccessLogs      bool
	EBSKey          string // ARN of the key of volumes, or step.ManagedKey, or "" for the account's default
	SettingsKey     string // ARN of the KMS key of settings and secrets, or "" for S3's own
	FlowLogs        bool
	Role            string // name of the one role that everything uses, or "" for roles of the stack
	InstanceProfile string // name of the profile with that role, or "" with Role
	AssetsBucket    string // bucket of the assets, or "" for the one of cdk bootstrap
	GitHub          string // subjects of GitHub's tokens separated by commas, or "" for no role of their jobs
	Dashboard       bool
	LogDays         int
	Tags            string // tags of every resource, in the form of release.ParseTags, or "" for none
}

// zones returns the names or the IDs of the network's zones, or nil for the account's first two.
func (o Options) zones() []string {
	if o.Zones == "" {
		return nil
	}
	return strings.Split(strings.ReplaceAll(o.Zones, " ", ""), ",")
}

// Uploads reports whether the gallery accepts photos from browsers: only if the upload key is not
// sent in clear, unless that was allowed.
func (o Options) Uploads() bool { return o.Domain != "" || o.UploadsOverHTTP }

// Option describes one key of the context.
type Option struct {
	Key     string
	Default string // "" turns it off
	Allowed string // completes "give …"
	Effect  string // a sentence for the documentation
	private bool   // whether a wrong value may be a secret, so that no error shows it
	parse   func(*Options, string) error
}

// ParseOptions reads the context of a CDK app and ignores the CDK's own keys. Its error is an
// InvalidRequest that names every problem at once, each with the allowed values.
func ParseOptions(context map[string]any) (Options, error) {
	var options Options
	var problems release.Problems
	for _, key := range slices.Sorted(maps.Keys(context)) {
		if !isOption(key) && !isOfTheCDK(key) {
			problems = append(problems, release.Problem{Field: key, Message: "no such option; the options are " + strings.Join(keys(), ", ")})
		}
	}
	for _, option := range Table() {
		value := option.Default
		if given, isGiven := context[option.Key]; isGiven && given != nil {
			value = textOf(given)
		}
		if err := option.parse(&options, value); err != nil {
			problems = append(problems, option.problems(value, err)...)
		}
	}
	problems = append(problems, options.conflicts()...)
	problems = append(problems, options.wakeConflicts()...)
	problems = append(problems, options.roleConflicts(context)...)
	problems = append(problems, options.networkConflicts(context)...)
	problems = append(problems, options.gitHubConflicts()...)
	problems = append(problems, boundaryProblems(context)...)
	if len(problems) > 0 {
		return Options{}, &release.Error{Code: release.InvalidRequest, Message: problems.Error(), Err: problems}
	}
	return options, nil
}

// problems lists what parse found wrong with a value, each with the allowed values.
func (o Option) problems(value string, err error) (problems release.Problems) {
	var several release.Problems
	if !errors.As(err, &several) {
		several = release.Problems{{Message: err.Error()}}
	}
	shown := fmt.Sprintf("%q: ", value)
	if o.private {
		shown = ""
	}
	for _, one := range several {
		problems = append(problems, release.Problem{Field: o.Key, Message: fmt.Sprintf("%s%s; give %s", shown, one.Message, o.Allowed)})
	}
	return problems
}

func (o Options) conflicts() (problems release.Problems) {
	if o.Domain != "" && o.HostedZone == "" {
		problems = append(problems, release.Problem{Field: "hostedZone", Message: "left out, but domain is given; give the ID of the Route 53 hosted zone that " + o.Domain + " is in"})
	}
	if o.Domain == "" && o.HostedZone != "" {
		problems = append(problems, release.Problem{Field: "domain", Message: "left out, but hostedZone is given; give the name under which the gallery is served"})
	}
	return problems
}

// boundaryKey is the CDK's own key for a permissions boundary of all roles.
// https://docs.aws.amazon.com/cdk/v2/guide/customize-permissions-boundaries.html
const boundaryKey = "@aws-cdk/core:permissionsBoundary"

// boundaryProblems refuses what would make the CDK panic: it puts account, region and partition
// into the name of a boundary, and this stack does not know them.
func boundaryProblems(context map[string]any) (problems release.Problems) {
	if boundary := fmt.Sprint(context[boundaryKey]); strings.Contains(boundary, "${AWS::") {
		problems = append(problems, release.Problem{Field: boundaryKey, Message: boundary + " holds a pseudo parameter, which the CDK does not fill in here; write the account, region or partition out"})
	}
	return problems
}

func isOption(key string) bool { return slices.Contains(keys(), key) }

// isOfTheCDK recognizes feature flags, cached lookups and the CLI's own keys, all of which have a
// colon or a namespace.
func isOfTheCDK(key string) bool {
	return strings.HasPrefix(key, "@") || strings.Contains(key, ":") || strings.HasPrefix(key, "cdk-")
}

func keys() []string {
	names := make([]string, 0, len(Table()))
	for _, option := range Table() {
		names = append(names, option.Key)
	}
	return names
}
