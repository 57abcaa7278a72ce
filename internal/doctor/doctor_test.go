package doctor

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cloudformationtypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/plan"
	"photogallery/release"
	"photogallery/statemachine"
)

func TestGoodAccountPasses(t *testing.T) {
	healthy(t, func(a *account) {
		found := a.examined()
		for name, finding := range found {
			if finding.Verdict != OK {
				t.Errorf("%s: %+v", name, finding)
			}
		}
		for check, words := range map[string]string{
			"credentials":   "account 123456789012",
			"zones":         "us-east-1a and us-east-1b",
			"instance type": "t4g.small",
			"vCPU quota":    "32 vCPUs",
			"VPC quota":     "1 of 5",
		} {
			if !strings.Contains(found[check].Saw, words) {
				t.Errorf("%s saw %q, not %q", check, found[check].Saw, words)
			}
		}
		if _, looked := found["stack"]; looked {
			t.Error("a stack that nobody named was looked at")
		}
	})
}

const ownKey = "arn:aws:kms:us-east-1:123456789012:key/0ea3fef3-80a7-4778-9d8c-1c0c6f4c3d2a"

var photos = map[string]bool{"photogallery-main-123456789012-us-east-1": true}

func TestProblemsComeWithTheirRemedy(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(*account)
		check   string
		verdict Verdict
		words   []string
	}{
		"no Node.js":     {func(a *account) { delete(a.tools, "node") }, "Node.js", Failed, []string{"nodejs.org"}},
		"an old Node.js": {func(a *account) { a.tools["node"] = "v18.20.4" }, "Node.js", Failed, []string{"v18.20.4", "nodejs.org"}},
		"an old Go":      {func(a *account) { a.tools["go"] = "go1.20.1" }, "Go", Failed, []string{"go1.20.1", "go.dev"}},
		"the root user":  {func(a *account) { a.caller = "arn:aws:iam::123456789012:root" }, "credentials", Warning, []string{"aws sso login"}},
		"no bootstrap":   {func(a *account) { a.refused["GetParameter"] = fabric.Errorf("ParameterNotFound", "") }, "CDK bootstrap", Failed, []string{"`npx cdk bootstrap aws://123456789012/us-east-1`"}},
		"a lab's bucket": {func(a *account) {
			a.refused["GetParameter"] = fabric.Errorf("ParameterNotFound", "")
			a.buckets = map[string]bool{"photogallery-lab-123456789012-us-east-1": true}
		}, "CDK bootstrap", OK, []string{"gallery lab deploy"}},
		"an old one":                        {func(a *account) { a.set(func() { a.Cloud.SSM.Set(bootstrapParameter, "5") }) }, "CDK bootstrap", Failed, []string{`"5"`, "npx cdk bootstrap"}},
		"a single zone":                     {func(a *account) { a.defaultZone = []string{"us-east-1a"} }, "zones", Failed, []string{"--region"}},
		"no such type":                      {func(a *account) { a.InstanceType = "t4g.smal" }, "instance type", Failed, []string{"t4g.smal", "t4g.small"}},
		"no arm64 type":                     {func(a *account) { a.InstanceType = "t3.small" }, "instance type", Failed, []string{"t3.small", "arm64", "t4g.small"}},
		"no x86 type":                       {func(a *account) { a.Architecture, a.InstanceType = "x86_64", "t4g.small" }, "instance type", Failed, []string{"t4g.small", "x86_64", "t3.small"}},
		"a deployment for x86":              {func(a *account) { a.Architecture = "x86_64" }, "instance type", OK, []string{"t3.small"}},
		"a stack for x86":                   {func(a *account) { a.Options.Stack, a.made = "photogallery-main", "x86_64" }, "instance type", OK, []string{"t3.small"}},
		"a stack of former days":            {func(a *account) { a.Options.Stack = "photogallery-main" }, "instance type", OK, []string{"t4g.small"}},
		"not in one zone":                   {func(a *account) { a.set(func() { a.Cloud.EC2.SetOffered("t4g.small", "us-east-1b", false) }) }, "instance type", Failed, []string{"us-east-1b", "--instance-type"}},
		"in one zone alone":                 {func(a *account) { a.offered = []string{"us-east-1a"} }, "instance type", Failed, []string{"--region", "--instance-type"}},
		"not in one of the first two zones": {func(a *account) { a.offered = []string{"us-east-1d", "us-east-1b", "us-east-1c"} }, "instance type", Failed, []string{"us-east-1a", "`npx cdk deploy -c zones=us-east-1b,us-east-1c`", "--instance-type"}},
		"not in one of a stack's two zones": {func(a *account) {
			a.Options.Stack, a.offered = "photogallery-main", []string{"us-east-1b", "us-east-1c"}
		}, "instance type", Failed, []string{"`npx cdk destroy`", "zones=us-east-1b,us-east-1c"}},
		"a default key of one's own": {func(a *account) { a.set(func() { a.Cloud.EC2.SetDefaultKey(ownKey) }) }, "EBS key", Failed, []string{ownKey, "`npx cdk deploy -c ebsKey=" + ownKey + "`", "ebsKey=alias/aws/ebs"}},
		"a stack that is told its key": {func(a *account) {
			a.Options.Stack, a.key = "photogallery-main", ownKey
			a.set(func() { a.Cloud.EC2.SetDefaultKey(ownKey) })
		}, "EBS key", OK, []string{ownKey, "option ebsKey"}},
		"an EC2 that tells no key":           {func(a *account) { a.refused["GetEbsDefaultKmsKeyId"] = fabric.Errorf("UnauthorizedOperation", "no") }, "EBS key", Warning, []string{"GetEbsDefaultKmsKeyId", "grant it"}},
		"a new account":                      {func(a *account) { delete(a.quotas, plan.StandardQuota); a.set(func() { a.Cloud.EC2.SetVCPULimit(5) }) }, "vCPU quota", Failed, []string{"5 vCPUs", "takes 8", "rolling it is 6", "L-1216C47A --desired-value 20 --region us-east-1"}},
		"busy elsewhere":                     {func(a *account) { a.others = instances("m7g.large", 14) }, "vCPU quota", Failed, []string{"others use 28", "--desired-value 48"}},
		"no room for a second fleet":         {func(a *account) { a.quotas["L-1216C47A"] = 7 }, "vCPU quota", Warning, []string{"7 vCPUs", "takes 8", "A second release would be refused", "--strategy rolling", "--min-size"}},
		"tight":                              {func(a *account) { a.quotas["L-1216C47A"] = 12 }, "vCPU quota", Warning, []string{"12 vCPUs", "takes 20", "rolling it is 6 and 14", "--strategy rolling", "--max-size"}},
		"VPCs":                               {func(a *account) { a.vpcs = 5 }, "VPC quota", Failed, []string{"5 of 5", "L-F678F1CE --desired-value 6"}},
		"photos of a former stack":           {func(a *account) { a.status = ""; a.buckets = photos }, "photo bucket", Warning, []string{"photogallery-main-123456789012-us-east-1", "`npx cdk deploy --import-existing-resources`"}},
		"photos of a stack":                  {func(a *account) { a.buckets = photos }, "photo bucket", "", nil},
		"few functions":                      {func(a *account) { a.concurrency = 2 }, "Lambda concurrency", Failed, []string{"2 functions", "L-B99A9384"}},
		"much code":                          {func(a *account) { a.stored = 70 << 30 }, "Lambda code storage", Warning, []string{"70.0 of 75.0 GB", "Former versions", "L-2ACBD22F --desired-value 150"}},
		"no room for code":                   {func(a *account) { a.stored = 75 << 30 }, "Lambda code storage", Failed, []string{"75.0 of 75.0 GB", "Former versions"}},
		"few transitions":                    {func(a *account) { a.rate = 2 }, "Step Functions quota", Warning, []string{"2 state transitions", "L-1 "}},
		"no role, which the caller may make": {func(a *account) { a.roles = nil; a.mayMake = true }, "Auto Scaling role", OK, []string{"you may make it"}},
		"no role, which the caller may not make": {func(a *account) { a.roles = nil }, "Elastic Load Balancing role", Warning,
			[]string{"The deployment makes it", "`aws iam create-service-linked-role --aws-service-name elasticloadbalancing.amazonaws.com`"}},
		"nobody may look": {func(a *account) {
			a.refused["GetRole"] = fabric.Errorf("AccessDenied", "User: ann is not authorized to perform: iam:GetRole")
		}, "Auto Scaling role", Warning, []string{"IAM GetRole", "grant it"}},
		"an empty answer": {func(a *account) { a.empty = true }, "Lambda concurrency", Warning, []string{"empty"}},
		"an AWS that is down": {func(a *account) {
			a.refused["GetAccountSettings"] = fabric.Errorf("ServiceException", "no")
		}, "Lambda concurrency", Warning, []string{"again"}},
	} {
		t.Run(name, func(t *testing.T) {
			healthy(t, func(a *account) {
				test.change(a)
				a.wants(test.check, test.verdict, test.words...)
			})
		})
	}
}

