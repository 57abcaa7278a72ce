package awsstack

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"photogallery/internal/environment"
	"photogallery/release"
)

func TestStackIsFoundByItsOutputs(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		s := a.open()
		if s.Environment != "main" || s.Region != "us-east-1" || s.ReleaseMachine != a.Settings.ReleaseMachine || s.TeardownMachine != a.Settings.TeardownMachine {
			t.Errorf("it is %+v", s)
		}
		names, err := Names(t.Context(), a.Cloud.Fabric.Config())
		if err != nil || !slices.Equal(names, []string{"photogallery-main"}) {
			t.Errorf("the stacks of ours are %v, %v", names, err)
		}
	})
}

func TestUnusableStackIsReported(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		half := a.described("half", map[string]string{releaseMachineOutput: "", teardownMachineOutput: ""})
		half.StackStatus = types.StackStatusCreateInProgress
		failed := half
		failed.StackName, failed.StackStatus = aws.String("failed"), types.StackStatusRollbackComplete
		a.stacks = append(a.stacks, a.described("photogallery-staging", nil), half, failed)
		ours := []string{"photogallery-main, photogallery-staging"}
		for name, words := range map[string][]string{
			"photogallery-prod": append(ours, `no stack "photogallery-prod" in us-east-1`),
			"CDKToolkit":        append(ours, "none of Photogallery's", "npx cdk deploy"),
			"failed":            append(ours, "ROLLBACK_COMPLETE", "npx cdk deploy"),
			"half":              {"CREATE_IN_PROGRESS", "wait"},
		} {
			_, err := Open(t.Context(), a.Cloud.Fabric.Config(), name)
			wantError(t, err, release.NothingUp, words...)
		}
		_, err := Open(t.Context(), a.Cloud.Fabric.Config(), "not a stack")
		wantError(t, err, release.InvalidRequest, `"not a stack"`, "photogallery-main")
		a.stacks = nil
		_, err = Open(t.Context(), a.Cloud.Fabric.Config(), "photogallery-main")
		wantError(t, err, release.NothingUp, "no stack there is Photogallery's", "--region")
		a.refuse("CloudFormation.DescribeStacks", "AccessDenied", 1)
		_, err = Open(t.Context(), a.Cloud.Fabric.Config(), "photogallery-main")
		wantError(t, err, release.AccessDenied, "CloudFormation DescribeStacks", "permission")
	})
}

func TestOlderStackNamesItsMissingOutputs(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.stacks = []types.Stack{a.described("photogallery-main", map[string]string{
			photoBucketOutput: "", bundleBucketOutput: "", tableOutput: "", uploadKeyOutput: "", logGroupOutput: "",
		})}
		s := a.open()
		_, photos := s.Photos(t.Context())
		_, bundle := s.UploadBundle(t.Context(), writes("bundle"))
		_, status := s.Status(t.Context())
		_, key := s.UploadKey(t.Context())
		_, logs := s.Logs(environment.LogQuery{Since: time.Now()})
		for output, err := range map[string]error{
			photoBucketOutput: photos, bundleBucketOutput: bundle, tableOutput: status, uploadKeyOutput: key, logGroupOutput: logs,
		} {
			wantError(t, err, release.NothingUp, output, "npx cdk deploy")
		}
	})
}

