//go:build conformance

package deployed

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/conformance/document"
	"photogallery/internal/patience"
	"photogallery/lambdas/records"
)

// story is one: what a part leaves is what the next begins with.
var story = []struct {
	name string
	tell func(*cloud)
}{
	{"the functions are one static executable for arm64, compiled like the one that runs here", (*cloud).asset},
	{"a build that fails leaves nothing, and says why", (*cloud).failingBuild},
	{"a release with the console's default input serves, although its calls are throttled", (*cloud).firstRelease},
	{"a teardown leaves the image that served", (*cloud).firstTeardown},
	{"two clicks at the front door start one release, which it leads to, and an alarm puts it to sleep", (*cloud).frontDoor},
	{"a stale lock is taken over, and a release with a ttl bakes nothing", (*cloud).secondRelease},
	{"what a release has made is graded as a lesson", (*cloud).graded},
	{"the console shows in a browser what serves, what it costs and what a teardown would cut off", (*cloud).console},
	{"a release that is stopped is undone, and the former one goes on serving", (*cloud).stoppedRelease},
	{"a second fleet takes over by the listener's weights, and the first one goes", (*cloud).secondFleet},
	{"a release that is stopped with half of the visitors gives them back", (*cloud).stoppedShift},
	{"a migration runs once with the settings that serve, and leaves nothing when it fails or is ended", (*cloud).command},
	{"a version that fails more often than the former one is rejected with half of the visitors", (*cloud).rejectedVersion},
	{"a person takes all visitors back while a release bakes", (*cloud).rolledBack},
	{"a job of GitHub releases a bundle by the command line, and its role and the documents allow each call", (*cloud).job},
	{"a budget that is used up tears down what serves, and refuses a release", (*cloud).budget},
	{"what goes before cdk destroy leaves nothing", (*cloud).destroyer},
	{"a run in an account is refused where it must be", (*cloud).accountRefused},
	{"a run in an account tells its story", (*cloud).accountStory},
	{"each call was allowed, and each permission was needed", (*cloud).checkAccess},
	{"a run that is interrupted takes the stack away, and names what is left", (*cloud).accountInterrupted},
}

func TestDeployedProduct(t *testing.T) {
	c := deploy(t)
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
	document.Block(t, "../README.md", "story", text.String(), nil)
}

func (c *cloud) failingBuild() {
	c.plays.will("failure", `"install.sh" ended with status 7: no such file`, false)
	c.run("release", "broken", `{}`).ends("FailedClean", "BuildFailed", "status 7: no such file")
	c.nothing(0)
}

func (c *cloud) firstRelease() {
	c.plays.will("", "", false)
	// The SDK tries three times by itself; the state machine does the rest.
	refused := 0
	c.front.refuse = func(made call) int {
		if made.operation != "RunInstances" || refused == 4 {
			return 0
		}
		refused++
		return http.StatusServiceUnavailable
	}
	c.run("release", "first", `{"Comment": "Insert your JSON here"}`).ends("Succeeded")
	c.want("throttled calls", refused, 4)
	c.serves("first")
	c.want("schedules of a first look", len(c.schedules()), 1)
}

func (c *cloud) firstTeardown() {
	c.run("release", "foretold", `{"dryRun": true, "rebake": true}`).ends("Plan")
	c.run("teardown", "dry", `{"dryRun": true}`).ends("Listed")
	c.serves("first")
	c.run("teardown", "teardown", `{"Comment": "Insert your JSON here"}`).ends("Succeeded")
	c.nothing(1)
}

func (c *cloud) secondRelease() {
	c.lock("ghost", time.Now().Add(-10*time.Minute))
	r := c.run("release", "second", `{"ttl": "2h", "wait": true}`).ends("Succeeded")
	if !slices.Contains(r.path, "UndoAbandoned") || slices.Contains(r.path, "LaunchBuilder") {
		c.Errorf("it went by way of %v, want UndoAbandoned and no LaunchBuilder", r.path)
	}
	c.serves("second")
	c.want("schedules of a first look and of the ttl", len(c.schedules()), 2)
}