func TestDoctorWithoutCredentialsChecksOnlyTheMachine(t *testing.T) {
	for name, change := range map[string]func(*account){
		"none": func(a *account) {
			a.Unconfigured = release.Errorf(release.AccessDenied, "you have no AWS credentials here: run `aws configure`")
		},
		"expired": func(a *account) {
			a.refused["GetCallerIdentity"] = fabric.Errorf("ExpiredToken", "The security token is expired")
		},
	} {
		t.Run(name, func(t *testing.T) {
			healthy(t, func(a *account) {
				change(a)
				found := a.wants("credentials", Failed, "`aws ")
				if found["Go"].Verdict != OK || len(found) != 5 {
					t.Errorf("%+v", found)
				}
			})
		})
	}
}

func TestStackIsChecked(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(*account)
		check   string
		verdict Verdict
		words   []string
	}{
		"well":            {func(*account) {}, "stack", OK, []string{"CREATE_COMPLETE"}},
		"absent":          {func(a *account) { a.status = "" }, "stack", Failed, []string{"no stack photogallery-main", "npx cdk deploy"}},
		"destroyed":       {func(a *account) { a.status = ""; a.buckets = photos }, "photo bucket", Warning, []string{"--import-existing-resources"}},
		"never made":      {func(a *account) { a.status = cloudformationtypes.StackStatusRollbackComplete }, "stack", Failed, []string{"ROLLBACK_COMPLETE", "npx cdk deploy"}},
		"half updated":    {func(a *account) { a.status = cloudformationtypes.StackStatusUpdateRollbackFailed }, "stack", Failed, []string{"continue-update-rollback --stack-name photogallery-main"}},
		"rolled back":     {func(a *account) { a.status = cloudformationtypes.StackStatusUpdateRollbackComplete }, "stack", Warning, []string{"npx cdk deploy"}},
		"being updated":   {func(a *account) { a.status = cloudformationtypes.StackStatusUpdateInProgress }, "stack", Warning, []string{"Wait"}},
		"nobody holds it": {func(*account) {}, "lock", OK, []string{"nobody"}},
		"nothing is left": {func(*account) {}, "leftovers", OK, []string{"none"}},
		"nothing to be seen": {func(a *account) {
			a.refused["DescribeLoadBalancers"] = fabric.Errorf("AccessDenied", "ann is not authorized to perform: elasticloadbalancing:DescribeLoadBalancers")
		}, "leftovers", Warning, []string{"DescribeLoadBalancers", "grant it"}},
		"no VPC to come": {func(a *account) { a.vpcs = 5 }, "VPC quota", "", nil},
		"no Node.js":     {func(a *account) { delete(a.tools, "node") }, "Node.js", Warning, []string{"Only a deployment"}},
	} {
		t.Run(name, func(t *testing.T) {
			healthy(t, func(a *account) {
				a.Options.Stack = "photogallery-main"
				test.change(a)
				a.wants(test.check, test.verdict, test.words...)
			})
		})
	}
}

