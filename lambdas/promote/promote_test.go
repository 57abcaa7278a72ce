package promote_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/lock"
	"photogallery/lambdas/promote"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

var mine = step.Call{Execution: "arn:execution:mine"}

func take(e steptest.Environment, by step.Call) {
	e.Helper()
	steptest.Run[lock.Output](e, lock.Lock, lock.Input{Call: by, Release: "r"})
}

func input(name, image, version string) promote.Input {
	plan := release.Plan{Release: name, Version: "v" + name, Digest: "d" + image, MinSize: 1, MaxSize: 3, InstanceType: "t4g.micro"}
	return promote.Input{Call: mine, Plan: plan, Image: image, TemplateVersion: version, TeardownAt: "2026-01-31T20:00:00Z"}
}

func TestPromoteRecordKeepsTheWayBack(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		take(e, mine)
		type record struct{ Release, Image, FormerImage, TemplateVersion, FormerTemplate string }
		for _, c := range []struct {
			what string
			in   promote.Input
			want record
		}{
			{"first", input("r1", "ami-1", "1"), record{"r1", "ami-1", "", "1", ""}},
			{"the step ran twice", input("r1", "ami-1", "1"), record{"r1", "ami-1", "", "1", ""}},
			{"next", input("r2", "ami-2", "2"), record{"r2", "ami-2", "ami-1", "2", "1"}},
			{"same image", input("r3", "ami-2", "3"), record{"r3", "ami-2", "ami-1", "3", "2"}},
			{"rollback", input("r4", "ami-1", "4"), record{"r4", "ami-1", "ami-2", "4", "3"}},
		} {
			got := steptest.Run[release.Current](e, promote.Promote, c.in)
			if diff := cmp.Diff(c.want, record{got.Release, got.Image, got.FormerImage, got.TemplateVersion, got.FormerTemplate}); diff != "" {
				t.Errorf("%s: %s", c.what, diff)
			}
			recorded, err := records.ReadCurrent(e.Context(), e.Clients.DynamoDB, e.Settings.Table)
			if err != nil || !cmp.Equal(recorded, got) {
				t.Errorf("%s: answered %+v, recorded %+v, %v", c.what, got, recorded, err)
			}
			if !got.Serving || got.MinSize != 1 || got.MaxSize != 3 || got.InstanceType != "t4g.micro" || got.TeardownAt == "" || got.DefaultBundle.URL() != e.Settings.DefaultBundle {
				t.Errorf("%s: %+v", c.what, got)
			}
		}
	})
}

func TestPromoteNeedsTheLock(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		e.WantCode(release.LockLost, promote.Promote, input("r1", "ami-1", "1"))
		take(e, step.Call{Execution: "arn:execution:other"})
		e.WantCode(release.LockLost, promote.Promote, input("r1", "ami-1", "1"))
		e.WantCode(release.LockLost, promote.Retire, promote.RetireInput{Call: mine, Plan: release.Plan{Release: "r1"}})
		recorded, err := records.ReadCurrent(e.Context(), e.Clients.DynamoDB, e.Settings.Table)
		if err != nil || !cmp.Equal(recorded, release.Current{}) {
			t.Errorf("recorded %+v, %v", recorded, err)
		}
	})
}

func TestRetiringReleaseMustServe(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		take(e, mine)
		steptest.Run[release.Current](e, promote.Promote, input("r1", "ami-1", "1"))
		e.WantCode(release.LockLost, promote.Retire, promote.RetireInput{Call: mine, Plan: release.Plan{Release: "r2"}})
	})
}

// version adds one to the launch template.
func version(e steptest.Environment, name string) {
	e.Helper()
	data := &types.RequestLaunchTemplateData{ImageId: aws.String("ami-1"), InstanceType: "t4g.small"}
	_, err := e.Clients.EC2.CreateLaunchTemplateVersion(e.Context(), &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String("photogallery-main"), LaunchTemplateData: data, VersionDescription: aws.String(name),
	})
	if release.IsNotFound(err) {
		_, err = e.Clients.EC2.CreateLaunchTemplate(e.Context(), &ec2.CreateLaunchTemplateInput{
			LaunchTemplateName: aws.String("photogallery-main"), LaunchTemplateData: data, VersionDescription: aws.String(name),
		})
	}
	if err != nil {
		e.Fatal(err)
	}
}

func TestRetireKeepsTheServingAndTheFormerTemplateVersion(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		take(e, mine)
		for _, number := range []string{"1", "2", "3", "4"} {
			version(e, "r"+number)
			steptest.Run[release.Current](e, promote.Promote, input("r"+number, "ami-"+number, number))
		}
		in := promote.RetireInput{Call: mine, Plan: release.Plan{Release: "r4"}}
		if got := steptest.Run[promote.Retired](e, promote.Retire, in).Retired; len(got) != 2 {
			t.Errorf("retired %v", got)
		}
		if again := steptest.Run[promote.Retired](e, promote.Retire, in).Retired; again == nil || len(again) != 0 {
			t.Errorf("retired once more: %v", again)
		}
		versions, err := inventory.Versions(e.Context(), e.Clients.EC2, "main")
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, version := range versions {
			got[inventory.Number(version)] = aws.ToBool(version.DefaultVersion)
		}
		if diff := cmp.Diff(map[string]bool{"3": false, "4": true}, got); diff != "" {
			t.Error(diff)
		}
	})
}