// lock has the environment held by an execution that nobody knows any more.
func (c *cloud) lock(holder string, since time.Time) {
	c.Helper()
	document, err := json.Marshal(map[string]any{"release": holder, "undo": []string{}, "since": since.UTC()})
	if err != nil {
		c.Fatal(err)
	}
	execution := executionARN(environment.ReleaseMachine(), holder)
	_, err = c.DynamoDB.PutItem(c.Context(), &dynamodb.PutItemInput{TableName: aws.String(c.variable("Lock", "TABLE")), Item: map[string]types.AttributeValue{
		records.Key: &types.AttributeValueMemberS{Value: "lock"}, "holder": &types.AttributeValueMemberS{Value: execution},
		"document": &types.AttributeValueMemberS{Value: string(document)},
	}})
	if err != nil {
		c.Fatal(err)
	}
}

func (c *cloud) secondFleet() {
	settings := c.configure()
	r := c.run("release", "beside", `{"traffic": [50, 100]}`).ends("Succeeded")
	if !slices.Contains(r.path, "OpenPreview") || !slices.Contains(r.path, "RetireFleet") {
		c.Errorf("it went by way of %v, want a second fleet", r.path)
	}
	c.serves("beside")
	c.givesSettings(settings)
}

func (c *cloud) stoppedShift() {
	execution := c.start("release", "half", `{"traffic": [50, 100], "hold": "24h", "bakeTime": "0s"}`)
	c.eventually("half of the visitors", func() bool { return slices.Contains(c.path(execution), "WatchTraffic") })
	c.stopped(execution)
	c.serves("beside")
}

func (c *cloud) stoppedRelease() {
	c.plays.will("", "", true)
	execution := c.start("release", "stopped", `{"rebake": true}`)
	c.eventually("the wait for the builder", func() bool { return slices.Contains(c.path(execution), "AwaitBuild") && c.builders() == 1 })
	c.stopped(execution)
	c.serves("second")
}

// stopped stops an execution and waits for the teardown that undoes it.
func (c *cloud) stopped(execution string) {
	c.Helper()
	if _, err := c.SFN.StopExecution(c.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution}); err != nil {
		c.Fatal(err)
	}
	before := c.started
	c.want("its status", string(c.await(execution).Status), "ABORTED")
	c.want("teardowns that the rule has started", c.started-before, 1)
	c.await(c.event()).ends("Succeeded")
}

// event is the teardown that an event has started last.
func (c *cloud) event() string {
	return executionARN(environment.TeardownMachine(), fmt.Sprintf("event-%d", c.started))
}

func (c *cloud) eventually(what string, is func() bool) {
	c.Helper()
	for deadline := time.Now().Add(patience.Limit); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.Fatalf("%s does not come", what)
		}
	}
}

// destroyer is what CloudFormation and the CDK's provider framework do with the custom resource.
func (c *cloud) destroyer() {
	c.want("objects of settings after the teardowns", len(c.settings()), 2)
	c.deleted()
	c.want("objects of settings", len(c.settings()), 0)
}

// deleted goes the way of a stack's deletion up to where CloudFormation deletes the resources.
func (c *cloud) deleted() {
	event := map[string]any{"RequestType": "Delete", "RequestId": "request-1", "PhysicalResourceId": environment.Name()}
	c.invoke("destroy", event, &event)
	c.eventually("the end of the teardown", func() bool {
		var completion struct{ IsComplete bool }
		c.invoke("destroyed", event, &completion)
		return completion.IsComplete
	})
	c.nothing(0)
}

// invoke runs a function as AWS services do. Fields of the answer are put beside those of out.
func (c *cloud) invoke(name string, event, out any) {
	c.Helper()
	payload, err := json.Marshal(event)
	if err != nil {
		c.Fatal(err)
	}
	answer, err := c.functions.invoke(c.Context(), environment.Name()+"-"+name, payload)
	if err != nil || answer.Failed {
		c.Fatalf("%s: %s %v", name, answer.Payload, err)
	}
	if err := json.Unmarshal(answer.Payload, out); err != nil {
		c.Fatal(err)
	}
}
