package fleet_test

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

func plan(name string) release.Plan {
	return release.Plan{Release: name, Version: name, InstanceType: "t4g.small", MinSize: 2, MaxSize: 5, BakeSeconds: 300}
}

// image makes an image of the fleet; the base image serves as well as any.
func image(e steptest.Environment) string {
	e.Helper()
	parameter, err := e.Clients.EC2.DescribeImages(e.Context(), &ec2.DescribeImagesInput{Owners: []string{"amazon"}})
	if err != nil || len(parameter.Images) == 0 {
		e.Fatal("there is no base image", err)
	}
	return aws.ToString(parameter.Images[0].ImageId)
}

func template(e steptest.Environment, name string) fleet.TemplateVersion {
	e.Helper()
	return steptest.Run[fleet.TemplateVersion](e, fleet.EnsureTemplate, fleet.EnsureTemplateInput{Plan: plan(name), Image: image(e)})
}

func create(e steptest.Environment, name string) fleet.CreateGroupInput {
	e.Helper()
	version := template(e, name)
	return fleet.CreateGroupInput{Plan: plan(name), TemplateID: version.ID, TemplateVersion: version.Version}
}

func state(e steptest.Environment) fleet.GroupState {
	e.Helper()
	return steptest.Run[fleet.FoundGroup](e, fleet.FindGroup, fleet.FindGroupInput{Plan: plan("r1")}).State
}

func TestEachReleaseHasOneNumberedTemplateVersion(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		for _, want := range []struct{ release, version string }{{"r1", "1"}, {"r1", "1"}, {"r2", "2"}, {"r1", "1"}, {"r2", "2"}} {
			if got := template(e, want.release); got.Version != want.version || !strings.HasPrefix(got.ID, "lt-") {
				t.Errorf("release %s got %+v, want version %s", want.release, got, want.version)
			}
		}
	})
}

func TestInvisibleVersionIsNotMadeTwice(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		template(e, "r1")
		e.Cloud.Fabric.Intercept(func(_ context.Context, _ fabric.Call, next func() (any, error)) (any, error) {
			out, err := next()
			if found, is := out.(*ec2.DescribeLaunchTemplateVersionsOutput); is {
				found.LaunchTemplateVersions = slices.DeleteFunc(found.LaunchTemplateVersions, func(version types.LaunchTemplateVersion) bool {
					return aws.ToString(version.VersionDescription) == "r2"
				})
			}
			return out, err
		})
		if first, again := template(e, "r2"), template(e, "r2"); again != first {
			t.Errorf("got %+v after %+v", again, first)
		}
	})
}

// IAM lets nobody change a template that carries no tag of the environment's.
func TestTemplateCarriesItsOwnerTag(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		template(e, "r1")
		found, err := inventory.Template(e.Context(), e.Clients.EC2, "main")
		if err != nil || inventory.Tag(found.Tags, release.TagEnvironment) != "main" {
			t.Errorf("the template is %+v, %v", found, err)
		}
	})
}

func TestFleetVolumesUseTheStackKey(t *testing.T) {
	for _, key := range []string{"", "arn:aws:kms:us-east-1:123456789012:key/0ea3fef3-80a7-4778-9d8c-1c0c6f4c3d2a"} {
		steptest.In(t, nil, func(e steptest.Environment) {
			e.Settings.EBSKey = key
			template(e, "r1")
			versions, err := inventory.Versions(e.Context(), e.Clients.EC2, "main")
			if err != nil {
				t.Fatal(err)
			}
			if disk := versions[0].LaunchTemplateData.BlockDeviceMappings[0].Ebs; aws.ToString(disk.KmsKeyId) != key {
				t.Errorf("the disk is %+v, want the key %q", disk, key)
			}
		})
	}
}