func TestStatusTellsWhatServes(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		s := a.open()
		a.runs(a.StartRelease(t.Context(), "r1", `{"version": "one", "ttl": "8h"}`))
		status, err := s.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if status.Stack != "photogallery-main" || status.Region != "us-east-1" || status.LoadBalancer != "active" || !strings.HasPrefix(status.Gallery, "http://photogallery-main") {
			t.Errorf("the entrance is %+v", status)
		}
		if status.Serving == nil || status.Serving.Release != "r1" || status.Serving.Version != "one" {
			t.Errorf("what serves is %+v", status.Serving)
		}
		if g := status.Group; g == nil || *g != (environment.Group{Min: 2, Max: 5, Desired: 2, InService: 2}) {
			t.Errorf("the group is %+v", g)
		}
		if len(status.Instances) != 2 || len(status.Alarms) != len(release.AlarmKinds())+1 || len(status.Activities) != 2 {
			t.Fatalf("there are %+v", status)
		}
		for _, i := range status.Instances {
			if i.Role != release.RoleFleet || i.State != "running" || i.Health != "healthy" || i.Version != "one" || i.Image != status.Serving.Image || i.Zone == "" || i.Launched.IsZero() {
				t.Errorf("an instance is %+v", i)
			}
		}
		if len(status.Schedules) != 1 || status.Schedules[0].Starts != "teardown" || !strings.HasPrefix(status.Schedules[0].Expression, "at(") {
			t.Errorf("the schedules are %+v", status.Schedules)
		}
		a.runs(a.StartTeardown(t.Context(), "t1", `{}`))
		status, err = s.Status(t.Context())
		if err != nil || status.Serving != nil || status.Group != nil || status.Gallery != "" || len(status.Instances)+len(status.Alarms)+len(status.Activities)+len(status.Schedules) > 0 {
			t.Errorf("after the teardown there are %+v, %v", status, err)
		}
	})
}

func TestStatusTellsOfBothFleetsAndTheirPartsOfTheTraffic(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		s := a.open()
		a.runs(a.StartRelease(t.Context(), "r1", `{"version": "one"}`))
		began := time.Now()
		arn, err := a.StartRelease(t.Context(), "r2", `{"version": "two", "rebake": true, "traffic": [5, 100], "hold": "20h"}`)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(began.Add(12 * time.Hour)))
		status, err := s.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(status.Fleets) != 2 || status.Split() != "blue 95 %, green 5 %" {
			t.Fatalf("the fleets are %+v", status.Fleets)
		}
		for i, fleet := range status.Fleets {
			version := []string{"one", "two"}[i]
			if fleet.Group.InService != 2 || fleet.Health["healthy"] != 2 || fleet.TargetGroup == "" {
				t.Errorf("a fleet is %+v", fleet)
			}
			for _, instance := range status.Instances {
				if instance.Slot == fleet.Slot && instance.Version != version {
					t.Errorf("%s is in slot %s", instance.Version, fleet.Slot)
				}
			}
		}
		if len(status.Instances) != 4 || len(status.Alarms) != 2*len(release.AlarmKinds())+1 || len(status.Activities) != 4 {
			t.Errorf("there are %+v", status)
		}
		a.runs(arn, nil)
		status, err = s.Status(t.Context())
		if err != nil || len(status.Fleets) != 1 || status.Split() != "" || status.Serving.Slot != release.Green || *status.Group != status.Fleets[0].Group || status.Fleets[0].Traffic != 100 {
			t.Errorf("in the end there are %+v, %v", status, err)
		}
		for _, alarm := range status.Alarms {
			if isOfTheBalancer := alarm.Kind == release.BalancerErrors; alarm.Kind == "" || (alarm.Slot != release.Green) != isOfTheBalancer {
				t.Errorf("alarm %+v", alarm)
			}
		}
	})
}

func TestDomainIsTheGalleryAddress(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.stacks = []types.Stack{a.described("photogallery-main", map[string]string{galleryOutput: "https://photos.example.com/"})}
		s := a.open()
		if url, err := s.Gallery(t.Context()); url != "" || err != nil {
			t.Errorf("before a release it is %q, %v", url, err)
		}
		a.runs(a.StartRelease(t.Context(), "r1", `{}`))
		if url, err := s.Gallery(t.Context()); url != "https://photos.example.com/" || err != nil {
			t.Errorf("it is %q, %v", url, err)
		}
	})
}

