//go:build conformance

package ministack_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/conformance/document"
	"photogallery/conformance/emulator"
	"photogallery/conformance/ministack"
	"photogallery/internal/execution"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const (
	environment release.Environment = "main"
	stack                           = "photogallery-main"
	domain                          = "photos.example.com"
)

// story is one: what a part leaves is what the next begins with.
var story = []struct {
	name string
	tell func(*cloud)
}{
	{"the CDK deploys a domain, access logs, notifications and a nightly teardown", (*cloud).deploy},
	{"a build that fails is reported over EventBridge, leaves nothing, and a message says why", (*cloud).failingBuild},
	{"a release with the console's default input serves the domain over HTTPS", (*cloud).firstRelease},
	{"a release that is stopped is undone by its own event, and the former one goes on serving", (*cloud).stoppedRelease},
	{"a second fleet takes over by the listener's weights, and the first one goes", (*cloud).secondFleet},
	{"a version that fails more often than the former one is rejected with half of the visitors", (*cloud).rejectedVersion},
	{"a person takes all visitors back while a release bakes", (*cloud).rolledBack},
	{"a teardown removes the domain's record, too", (*cloud).teardown},
	{"the schedule of a ttl tears its release down", (*cloud).expiredRelease},
	{"cdk destroy tears a release down first, and leaves nothing", (*cloud).destroy},
}

// cloud is MiniStack.
type cloud struct {
	*testing.T
	step.Clients
	server   *ministack.Server
	assembly string
	zone     string          // the ID of the domain's hosted zone
	known    map[string]bool // ARNs of executions that were started or seen
	queue    string          // the URL of a queue that the stack's topic tells
}

func TestDeployedDomain(t *testing.T) {
	log, err := os.Create(filepath.Join(folder(t), "ministack.log"))
	if err != nil {
		t.Fatal(err)
	}
	server, err := ministack.Start(t.Context(), t.TempDir(), domain, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &cloud{Clients: step.NewClients(server.Config(), http.DefaultClient), server: server, known: map[string]bool{}, assembly: filepath.Join(t.TempDir(), "cdk.out")}
	for _, part := range story {
		if !t.Run(part.name, func(t *testing.T) {
			c.T = t
			part.tell(c)
		}) {
			break
		}
	}
}

func TestDocumentTellsTheStory(t *testing.T) {
	var text strings.Builder
	for i, part := range story {
		fmt.Fprintf(&text, "%d. %s\n", i+1, part.name)
	}
	document.Block(t, "../README.md", "ministack story", text.String(), nil)
}

// folder is kept where CONFORMANCE_LOGS says, for who looks for what went wrong.
func folder(t *testing.T) string {
	if given := os.Getenv("CONFORMANCE_LOGS"); given != "" {
		return given
	}
	return t.TempDir()
}

func (c *cloud) deploy() {
	zone := must((*route53.Client)(c.Route53).CreateHostedZone(c.Context(), &route53.CreateHostedZoneInput{Name: aws.String("example.com"), CallerReference: aws.String("story")}))
	c.zone = strings.TrimPrefix(*zone.HostedZone.Id, "/hostedzone/")
	c.cdk("synth", "--quiet", "--output", c.assembly, "-c", "domain="+domain, "-c", "hostedZone="+c.zone, "-c", "accessLogs=on",
		"-c", "instanceConnect=on", "-c", "notify=someone@example.com", "-c", "nightlyTeardown=cron(0 20 * * ? *)")
	fit(c.T, c.assembly, stack+".template.json")
	c.cdk("bootstrap", "aws://"+emulator.Account+"/"+emulator.Region, "--app", c.assembly)
	c.cdk("deploy", "--app", c.assembly, "--method", "direct", "--require-approval", "never")
	c.listen()
}

func (c *cloud) cdk(arguments ...string) {
	c.Helper()
	if err := emulator.CDK(c.Context(), c.server.Endpoint(), arguments...); err != nil {
		c.Fatal(err)
	}
}

// ask makes a call for which the product has no client.
func (c *cloud) ask(service, target string, in, out any) {
	c.Helper()
	if err := emulator.Ask(c.Context(), c.server.Endpoint(), service, target, in, out); err != nil {
		c.Fatal(err)
	}
}

func (c *cloud) failingBuild() {
	execution := c.start("release", "broken", `{}`)
	c.report("broken", "failure", `"install.sh" ended with status 7: no such file`)
	c.ends(execution, "FailedClean", "status 7: no such file")
	c.nothing(0)
	c.hears("broken", "status 7: no such file")
}

func (c *cloud) firstRelease() {
	execution := c.start("release", "first", `{"Comment": "Insert your JSON here"}`)
	c.report("first", "success", "")
	c.ends(execution, "Succeeded")
	c.serves("first")
}

func (c *cloud) stoppedRelease() {
	execution := c.start("release", "stopped", `{"rebake": true}`)
	c.builder("stopped")
	_, err := c.SFN.StopExecution(c.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution})
	if err != nil {
		c.Fatal(err)
	}
	c.ends(c.next("teardown"), "Succeeded")
	c.serves("first")
}

func (c *cloud) secondFleet() {
	c.ends(c.start("release", "beside", `{}`), "Succeeded")
	c.serves("beside")
}

// rejectedVersion has MiniStack's CloudWatch count what visitors of both fleets would be answered.
func (c *cloud) rejectedVersion() {
	c.count(release.Green, 100, 0)
	c.count(release.Blue, 100, 20)
	c.ends(c.start("release", "worse", `{"version": "worse", "traffic": [50, 100], "hold": "20h"}`), "FailedClean",
		"TrafficRejected", "worse is rejected with 50 % of the traffic", "20.0 %")
	c.serves("beside")
	c.count(release.Blue, 10_000, 0) // the next version in that slot is not worse
}

// rolledBack sends the verdict as `gallery rollback` does.
func (c *cloud) rolledBack() {
	running := c.start("release", "back", `{"bakeTime": "24h"}`)
	c.eventually("the bake", func() bool {
		return slices.Contains(must(emulator.Path(c.Context(), c.SFN, running)), "AwaitVerdict")
	})
	decision := execution.Decision{Machine: machine("release"), Answer: release.Rollback, By: "ann"}
	c.want("which release is rolled back", must(decision.Decide(c.Context(), c.SFN, eventbridge.NewFromConfig(c.server.Config()))), running)
	c.ends(running, "FailedClean", "RolledBack", "ann rolled release back back while it had 100 % of the traffic")
	c.serves("beside")
}

func (c *cloud) teardown() {
	c.ends(c.start("teardown", "teardown", `{"Comment": "Insert your JSON here"}`), "Succeeded")
	c.nothing(1)
}

func (c *cloud) expiredRelease() {
	c.ends(c.start("release", "second", `{"ttl": "2h"}`), "Succeeded")
	c.serves("second")
	c.hasten()
	c.ends(c.next("teardown"), "Succeeded")
	c.nothing(1)
}

func (c *cloud) destroy() {
	c.ends(c.start("release", "last", `{}`), "Succeeded")
	c.serves("last")
	c.cdk("destroy", "--app", c.assembly, "--force")
	c.nothing(0)
	out, err := cloudformation.NewFromConfig(c.server.Config()).DescribeStacks(c.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String(stack)})
	if err == nil {
		c.Errorf("the stack is still there: %s", out.Stacks[0].StackStatus)
	}
}