func TestFleetInstanceIsSafeAndTagged(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		template(e, "r1")
		versions, err := inventory.Versions(e.Context(), e.Clients.EC2, "main")
		if err != nil {
			t.Fatal(err)
		}
		data := versions[0].LaunchTemplateData
		if metadata := data.MetadataOptions; metadata == nil || metadata.HttpTokens != types.LaunchTemplateHttpTokensStateRequired || *metadata.HttpPutResponseHopLimit != 1 {
			t.Errorf("metadata options are %+v", metadata)
		}
		card := data.NetworkInterfaces[0]
		if *card.AssociatePublicIpAddress || card.Groups[0] != e.Settings.InstanceSecurityGroup {
			t.Errorf("the network interface is %+v", card)
		}
		if disk := data.BlockDeviceMappings[0].Ebs; !*disk.Encrypted || disk.VolumeType != types.VolumeTypeGp3 || !*disk.DeleteOnTermination {
			t.Errorf("the disk is %+v", disk)
		}
		if *data.IamInstanceProfile.Arn != e.Settings.FleetProfile || !*data.Monitoring.Enabled {
			t.Errorf("profile %s, monitoring %t", *data.IamInstanceProfile.Arn, *data.Monitoring.Enabled)
		}
		if script, err := base64.StdEncoding.DecodeString(*data.UserData); err != nil || !strings.Contains(string(script), e.Settings.Bucket) {
			t.Errorf("%v, user data %q", err, script)
		}
		tagged := map[types.ResourceType]bool{}
		for _, specification := range data.TagSpecifications {
			tagged[specification.ResourceType] = inventory.Tag(specification.Tags, release.TagEnvironment) == "main" &&
				inventory.Tag(specification.Tags, release.TagRole) == release.RoleFleet
		}
		for _, kind := range []types.ResourceType{"instance", "volume", "network-interface"} {
			if !tagged[kind] {
				t.Errorf("the %s carries no tags", kind)
			}
		}
	})
}

func TestFleetInstanceGetsTheStackSettings(t *testing.T) {
	for name, test := range map[string]struct {
		given        step.Optional
		want, absent []string
	}{
		"as on one machine": {step.Optional{}, nil, []string{"ALLOW_UPLOAD", "upload-key", "amazon-cloudwatch-agent"}},
		"uploads off":       {step.Optional{Uploads: step.UploadsOff}, []string{`ALLOW_UPLOAD="0"`}, []string{"upload-key"}},
		"everything on": {
			step.Optional{Uploads: step.UploadsOn, InstanceLogGroup: "/photogallery/main"},
			[]string{`ALLOW_UPLOAD="1"`, "--key 'upload-key/key'", `"log_group_name": "/photogallery/main"`}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			steptest.In(t, nil, func(e steptest.Environment) {
				e.Settings.Optional = test.given
				template(e, "r1")
				versions, err := inventory.Versions(e.Context(), e.Clients.EC2, "main")
				if err != nil {
					t.Fatal(err)
				}
				script, err := base64.StdEncoding.DecodeString(*versions[0].LaunchTemplateData.UserData)
				if err != nil {
					t.Fatal(err)
				}
				for _, words := range test.want {
					if !strings.Contains(string(script), words) {
						t.Errorf("the script does not have %s", words)
					}
				}
				for _, words := range test.absent {
					if strings.Contains(string(script), words) {
						t.Errorf("the script has %s", words)
					}
				}
			})
		})
	}
}

func TestGroupIsCreatedOnce(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		if got := state(e); got != "absent" {
			t.Errorf("there is a group, %s", got)
		}
		in := create(e, "r1")
		for range 2 {
			got := steptest.Run[fleet.Fleet](e, fleet.CreateGroup, in)
			if got.Ready || got.Wanted != 2 || !got.Deadline.Equal(time.Now().Add(e.Settings.Timings.Fleet)) {
				t.Errorf("a new group is %+v", got)
			}
		}
		if got := state(e); got != "present" {
			t.Errorf("the group is %s", got)
		}
		group, err := fleet.Group(e.Context(), e.Clients.AutoScaling, "photogallery-main")
		if err != nil {
			t.Fatal(err)
		}
		if *group.HealthCheckType != "ELB" || *group.HealthCheckGracePeriod != 300 || *group.DefaultInstanceWarmup != 120 {
			t.Errorf("health checks %s, grace %d, warm-up %d", *group.HealthCheckType, *group.HealthCheckGracePeriod, *group.DefaultInstanceWarmup)
		}
		if got, want := *group.VPCZoneIdentifier, strings.Join(e.Settings.PrivateSubnets, ","); got != want {
			t.Errorf("the group is in %s, want %s", got, want)
		}
		if tag := group.Tags[0]; *tag.Key != release.TagEnvironment || *tag.Value != "main" || !*tag.PropagateAtLaunch {
			t.Errorf("the tag is %+v", tag)
		}
	})
}

