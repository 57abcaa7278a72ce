package cdk

import (
	"errors"
	"regexp"
	"strconv"

	"photogallery/lambdas/step"
	"photogallery/release"
)

const (
	off      = "off"
	anywhere = "0.0.0.0/0"

	usualRange = "10.0.0.0/16"
)

// Table lists the options in the order of the documentation.
func Table() []Option {
	return []Option{
		{
			Key: "environment", Default: "main",
			Allowed: "1 to 19 lower-case letters and digits, a letter first",
			Effect:  "Names the stack, `photogallery-ENVIRONMENT`, and everything in it. Environments share nothing.",
			parse: func(o *Options, value string) error {
				o.Environment = release.Environment(value)
				if o.Environment.Check() != nil {
					return errors.New("no name of an environment")
				}
				return nil
			},
		},
		{
			Key: "architecture", Default: release.ARM64,
			Allowed: "arm64 or x86_64",
			Effect:  "Of functions, images and instances. arm64 costs less; x86_64 runs software that is not built for arm64. After a change the next release bakes anew: see below.",
			parse:   parseArchitecture,
		},
		{
			Key: "cidr", Default: anywhere,
			Allowed: "an IPv4 range such as 203.0.113.0/24",
			Effect:  "The addresses that may reach the load balancer. If they are not all addresses, a release cannot request the health path and checks only the health of the targets.",
			parse:   parseCIDR,
		},
		{
			Key: "vpc", Default: "", Allowed: "a VPC's ID such as vpc-0123456789abcdef0",
			Effect: "Uses a VPC of yours, and makes only security groups in it. Without `publicSubnets` its subnets are looked up with your credentials. Of the first deployment: see below.",
			parse:  func(o *Options, value string) error { return match(&o.VPC, value, vpcID, "no ID of a VPC") },
		},
		{
			Key: "publicSubnets", Default: "", Allowed: "two IDs such as subnet-0123456789abcdef0,subnet-0123456789abcdef1",
			Effect: "The two subnets of `vpc` for the load balancer and builders, in two zones and with a route to an internet gateway. Of the first deployment.",
			parse:  func(o *Options, value string) error { return parseSubnets(&o.PublicSubnets, value) },
		},
		{
			Key: "privateSubnets", Default: "", Allowed: "two IDs such as subnet-0123456789abcdef2,subnet-0123456789abcdef3",
			Effect: "The two subnets of `vpc` for the fleet, in the same zones and with a way to S3; without them the fleet is in `publicSubnets`. Of the first deployment.",
			parse:  func(o *Options, value string) error { return parseSubnets(&o.PrivateSubnets, value) },
		},
		{
			Key: "vpcRange", Default: usualRange,
			Allowed: "a private IPv4 range of 1,024 to 65,536 addresses, such as 10.20.0.0/20",
			Effect:  "The addresses of the network. Of the first deployment: see below.",
			parse:   parseVPCRange,
		},
		{
			Key: "zones", Default: "",
			Allowed: "two zones such as us-east-1a,us-east-1c, or their IDs such as use1-az1,use1-az4",
			Effect:  "The two Availability Zones; without it the first two that the account sees, of which one may lack the instance type: `gallery doctor` proposes a pair. Of the first deployment: see below.",
			parse:   parseZones,
		},
		{
			Key: "nightlyTeardown", Default: off,
			Allowed: "off, or a schedule such as cron(0 20 * * ? *)",
			Effect:  "Tears everything down that costs by the hour; the image stays, so that the next release takes minutes.",
			parse:   func(o *Options, value string) error { return parseSchedule(&o.NightlyTeardown, value) },
		},
		{
			Key: "morningRelease", Default: off,
			Allowed: "off, or a schedule such as cron(0 7 ? * MON-FRI *)",
			Effect:  "Releases again what served last.",
			parse:   func(o *Options, value string) error { return parseSchedule(&o.MorningRelease, value) },
		},
		{
			Key: "rebake", Default: off,
			Allowed: "off, or a schedule such as cron(0 5 ? * MON *)",
			Effect:  "Looks for a newer base image of Amazon than that of the image which serves, and if there is one, bakes what serves on it and releases that. Without one, and where nothing serves, it changes nothing.",
			parse:   func(o *Options, value string) error { return parseSchedule(&o.Rebake, value) },
		},
		{
			Key: "sleepAfter", Default: off,
			Allowed: "off, or 5m to 24h in whole minutes, such as 45m",
			Effect:  "Tears the gallery down when nobody has visited it for that long, and keeps its image. It waits for the end of a release. Every request that reaches an instance counts as a visit, a robot's too.",
			parse:   parseSleepAfter,
		},
		{
			Key: "wake", Default: off,
			Allowed: "off, click or visit",
			Effect:  "Gives the environment a front door: an address that stays, leads to the gallery while it serves, and lets visitors wake it while it sleeps, with a click or by their visit alone. Needs `sleepAfter` or `nightlyTeardown`. See [below](#the-front-door).",
			parse:   parseWake,
		},
		{
			Key: "wakeLimit", Default: strconv.Itoa(step.UsualWakeLimit),
			Allowed: "1 to 100",
			Effect:  "How many times a day of UTC visitors may wake the gallery. With the upload key they may wake it more often.",
			parse:   func(o *Options, value string) error { return parseNumber(&o.WakeLimit, value, 1, 100) },
		},
		{
			Key: "wakeAtNight", Default: off,
			Allowed: "on or off",
			Effect:  "Lets visitors wake the gallery between `nightlyTeardown` and `morningRelease`, too.",
			parse:   func(o *Options, value string) error { return parseSwitch(&o.WakeAtNight, value) },
		},
		{
			Key: "wakeConcurrency", Default: strconv.Itoa(step.UsualWakeConcurrency),
			Allowed: "0 to 100",
			Effect:  "How many requests the front door answers at a time, and ten times as many a second. Lambda reserves them from the account's quota and wants 100 to be left: `gallery doctor` says how many it can reserve. A new account with 10 needs 0, and there a flood can hold up releases and teardowns. None is reserved in a Learner Lab.",
			parse:   func(o *Options, value string) error { return parseNumber(&o.WakeConcurrency, value, 0, 100) },
		},
		{
			Key: "budget", Default: off,
			Allowed: "off, or US dollars such as 20 or 7.50",
			Effect:  "What the environment may cost in a calendar month of UTC. At 80 % you get a message; at 100 % everything is torn down that a teardown removes, and releases are refused until the month ends or you deploy with more. [cost.md](cost.md#a-budget) says how that is added up.",
			parse:   parseBudget,
		},
		{
			Key: "timeZone", Default: "UTC",
			Allowed: "a name such as Europe/Zurich",
			Effect:  "The time zone of the schedules.",
			parse:   parseTimeZone,
		},
		{
			Key: "notify", Default: "", Allowed: "e-mail addresses such as ops@example.com,me@example.com",
			Effect: "Get a message about every end of a release or teardown, every outage and every alarm of the stack. AWS asks each address for its consent first.",
			parse:  parseNotify,
		},
		{
			Key: "topic", Default: "", Allowed: "the ARN of a standard SNS topic, such as arn:aws:sns:us-east-1:123456789012:ops",
			Effect: "An SNS topic of yours, in the stack's region, gets these messages; the stack makes none. Its policy must allow that: see below.",
			parse:  parseTopic,
		},
		{
			Key: "webhook", Default: "", private: true, Allowed: "slack: or teams: and the name of a secret in Secrets Manager that holds the webhook's address, such as slack:photogallery/webhook",
			Effect: "Posts these messages to a channel of Slack or Teams, too. See below.",
			parse:  parseWebhook,
		},
		{
			Key: "domain", Default: "", Allowed: "a name such as photos.example.com",
			Effect: "Serves the gallery there over HTTPS, with a certificate that AWS renews, and sends HTTP there. Needs `hostedZone`. Tear down before you change either: a running release keeps the former certificate and record, which CloudFormation cannot delete while they are used. With `wake` the domain leads to the [front door](#the-front-door) while the gallery sleeps; tear down before you add `wake` to a domain, too.",
			parse:  func(o *Options, value string) error { return match(&o.Domain, value, domainName, "no domain name") },
		},
		{
			Key: "hostedZone", Default: "", Allowed: "an ID such as Z0123456789ABCDEFGHIJ",
			Effect: "The Route 53 public hosted zone that `domain` is in.",
			parse: func(o *Options, value string) error {
				return match(&o.HostedZone, value, zoneID, "no ID of a hosted zone")
			},
		},
		{
			Key: "uploadsOverHttp", Default: off, Allowed: "on or off",
			Effect: "Without a domain the upload key would be sent in clear, so browsers may not upload; this allows it. `gallery upload` always works.",
			parse:  func(o *Options, value string) error { return parseSwitch(&o.UploadsOverHTTP, value) },
		},
		{
			Key: "instanceConnect", Default: off, Allowed: "on or off",
			Effect: "Makes an EC2 Instance Connect Endpoint, by which `gallery shell` reaches instances that have no public address. It is free.",
			parse:  func(o *Options, value string) error { return parseSwitch(&o.InstanceConnect, value) },
		},
		{
			Key: "accessLogs", Default: off, Allowed: "on or off",
			Effect: "Keeps the load balancer's access logs in a bucket of their own, which goes with the stack, or when this is turned off.",
			parse:  func(o *Options, value string) error { return parseSwitch(&o.AccessLogs, value) },
		},
		{
			Key: "ebsKey", Default: "", Allowed: "a KMS key's ARN such as arn:aws:kms:us-east-1:123456789012:key/ID, or " + step.ManagedKey,
			Effect: "Encrypts the volumes of builders and instances. Without it EBS uses the account's default key, and if that is a key of yours no release can bake: `gallery doctor` reports that. The policy that a key needs is below.",
			parse: func(o *Options, value string) error {
				return match(&o.EBSKey, value, volumeKey, "neither the ARN of a KMS key nor the alias of AWS's")
			},
		},
		{
			Key: "settingsKey", Default: "", Allowed: "a KMS key's ARN such as arn:aws:kms:us-east-1:123456789012:key/ID",
			Effect: "Encrypts the settings and secrets of the app that are set from now on. Without it S3 encrypts them with keys of its own, for free. The policy that a key needs is below.",
			parse: func(o *Options, value string) error {
				return match(&o.SettingsKey, value, settingsKey, "no ARN of a KMS key")
			},
		},
		{
			Key: "flowLogs", Default: "on", Allowed: "on or off",
			Effect: "Records refused connections of the network in CloudWatch Logs.",
			parse:  func(o *Options, value string) error { return parseSwitch(&o.FlowLogs, value) },
		},
		{
			Key: "role", Default: "", Allowed: "a role's name or ARN, such as LabRole",
			Effect: "One role for functions, state machines, rules, schedules and instances, for accounts in which nobody may make roles. Needs `instanceProfile`. Of the first deployment: later it would delete the roles that the fleet uses. With LabRole the limits of a Learner Lab hold. [lab.md](lab.md) has those, and what is lost.",
			parse:  func(o *Options, value string) error { return parseIAMName(&o.Role, value, "role") },
		},
		{
			Key: "instanceProfile", Default: "", Allowed: "an instance profile's name or ARN, such as LabInstanceProfile",
			Effect: "The instance profile with `role`, for builders and the fleet.",
			parse: func(o *Options, value string) error {
				return parseIAMName(&o.InstanceProfile, value, "instance-profile")
			},
		},
		{
			Key: "assetsBucket", Default: "", Allowed: "a bucket's name, such as photogallery-lab-123456789012-us-east-1",
			Effect: "Uploads the deployment's files to this bucket with your own credentials, and needs no `cdk bootstrap`. `gallery lab init` makes one.",
			parse: func(o *Options, value string) error {
				return match(&o.AssetsBucket, value, bucketName, "no name of a bucket")
			},
		},
		{
			Key: "github", Default: "", Allowed: "at most 5 repositories separated by commas, such as OWNER/REPOSITORY, or of one's jobs alone those of OWNER/REPOSITORY:environment:NAME, OWNER/REPOSITORY:ref:refs/heads/BRANCH or OWNER/REPOSITORY:pull_request",
			Effect: "Makes a role that these jobs of GitHub Actions take without a key, and that may release and do nothing else. [pipeline.md](pipeline.md#the-role) has what it needs once in an account.",
			parse:  parseGitHub,
		},
		{
			Key: "dashboard", Default: off, Allowed: "on or off",
			Effect: "Makes a CloudWatch dashboard, and an alarm for each way in which a release or a teardown ends badly, of which you get a message anyway. AWS bills $3.60 a month for them.",
			parse:  func(o *Options, value string) error { return parseSwitch(&o.Dashboard, value) },
		},
		{
			Key: "logDays", Default: "30", Allowed: "one of 1, 3, 5, 7, 14, 30, 60, 90, 180, 365",
			Effect: "How many days logs are kept.",
			parse:  parseLogDays,
		},
		{
			Key: "tags", Default: "",
			Allowed: "at most 20 such as team=web,cost-center=42, in cdk.json an object too",
			Effect:  "Tags that your organization requires, in addition to Photogallery's own: of the stack, its resources, and those of releases. See below.",
			parse:   parseTags,
		},
	}
}

var (
	domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`)
	dollars    = regexp.MustCompile(`^[1-9][0-9]{0,5}(\.[0-9]{1,2})?$`)
	zoneID     = regexp.MustCompile(`^Z[A-Z0-9]{1,31}$`)
	// https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN
	volumeKey   = regexp.MustCompile(`^(alias/aws/ebs|arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)$`)
	settingsKey = regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$`)
	expression  = regexp.MustCompile(`^(cron\(([^ ()]+ ){5}[^ ()]+\)|rate\([1-9][0-9]* (minute|hour|day)s?\))$`)
)
