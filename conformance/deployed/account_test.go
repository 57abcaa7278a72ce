//go:build conformance

package deployed

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/conformance/aws/e2e"
	"photogallery/internal/patience"
	"photogallery/release"
)

// runner is who makes the calls of a run in an account.
const runner = "e2erunner"

// visitor is a run in moto, of the environment that is deployed there.
type visitor struct {
	*cloud
	out       bytes.Buffer
	commands  []string // to the CDK
	interrupt func()   // while a builder works, which then reports nothing; nil to go on
	planted   []string // by a destroy

	mu     sync.Mutex
	called map[string]bool // operations
}

// visit makes the options of a run, and has moto's surroundings play along.
func (c *cloud) visit(t *testing.T) (*visitor, e2e.Options) {
	v := &visitor{cloud: c, called: map[string]bool{}}
	config := c.server.Config()
	config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: runner, SecretAccessKey: "conformance"}, nil
	})
	config.RetryMaxAttempts = 1 // what moto has not, it has not the third time either
	front, err := url.Parse(c.server.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	c.front.page, c.front.seen, c.front.invoked = v.page, v.saw, v.ran
	t.Cleanup(func() { c.front.page, c.front.seen, c.front.invoked = nil, c.saw, c.ran })
	return v, e2e.Options{
		Config: config, Environment: environment, Cap: e2e.DefaultCap, Sleeps: c.sleeps, CDK: v.command, Assembly: c.assembly,
		Tool: func(_ context.Context, name string, _ ...string) (string, error) {
			return map[string]string{"go": "go1.26.8", "node": "v24.0.0", "npm": "11.0.0"}[name], nil
		},
		Web: &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(front)}}, Out: io.MultiWriter(&v.out, c.logFile("account.log")),
		Story: e2e.Stories()[0], Answers: filepath.Join(c.TempDir(), "answers.txt"), Pause: 100 * time.Millisecond, Patience: 100 * time.Millisecond,
	}
}

// command notes what the CDK is told, of which only a destroy is done: the stack is deployed.
func (v *visitor) command(_ context.Context, arguments ...string) error {
	v.commands = append(v.commands, strings.Join(arguments, " "))
	if arguments[0] == "destroy" && v.interrupt != nil {
		v.cdk("destroy", "--app", v.assembly, "--force")
		v.planted = v.plant()
	}
	return nil
}

// page is what the gallery shows: its footer on the home page, and photos that are in the bucket.
func (v *visitor) page(w http.ResponseWriter, r *http.Request) {
	if photo, isView := strings.CutPrefix(r.URL.Path, "/view/"); isView {
		out, err := v.S3.ListObjectsV2(r.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(v.bucket())})
		if err != nil || !strings.Contains(fmt.Sprint(keys(out)), photo) {
			http.Error(w, "there is no such photo", http.StatusNotFound)
		}
		return
	}
	out, err := v.EC2.DescribeLaunchTemplateVersions(r.Context(), &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: aws.String(environment.Name()), Versions: []string{"$Latest"}})
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	_, _ = io.WriteString(w, "<h1>Photogallery</h1>from <b>"+*out.LaunchTemplateVersions[0].VersionDescription+"</b>")
}

func keys(out *s3.ListObjectsV2Output) (all []string) {
	for _, object := range out.Contents {
		all = append(all, *object.Key)
	}
	return all
}

func (v *visitor) bucket() string { return environment.Name() + "-" + account + "-" + region }

// ran plays the builder by the release's version.
func (v *visitor) ran(i invoked) {
	var awaited struct {
		Plan struct {
			Version string `json:"version"`
		} `json:"plan"`
	}
	if strings.HasSuffix(i.function, "-await-build") && json.Unmarshal(i.payload, &awaited) == nil {
		v.plays.will("", "", awaited.Plan.Version == "stopped" || v.interrupt != nil)
		if awaited.Plan.Version == "fails to build" {
			v.plays.will("failure", `"install.sh" ended with status 7: this bundle fails on purpose`, false)
		}
		if v.interrupt != nil {
			v.interrupt()
		}
	}
	v.cloud.ran(i)
}

// saw tells of executions that somebody stops, as Step Functions does, and notes what a run calls.
func (v *visitor) saw(made call) {
	v.cloud.saw(made)
	if made.caller == runner {
		v.mu.Lock()
		v.called[made.service+":"+made.operation] = true
		v.mu.Unlock()
	}
	switch made.operation {
	case "CreateSchedule":
		v.expire(made)
	case "StopExecution":
		v.plays.plays.Go(func() {
			out, err := v.SFN.DescribeExecution(v.Context(), &sfn.DescribeExecutionInput{ExecutionArn: aws.String(made.text("executionArn"))})
			if err != nil {
				v.Error(err)
				return
			}
			v.tell(out)
		})
	}
}