func TestNameOfADeletingGroupIsAwaited(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		in := create(e, "r1")
		steptest.Run[fleet.Fleet](e, fleet.CreateGroup, in)
		time.Sleep(5 * time.Minute)
		_, err := e.Clients.AutoScaling.DeleteAutoScalingGroup(e.Context(), &autoscaling.DeleteAutoScalingGroupInput{
			AutoScalingGroupName: aws.String("photogallery-main"), ForceDelete: aws.Bool(true),
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := state(e); got != "deleting" {
			t.Errorf("the group is %s", got)
		}
		e.WantCode(release.StillInUse, fleet.CreateGroup, in)
		time.Sleep(10 * time.Minute)
		steptest.Run[fleet.Fleet](e, fleet.CreateGroup, in)
	})
}

func TestGroupWithoutInstancesSaysWhy(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		e.Cloud.Fabric.Do(func() { e.Cloud.EC2.SetVCPULimit(2) })
		fleetOf := steptest.Run[fleet.Fleet](e, fleet.CreateGroup, create(e, "r1"))
		in := fleet.CheckFleetInput{Plan: plan("r1"), Deadline: fleetOf.Deadline}
		for time.Sleep(time.Minute); time.Now().Before(in.Deadline); time.Sleep(time.Minute) {
			if got := steptest.Run[fleet.Fleet](e, fleet.CheckFleet, in); got.Ready || got.Healthy > 1 || got.Wanted != 2 {
				t.Fatalf("half a fleet is %+v", got)
			}
		}
		time.Sleep(time.Second)
		if message := e.WantCode(release.FleetFailed, fleet.CheckFleet, in); !strings.Contains(message, "vCPU") {
			t.Errorf("%q does not say why", message)
		}
	})
}

func TestDeletedGroupIsAFailure(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		e.WantCode(release.FleetFailed, fleet.CheckFleet, fleet.CheckFleetInput{Plan: plan("r1"), Deadline: time.Now().Add(-time.Second)})
	})
}

// rolling returns a group with a refresh to r2 under way.
func rolling(e steptest.Environment) (in fleet.StartRefreshInput, started fleet.Refresh) {
	e.Helper()
	steptest.Run[fleet.Fleet](e, fleet.CreateGroup, create(e, "r1"))
	time.Sleep(5 * time.Minute)
	next := template(e, "r2")
	in = fleet.StartRefreshInput{Plan: plan("r2"), TemplateID: next.ID, TemplateVersion: next.Version, Alarms: []string{}}
	return in, steptest.Run[fleet.Refresh](e, fleet.StartRefresh, in)
}

