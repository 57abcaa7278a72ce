//go:build conformance

package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	stacktypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/gallery-ami/recipe"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
	"photogallery/lambdas/records"
	"photogallery/release"
)

const imagined release.Environment = "e2emirage"

// The embedded cloud has what moto lacks: instance refreshes, alarms, a scheduler, and AWS's durations.
func TestStoryRunsInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		r := imagine(t, &out)
		for _, chapter := range r.Story.Chapters {
			began := time.Now()
			seen, err := chapter.tell(r, t.Context())
			took := time.Since(began)
			t.Logf("%s: %s, %s", chapter.Title, took.Round(time.Second), seen)
			if err != nil {
				t.Fatalf("%s: %v", chapter.Title, err)
			}
			if took > chapter.Takes {
				t.Errorf("%q takes %s, and %s are reckoned", chapter.Title, took, chapter.Takes)
			}
		}
		if _, err := r.tearDownAll(t.Context()); err != nil {
			t.Error(err)
		}
		if err := r.nothing(t.Context(), 0); err != nil {
			t.Error(err)
		}
	})
}

// The time ends in the middle of the first release.
func TestStoryOutOfTimeIsCleanedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		r := imagine(t, &out)
		story, cancel := context.WithTimeoutCause(t.Context(), 8*time.Minute, errOver)
		defer cancel()
		if err := r.tell(story); !errors.Is(err, errOver) || !strings.Contains(out.String(), "✗ a release with the console's default input") {
			t.Errorf("it ends with %v\n%s", err, out.String())
		}
		if _, err := r.tearDownAll(t.Context()); err != nil {
			t.Error(err)
		}
		if err := r.nothing(t.Context(), 0); err != nil {
			t.Error(err)
		}
	})
}

type broken struct{}

func (broken) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{Request: request, StatusCode: http.StatusBadGateway, Status: "502 Bad Gateway", Body: http.NoBody}, nil
}

func TestFailedRequestUnderLoadIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := begin(Options{Web: &http.Client{Transport: broken{}}})
		r.gallery = "http://gallery.test/"
		_, err := r.underLoad(t.Context(), func() (string, error) {
			time.Sleep(between*3 + between/2)
			return "it happens", nil
		})
		if err == nil || !strings.Contains(err.Error(), "3 of 3 requests failed") || !strings.Contains(err.Error(), "502 Bad Gateway") {
			t.Errorf("it ends with %v", err)
		}
	})
}

// imagine makes a run in an embedded cloud, which the CDK has nothing to do for. Photos are for moto.
func imagine(t *testing.T, out io.Writer) *run {
	t.Helper()
	cloud, err := stack.New(stack.Options{Environment: imagined, Kind: machine.NewSimulated(behave)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cloud.Close)
	describe(cloud)
	for _, bundle := range []map[string]string{failing, breaking} {
		put(t, cloud, bundle)
	}
	return begin(Options{
		Config: cloud.Cloud.Fabric.Config(), Environment: imagined, Out: out, Pause: 10 * time.Second, Patience: 10 * time.Minute,
		CDK:   func(context.Context, ...string) error { return nil },
		Web:   &http.Client{Transport: pages{cloud}},
		Story: Story{Chapters: slices.DeleteFunc(Stories()[0].Chapters, func(c Chapter) bool { return strings.Contains(c.Title, "photo") })},
	})
}

// behave is what the bundles that are wrong on purpose do.
func behave(spec machine.Spec) machine.Behavior {
	return machine.Behavior{
		Build:        map[bool]machine.Result{true: machine.BuildFails}[strings.HasPrefix(spec.Tags[release.TagRelease], "failing-")],
		Reason:       `"install.sh" ended with status 7`,
		NeverHealthy: spec.Role == release.RoleFleet && spec.ImageTags[release.TagVersion] == "broken",
	}
}

// describe adds what a run asks for and no step does.
func describe(of *stack.Stack) {
	outputs := map[string]string{
		"Environment": string(imagined), "ReleaseStateMachineArn": of.Settings.ReleaseMachine, "TeardownStateMachineArn": of.Settings.TeardownMachine,
		"PhotoBucketName": of.Settings.Bucket, "BundleBucketName": of.Settings.Bucket, "TableName": of.Settings.Table,
	}
	f := of.Cloud.Fabric
	fabric.Handle(f, "CloudFormation", "DescribeStacks", func(in *cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error) {
		described := stacktypes.Stack{StackName: in.StackName, StackStatus: stacktypes.StackStatusCreateComplete}
		for key, value := range outputs {
			described.Outputs = append(described.Outputs, stacktypes.Output{OutputKey: aws.String(key), OutputValue: aws.String(value)})
		}
		return &cloudformation.DescribeStacksOutput{Stacks: []stacktypes.Stack{described}}, nil
	})
	fabric.Handle(f, "Elastic Load Balancing v2", "DescribeTargetGroups", func(*elb.DescribeTargetGroupsInput) (*elb.DescribeTargetGroupsOutput, error) {
		return &elb.DescribeTargetGroupsOutput{TargetGroups: []elbtypes.TargetGroup{{HealthCheckPath: aws.String("/")}}}, nil
	})
	fabric.Handle(f, "Elastic Load Balancing v2", "DescribeTags", func(*elb.DescribeTagsInput) (*elb.DescribeTagsOutput, error) {
		tag := elbtypes.Tag{Key: aws.String(release.TagEnvironment), Value: aws.String(string(imagined))}
		return &elb.DescribeTagsOutput{TagDescriptions: []elbtypes.TagDescription{{Tags: []elbtypes.Tag{tag}}}}, nil
	})
	policies := map[string]scalingtypes.ScalingPolicy{}
	f.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
		answer, err := next()
		if put, is := call.Input.(*autoscaling.PutScalingPolicyInput); is && err == nil {
			arn := answer.(*autoscaling.PutScalingPolicyOutput).PolicyARN
			f.Do(func() {
				policies[*arn] = scalingtypes.ScalingPolicy{PolicyName: put.PolicyName, PolicyARN: arn, PolicyType: put.PolicyType}
			})
		}
		return answer, err
	})
	fabric.Handle(f, "Auto Scaling", "DescribePolicies", func(*autoscaling.DescribePoliciesInput) (*autoscaling.DescribePoliciesOutput, error) {
		var out autoscaling.DescribePoliciesOutput
		for _, policy := range policies {
			out.ScalingPolicies = append(out.ScalingPolicies, policy)
		}
		return &out, nil
	})
}

// put has a bundle where a run would upload it.
func put(t *testing.T, to *stack.Stack, files map[string]string) {
	t.Helper()
	folder := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := to.Cloud.S3.Put(to.Settings.Bucket, "bundles/", ".tar.gz", func(to io.Writer) error { return recipe.Pack(folder, to) }); err != nil {
		t.Fatal(err)
	}
}

// pages are the gallery's, as the embedded load balancer answers, with the footer.
type pages struct{ *stack.Stack }

func (p pages) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := p.Cloud.ELB.Transport().RoundTrip(request)
	if err != nil || response.StatusCode != http.StatusOK {
		return response, err
	}
	recorded, err := records.ReadCurrent(request.Context(), p.Clients.DynamoDB, p.Settings.Table)
	if err != nil {
		return nil, err
	}
	_ = response.Body.Close()
	response.Body = io.NopCloser(strings.NewReader(fmt.Sprintf("from <b>%s</b>", recorded.Release)))
	return response, nil
}
