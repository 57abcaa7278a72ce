package release

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// Prefix begins the name of every resource.
const Prefix = "photogallery"

// UploadKeyObject is the key of the object with the upload key, in the stack's bucket.
const UploadKeyObject = "upload-key/key"

// Environment is the name of one installation, such as "main" or "staging". It is part of resource
// names, of which a load balancer's has the lowest limit, 32 characters.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
type Environment string

// A dash ends the environment in a name. If environments could have dashes, the prefix
// photogallery-main- would also cover the environment main-x.
var environmentName = regexp.MustCompile(`^[a-z][a-z0-9]{0,18}$`)

// Check returns an InvalidRequest that says what an environment's name may be, or nil.
func (e Environment) Check() error {
	if !environmentName.MatchString(string(e)) {
		return Errorf(InvalidRequest, "environment %q: give 1 to 19 lower-case letters and digits, a letter first", string(e))
	}
	return nil
}

// Name returns the name of the load balancer, the launch template, the schedule group and the blue
// slot's group.
func (e Environment) Name() string { return Prefix + "-" + string(e) }

// ReleaseMachine returns the name of the release state machine.
func (e Environment) ReleaseMachine() string { return e.Name() + "-release" }

// EnvironmentOf returns the environment of a release state machine by its name, or "" for another
// name.
func EnvironmentOf(releaseMachine string) Environment {
	rest, _ := strings.CutPrefix(releaseMachine, Prefix+"-")
	name, isOurs := strings.CutSuffix(rest, "-release")
	if !isOurs {
		return ""
	}
	return Environment(name)
}

// TeardownMachine returns the name of the teardown state machine.
func (e Environment) TeardownMachine() string { return e.Name() + "-teardown" }

// TTLSchedule returns the name of the one-time schedule that tears a release down at the end of its
// ttl.
func (e Environment) TTLSchedule() string { return e.Name() + "-ttl" }

// BuildSource returns the source of the events of the environment's builders, which may send events
// of no other source.
func (e Environment) BuildSource() string { return e.Name() + ".builder" }

// VerdictSource returns the source of people's verdicts on the environment's releases.
func (e Environment) VerdictSource() string { return e.Name() + ".verdict" }

// NoticeSource returns the source of what releases tell people under way.
func (e Environment) NoticeSource() string { return e.Name() + ".notice" }

// AlarmKind identifies an alarm that a release makes.
type AlarmKind string

// The alarms that a release makes: of a fleet, and BalancerErrors and Unvisited of the load balancer.
const (
	RequestsHigh   AlarmKind = "requests-high"   // scales out: too many requests per target
	CPUHigh        AlarmKind = "cpu-high"        // scales out: the instances are busy
	Idle           AlarmKind = "idle"            // scales in: requests and CPU are both low
	UnhealthyHosts AlarmKind = "unhealthy-hosts" // guards a refresh
	NoHealthyHost  AlarmKind = "no-healthy-host" // tells people: no instance answers
	BalancerErrors AlarmKind = "balancer-errors" // tells people: the load balancer itself answers with errors
	Unvisited      AlarmKind = "unvisited"       // starts a teardown: nobody has visited for the time of the option sleepAfter
)

// AlarmKinds lists the alarms of a fleet.
func AlarmKinds() []AlarmKind {
	return []AlarmKind{RequestsHigh, CPUHigh, Idle, UnhealthyHosts, NoHealthyHost}
}

// Policy names of the group.
const (
	ScaleOutPolicy = "scale-out"
	ScaleInPolicy  = "scale-in"
)

// ImageName returns the name of the image of a digest. It depends on nothing else, so that an image
// is made once. A rebake adds its release, because AWS requires unique image names.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html
func (e Environment) ImageName(digest string, rebakedBy string) string {
	name := fmt.Sprintf("%s-%s", e.Name(), Short(digest))
	if rebakedBy != "" {
		name += "-" + Short(Token(rebakedBy))
	}
	return name
}

// Short returns the first twelve characters of a digest, enough for people.
func Short(digest string) string { return digest[:min(12, len(digest))] }

// Token returns a deterministic idempotency token of at most 64 characters. The same parts make the
// same token.
func Token(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		sum.Write(fmt.Appendf(nil, "%d:%s", len(part), part))
	}
	return hex.EncodeToString(sum.Sum(nil))
}