func TestRefreshIsStartedOnceAndFoundAgain(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		in, started := rolling(e)
		time.Sleep(time.Minute)
		if again := steptest.Run[fleet.Refresh](e, fleet.StartRefresh, in); again.Refresh != started.Refresh || again.Status != "InProgress" {
			t.Errorf("started %+v, then %+v", started, again)
		}
		refreshes, err := fleet.Refreshes(e.Context(), e.Clients.AutoScaling, "photogallery-main")
		if err != nil || len(refreshes) != 1 {
			t.Fatalf("%d refreshes, %v", len(refreshes), err)
		}
		preferences := refreshes[0].Preferences
		if group, err := fleet.Group(e.Context(), e.Clients.AutoScaling, "photogallery-main"); err != nil || *preferences.InstanceWarmup < *group.HealthCheckGracePeriod {
			t.Errorf("%v, a refresh goes on after %d s, and health checks count after %d s", err, *preferences.InstanceWarmup, *group.HealthCheckGracePeriod)
		}
		if !*preferences.AutoRollback || !*preferences.SkipMatching || *preferences.MinHealthyPercentage != 100 || *preferences.MaxHealthyPercentage != 150 || *preferences.BakeTime != 300 {
			t.Errorf("preferences are %+v", preferences)
		}
	})
}

func TestAnotherReleasesRefreshIsWaitedFor(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		in, _ := rolling(e)
		in.TemplateVersion = template(e, "r3").Version
		e.WantCode(release.StillInUse, fleet.StartRefresh, in)
	})
}

func TestRefreshEnds(t *testing.T) {
	check := func(refresh fleet.Refresh, deadline time.Time) fleet.CheckRefreshInput {
		return fleet.CheckRefreshInput{Plan: plan("r2"), Refresh: refresh.Refresh, Deadline: deadline}
	}
	t.Run("well", func(t *testing.T) {
		steptest.In(t, nil, func(e steptest.Environment) {
			_, refresh := rolling(e)
			seen := map[string]bool{}
			for refresh.Status != "Successful" {
				time.Sleep(15 * time.Second)
				refresh = steptest.Run[fleet.Refresh](e, fleet.CheckRefresh, check(refresh, refresh.Deadline))
				seen[refresh.Status] = true
			}
			if !seen["InProgress"] || !seen["Baking"] || refresh.Percent != 100 {
				t.Errorf("saw %v, the last was %+v", seen, refresh)
			}
		})
	})
	t.Run("late", func(t *testing.T) {
		steptest.In(t, nil, func(e steptest.Environment) {
			_, refresh := rolling(e)
			e.WantCode(release.RefreshFailed, fleet.CheckRefresh, check(refresh, time.Now().Add(-time.Second)))
		})
	})
	t.Run("rolled back", func(t *testing.T) {
		steptest.In(t, nil, func(e steptest.Environment) {
			_, refresh := rolling(e)
			time.Sleep(time.Minute)
			if _, err := e.Clients.AutoScaling.RollbackInstanceRefresh(e.Context(), &autoscaling.RollbackInstanceRefreshInput{AutoScalingGroupName: aws.String("photogallery-main")}); err != nil {
				t.Fatal(err)
			}
			e.WantCode(release.RefreshRolledBack, fleet.CheckRefresh, check(refresh, refresh.Deadline))
			time.Sleep(30 * time.Minute)
			e.WantCode(release.RefreshRolledBack, fleet.CheckRefresh, check(refresh, refresh.Deadline))
		})
	})
}

func TestFleetReachesEverythingOnlyToDescribe(t *testing.T) {
	for _, declared := range []step.Step{fleet.EnsureTemplate, fleet.FindGroup, fleet.CreateGroup, fleet.CheckFleet, fleet.StartRefresh, fleet.CheckRefresh} {
		for _, operation := range declared.Operations {
			if isAny := operation.Scope == step.Any; isAny != strings.Contains(operation.Name, ":Describe") || isAny != (operation.Reason != "") {
				t.Errorf("%s declares %+v", declared.Name, operation)
			}
		}
	}
}

// Client tokens are the account's: the same one with other parameters is refused.
func TestReleasesOfOneNameInTwoEnvironmentsDoNotMeet(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		staging := e
		another := *e.Stack
		another.Settings.Environment = "staging"
		staging.Stack = &another
		for _, version := range []string{"1", "2"} {
			name := "r" + version
			first, second := template(e, name), template(staging, name)
			if first.ID == second.ID || first.Version != version || second.Version != version {
				t.Errorf("release %s got %+v and %+v", name, first, second)
			}
		}
	})
}