// expire starts what a ttl's schedule would start, at once: it waits for the end of the release. The schedule of a
// first look does not come due.
func (v *visitor) expire(made call) {
	if strings.HasSuffix(made.path, "-sleep") {
		return
	}
	target, _ := made.input["Target"].(map[string]any)
	machine, input := fmt.Sprint(target["Arn"]), fmt.Sprint(target["Input"])
	v.plays.plays.Go(func() {
		if _, err := v.SFN.StartExecution(v.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine, Name: aws.String("expired"), Input: &input}); err != nil {
			v.Error(err)
		}
	})
}

func (v *visitor) says(words ...string) {
	v.Helper()
	said := v.out.String()
	words = slices.DeleteFunc(words, func(word string) bool { return strings.Contains(said, word) })
	if len(words) > 0 {
		v.Errorf("it says nothing of %q:\n%s", words, said)
	}
}

// accountRefused has runs refused before anything is made.
func (c *cloud) accountRefused() {
	for what, change := range map[string]func(*e2e.Options){
		"GALLERY_AWS_E2E_CAP to 0.9": func(o *e2e.Options) { o.Cap = 0.5 },
		"999999999999":               func(o *e2e.Options) { o.Account = "999999999999" },
		"AWS_REGION=us-east-1":       func(o *e2e.Options) { o.Config.Region = "eu-west-1" },
		"Install the newest Go": func(o *e2e.Options) {
			o.Tool = func(context.Context, string, ...string) (string, error) { return "", errors.New("no such program") }
		},
	} {
		v, options := c.visit(c.T)
		change(&options)
		if err := e2e.Run(c.Context(), c.Context(), options); err == nil || !strings.Contains(err.Error(), what) || len(v.commands) > 0 {
			c.Errorf("%v, and not a word of %q; the CDK was told %q", err, what, v.commands)
		}
	}
}

// accountStory runs the account run who has an account, as far as moto goes. The CDK of this test
// leaves the stack: the sweep has to find it.
func (c *cloud) accountStory() {
	v, options := c.visit(c.T)
	options.Story.Chapters = slices.DeleteFunc(options.Story.Chapters, func(chapter e2e.Chapter) bool { return chapter.Rolls })
	ctx, cancel := context.WithTimeout(c.Context(), patience.Limit)
	defer cancel()
	err := e2e.Run(ctx, ctx, options)
	if release.CodeOf(err) != release.LeftBehind || !strings.Contains(err.Error(), "1 resource") {
		c.Errorf("it ends with %v, not with the stack left\n%s", err, v.out.String())
	}
	var told []string
	for _, chapter := range options.Story.Chapters {
		told = append(told, "✓ "+chapter.Title)
	}
	v.says(append(told, "✓ the bucket of photos goes", "✗ nothing is left", ":stack/"+stack+"/", "make aws-sweep ENVIRONMENT=main")...)
	c.answers(options.Answers, told)
	if c.nothing(0); len(v.commands) != 3 || !strings.Contains(v.commands[0], "environment=main") || !strings.HasPrefix(v.commands[2], "destroy") {
		c.Errorf("the CDK was told %q", v.commands)
	}
	c.permitted(v.called)
}

// answers wants a file that tells of every check and of each refusal, and of no account.
func (c *cloud) answers(path string, checks []string) {
	text, err := os.ReadFile(path)
	if err != nil {
		c.Fatal(err)
	}
	for _, check := range append(checks, "FAILED: ", "AwaitBuild", "BuildFailed: ", "ABORTED in ", "IAM GetRole: NoSuchEntity") {
		if !strings.Contains(string(text), strings.TrimPrefix(check, "✓ ")) {
			c.Errorf("the answers say nothing of %q:\n%s", check, text)
		}
	}
	if strings.Contains(string(text), account) {
		c.Errorf("the answers name the account:\n%s", text)
	}
}