func TestServingEnvironmentPasses(t *testing.T) {
	healthy(t, func(a *account) {
		a.Options.Stack = "photogallery-main"
		arn, err := a.StartRelease(a.Context(), "r1", `{"maxSize": 20}`)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		a.wants("lock", Warning, "r1", "gallery execution r1 --stack photogallery-main")
		a.wants("leftovers", OK, "held")
		if _, err := a.Await(a.Context(), arn); err != nil {
			t.Fatal(err)
		}
		a.wants("lock", OK, "nobody")
		a.wants("leftovers", OK, "none")
		a.wants("vCPU quota", Warning, "one of 20 takes 80")
		a.Asked = true
		a.wants("vCPU quota", OK, "one of 5 takes 20")
	})
}

func TestLeftoversOfAStoppedReleaseAreFound(t *testing.T) {
	healthy(t, func(a *account) {
		a.Options.Stack = "photogallery-main"
		arn, err := a.StartRelease(a.Context(), "r1", `{}`)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if _, err := a.SFN.StopExecution(a.Context(), &sfn.StopExecutionInput{ExecutionArn: &arn}); err != nil {
			t.Fatal(err)
		}
		a.wants("lock", Warning, "r1", "runs no more", "gallery teardown --stack photogallery-main")
		time.Sleep(30 * time.Minute) // its undo
		a.wants("lock", OK, "nobody")
		a.wants("leftovers", OK, "none")
	})
}