func TestEveryPartOfTheStatusMayFail(t *testing.T) {
	for _, operation := range []string{
		"DynamoDB.GetItem", "Elastic Load Balancing v2.DescribeLoadBalancers", "Elastic Load Balancing v2.DescribeListeners", "Elastic Load Balancing v2.DescribeTargetHealth",
		"Auto Scaling.DescribeAutoScalingGroups", "Auto Scaling.DescribeInstanceRefreshes", "Auto Scaling.DescribeScalingActivities",
		"EC2.DescribeInstances", "EC2.DescribeImages", "CloudWatch.DescribeAlarms", "Scheduler.ListSchedules", "Scheduler.GetSchedule",
	} {
		t.Run(operation, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				s := a.open()
				a.runs(a.StartRelease(t.Context(), "r1", `{"ttl": "8h"}`))
				a.refuse(operation, "AccessDenied", 2)
				_, err := s.Status(t.Context())
				wantError(t, Explain(err, s.Region), release.AccessDenied, strings.Replace(operation, ".", " ", 1))
			})
		})
	}
}

func TestImagesAreListedNewestFirst(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		s := a.open()
		a.runs(a.StartRelease(t.Context(), "r1", `{"version": "one"}`))
		a.runs(a.StartRelease(t.Context(), "r2", `{"version": "two", "rebake": true}`))
		images, err := s.Images(t.Context())
		if err != nil || len(images) != 2 {
			t.Fatalf("they are %+v, %v", images, err)
		}
		if i := images[0]; i.Version != "two" || i.Release != "r2" || i.State != "available" || !i.Serving || i.Former || i.Digest == "" || i.Bytes == 0 {
			t.Errorf("the newest is %+v", i)
		}
		if i := images[1]; i.Version != "one" || i.Serving || !i.Former || !i.Created.Before(images[0].Created) {
			t.Errorf("the former is %+v", i)
		}
	})
}

func TestInstanceIsTakenOutAndReplaced(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		s := a.open()
		const absent = "i-0123456789abcdef0"
		wantError(t, s.Terminate(t.Context(), absent), release.NotFound, absent, "gallery release")
		a.runs(a.StartRelease(t.Context(), "r1", `{}`))
		status, err := s.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		victim := status.Instances[0].ID
		wantError(t, s.Terminate(t.Context(), absent), release.NotFound, absent, victim)
		wantError(t, s.Terminate(t.Context(), "web-1"), release.InvalidRequest, "web-1", "hexadecimal")
		if err := s.Terminate(t.Context(), victim); err != nil {
			t.Fatal(err)
		}
		time.Sleep(15 * time.Minute)
		status, err = s.Status(t.Context())
		if err != nil || len(status.Instances) != 2 || status.Group.InService != 2 {
			t.Fatalf("there are %+v, %v", status, err)
		}
		for _, i := range status.Instances {
			if i.ID == victim {
				t.Errorf("%s is still %s", victim, i.State)
			}
		}
	})
}

func TestShellNeedsTheEndpointAndARunningInstance(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.runs(a.StartRelease(t.Context(), "r1", `{}`))
		s := a.open()
		status, err := s.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		id := status.Instances[1].ID
		_, err = s.ShellArguments(t.Context(), id)
		wantError(t, err, release.NothingUp, "photogallery-main", "-c instanceConnect=on")
		a.stacks = []types.Stack{a.described("photogallery-main", map[string]string{endpointOutput: "eice-0123456789abcdef0"})}
		s = a.open()
		got, err := s.ShellArguments(t.Context(), id)
		if want := "ec2-instance-connect ssh --instance-id " + id + " --connection-type eice --region us-east-1"; err != nil || strings.Join(got, " ") != want {
			t.Errorf("aws %v, %v", got, err)
		}
		_, err = s.ShellArguments(t.Context(), "i-0123456789abcdef0")
		wantError(t, err, release.NotFound, "i-0123456789abcdef0", id)
		builder := a.builder(status.Instances[1].Image)
		_, err = s.ShellArguments(t.Context(), builder)
		wantError(t, err, release.NotFound, builder, id)
		_, err = s.ShellArguments(t.Context(), "--help")
		wantError(t, err, release.InvalidRequest, "--help")
	})
}