// permitted wants the document to tell of each permission that a run makes use of.
func (c *cloud) permitted(called map[string]bool) {
	document, err := os.ReadFile("../../docs/real-aws.md")
	if err != nil {
		c.Fatal(err)
	}
	named := map[string]string{
		"monitoring": "cloudwatch", "tagging": "tag", "lambda:GET": "lambda:ListFunctions", "s3:": "s3:ListBucketVersions", "s3:ListObjectsV2": "s3:ListBucket",
	}
	for operation := range called {
		service, name, _ := strings.Cut(operation, ":")
		permission := cmp.Or(named[operation], cmp.Or(named[service], service)+":"+name)
		if !strings.Contains(string(document), "`"+permission+"`") {
			c.Errorf("docs/real-aws.md says nothing of the permission %s", permission)
		}
	}
}

// accountInterrupted interrupts a run in the middle of a release, and takes the stack away for good.
func (c *cloud) accountInterrupted() {
	v, options := c.visit(c.T)
	ctx, cancel := context.WithTimeout(c.Context(), patience.Limit)
	defer cancel()
	story, end := context.WithCancelCause(ctx)
	ended := errors.New("somebody ended it")
	v.interrupt = func() { end(ended) }
	options.Story = e2e.Stories()[1]
	options.Story.Chapters = options.Story.Chapters[:2]
	err := e2e.Run(story, ctx, options)
	if !errors.Is(err, ended) || release.CodeOf(err) != release.LeftBehind || strings.Contains(err.Error(), "operation error") {
		c.Errorf("it ends with %v", err)
	}
	v.says("✗ a release with the console's default input serves", "✓ the CDK destroys the stack", "there is none")
	v.says(v.planted...)
	c.gone()
	c.accountListed()
}

// accountListed looks for what runs have left, without knowing of them, and again after it was removed.
func (c *cloud) accountListed() {
	const crashed, gone release.Environment = "e2ebroken", "e2eabsent"
	v, options := c.visit(c.T)
	options.Environment = crashed
	if err := e2e.List(c.Context(), options.Config, &v.out); err != nil {
		c.Error(err)
	}
	volume := c.volume(crashed)
	if err := e2e.List(c.Context(), options.Config, &v.out); release.CodeOf(err) != release.LeftBehind {
		c.Error(err)
	}
	if err := e2e.Clean(c.Context(), options); release.CodeOf(err) != release.LeftBehind {
		c.Error(err)
	}
	v.says("Nothing is left of any run.", "environment e2ebroken", "aws --region us-east-1 ec2 delete-volume --volume-id "+volume)
	options.Environment = gone
	if err := e2e.Clean(c.Context(), options); err != nil {
		c.Error(err)
	}
	v.says("Nothing is left of environment e2eabsent.")
}

// plant leaves what belongs to the environment and to nothing that is torn down or destroyed.
func (c *cloud) plant() (names []string) {
	c.Helper()
	subnets, err := c.EC2.DescribeSubnets(c.Context(), &ec2.DescribeSubnetsInput{Filters: []types.Filter{{Name: aws.String("default-for-az"), Values: []string{"true"}}}})
	if err != nil {
		c.Fatal(err)
	}
	card, err := (*ec2.Client)(c.EC2).CreateNetworkInterface(c.Context(), &ec2.CreateNetworkInterfaceInput{
		SubnetId: subnets.Subnets[0].SubnetId, Description: aws.String("ELB app/" + environment.Name() + "/0123456789abcdef"),
	})
	if err != nil {
		c.Fatal(err)
	}
	group, queue := "/aws/lambda/"+environment.Name()+"-plan", environment.Name()+"-planted"
	if _, err := cloudwatchlogs.NewFromConfig(c.server.Config()).CreateLogGroup(c.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group}); err != nil {
		c.Fatal(err)
	}
	tagged := map[string]any{"QueueName": queue, "tags": map[string]string{release.TagEnvironment: string(environment)}}
	if err := c.ask(c.Context(), "sqs", "AmazonSQS.CreateQueue", tagged, &struct{}{}); err != nil {
		c.Fatal(err)
	}
	return []string{c.volume(environment), *card.NetworkInterface.NetworkInterfaceId, group, queue, "sqs delete-queue", "Only the tagging API"}
}

// volume returns a new one, with the tag of an environment.
func (c *cloud) volume(of release.Environment) string {
	c.Helper()
	out, err := (*ec2.Client)(c.EC2).CreateVolume(c.Context(), &ec2.CreateVolumeInput{
		AvailabilityZone: aws.String(region + "a"), Size: aws.Int32(1),
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeVolume, Tags: []types.Tag{{Key: aws.String(release.TagEnvironment), Value: aws.String(string(of))}}}},
	})
	if err != nil {
		c.Fatal(err)
	}
	return *out.VolumeId
}