func TestResourcesOfNoReleaseAreFound(t *testing.T) {
	for name, serves := range map[string]bool{"beside what serves": true, "where nothing serves": false} {
		t.Run(name, func(t *testing.T) {
			healthy(t, func(a *account) {
				a.Options.Stack = "photogallery-main"
				if serves {
					a.release("r1")
				}
				lost := a.lostBuilder()
				a.wants("leftovers", Warning, lost, "gallery teardown --stack photogallery-main")
			})
		})
	}
}

// What is asked of Node.js, the bootstrap and Lambda is what the repository's own files need.
func TestMinimumVersionsMatchTheRepository(t *testing.T) {
	for path, want := range map[string]string{
		"../../package.json": fmt.Sprintf(`"node": ">=%d"`, minNode),
		"../../cdk/testdata/photogallery-main.template.json": fmt.Sprintf("CDK bootstrap stack version %d required", minBootstrap),
	} {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(content), want) {
			t.Errorf("%s does not say %s", path, want)
		}
	}
	var definition struct {
		States map[string]struct{ Branches []any }
	}
	if err := json.Unmarshal(statemachine.Release, &definition); err != nil {
		t.Fatal(err)
	}
	for name, state := range definition.States {
		if around := 3; len(state.Branches)+around > functionsAtATime {
			t.Errorf("%s runs %d branches", name, len(state.Branches))
		}
	}
}

func TestSessionNamesItsRole(t *testing.T) {
	for caller, want := range map[string]string{
		"arn:aws:sts::123456789012:assumed-role/Admin/ann": "arn:aws:iam::123456789012:role/Admin",
		"arn:aws:iam::123456789012:user/ann":               "arn:aws:iam::123456789012:user/ann",
		"arn:aws:sts::123456789012:federated-user/ann":     "arn:aws:sts::123456789012:federated-user/ann",
		"": "",
	} {
		if got := principal(caller); got != want {
			t.Errorf("%s: %s, want %s", caller, got, want)
		}
	}
}

// lostBuilder starts a builder that no release knows of.
func (a *account) lostBuilder() (id string) {
	a.Helper()
	base, err := a.Clients.SSM.GetParameter(a.Context(), &ssm.GetParameterInput{Name: &a.Settings.BaseImageParameter})
	if err != nil {
		a.Fatal(err)
	}
	out, err := a.Clients.EC2.RunInstances(a.Context(), &ec2.RunInstancesInput{
		ImageId: base.Parameter.Value, InstanceType: types.InstanceTypeT4gSmall, MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		SubnetId: &a.Settings.PublicSubnets[0],
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{
			{Key: aws.String(release.TagEnvironment), Value: aws.String("main")},
			{Key: aws.String(release.TagRole), Value: aws.String(release.RoleBuilder)},
		}}},
	})
	if err != nil {
		a.Fatal(err)
	}
	return aws.ToString(out.Instances[0].InstanceId)
}

func (a *account) release(name string) {
	a.Helper()
	arn, err := a.StartRelease(a.Context(), name, `{}`)
	if err != nil {
		a.Fatal(err)
	}
	if _, err := a.Await(a.Context(), arn); err != nil {
		a.Fatal(err)
	}
}

// wants checks one finding and returns all; a verdict of "" wants none.
func (a *account) wants(check string, verdict Verdict, words ...string) map[string]Finding {
	a.Helper()
	found := a.examined()
	finding := found[check]
	if finding.Verdict != verdict {
		a.Errorf("%s is %+v, want %q", check, finding, verdict)
	}
	for _, word := range words {
		if !strings.Contains(finding.Saw+" "+finding.Remedy, word) {
			a.Errorf("%s does not say %q: %+v", check, word, finding)
		}
	}
	return found
}

func (a *account) set(change func()) { a.Cloud.Fabric.Do(change) }

func instances(kind types.InstanceType, count int) (all []types.Instance) {
	for range count {
		all = append(all, types.Instance{InstanceType: kind, CpuOptions: &types.CpuOptions{CoreCount: aws.Int32(2), ThreadsPerCore: aws.Int32(1)}})
	}
	return append(all, types.Instance{InstanceType: kind, InstanceLifecycle: types.InstanceLifecycleTypeSpot, CpuOptions: all[0].CpuOptions})
}
