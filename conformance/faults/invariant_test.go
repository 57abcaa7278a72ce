package faults

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/stepfunctions"
	"photogallery/release"
)

// The quotas of Step Functions, with the margin that every run must keep.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const (
	maxEvents  = 25_000 / 2
	maxPayload = 256 << 10 / 5
)

// checkEnds requires that every execution ends as defined, with a history of bounded size.
func (env *environment) checkEnds(s scenario, excused excuse) {
	for _, run := range env.executions() {
		name := *run.Name
		end := env.awaitEnd(name)
		defined := end.Status == "SUCCEEDED" || end.Status == "FAILED" && release.IsEnd(end.Error)
		ended := end.Status == "ABORTED" || end.Status == "TIMED_OUT"
		meant := s.ends[name] || excused.ends && env.stopped[name]
		if !defined && (!ended || !meant) {
			env.violate(fmt.Sprintf("%s ends %s %s: %s", name, end.Status, end.Error, end.Cause))
		}
		env.checkHistory(name, end)
	}
}

func (env *environment) checkHistory(name string, end stepfunctions.Snapshot) {
	history := env.Cloud.StepFunctions.History(end.ARN)
	if len(history) > maxEvents {
		env.violate(fmt.Sprintf("%s has %d events", name, len(history)))
	}
	for _, e := range history {
		if size := max(len(e.Input), len(e.Output), len(e.Parameters)); size > maxPayload {
			env.violate(fmt.Sprintf("%s passes %d bytes on at %s", name, size, e.Name))
		}
	}
}

// checkLock requires that the lock is free or its holder has ended, so that the next run can take
// it over.
func (env *environment) checkLock() {
	holder := env.holder()
	if holder == "" {
		return
	}
	for _, run := range env.executions() {
		if *run.ExecutionArn == holder && run.Status == types.ExecutionStatusRunning {
			env.violate("the lock is held by " + *run.Name + ", which still runs")
		}
	}
}

// checkExclusive requires that an execution holds the lock while it changes anything. The step that
// runs when its execution is stopped must also end before another execution takes over.
func (env *environment) checkExclusive(box *sandbox, operation fabric.Operation) {
	if box.run == "" || looks(operation.Name) || operation.Service == "DynamoDB" || operation.Service == "SFN" {
		return
	}
	if holder := env.holder(); holder != env.arn(box.run) {
		env.violate(fmt.Sprintf("%s of %s calls %s while %q holds the environment", box.step, stableName(box.run), operation, release.NameOf(holder)))
	}
}

// checkBuilders requires that an execution never has two builders, or instances of its command, at once.
func (env *environment) checkBuilders() {
	building := map[string]int{}
	env.Cloud.Fabric.Do(func() {
		for _, i := range env.Cloud.EC2.Instances() {
			if i.Tags[release.TagRole] != release.RoleFleet && (i.State == ec2.Pending || i.State == ec2.Running) {
				building[i.Tags[release.TagRelease]]++
			}
		}
	})
	for name, count := range building {
		if count > 1 {
			env.violate(fmt.Sprintf("%s has %d builders at once", name, count))
		}
	}
}

// checkLab requires that no more instances run than a Learner Lab allows. It is called under the
// cloud's lock.
func (env *environment) checkLab() {
	running := 0
	for _, i := range env.Cloud.EC2.Instances() {
		if i.State == ec2.Pending || i.State == ec2.Running {
			running++
		}
	}
	if running > release.LabInstances {
		env.violate(fmt.Sprintf("%d instances run in a lab", running))
	}
}

// checkLeftovers requires that every resource is accounted for or named by a run that failed dirty
// or could not retire.
func (env *environment) checkLeftovers(when string, excused excuse) {
	reported := env.reported()
	unnamed := slices.DeleteFunc(unaccountedFor(env.resources(env.recorded())), func(one resource) bool {
		return excused.snapshots && one.kind == "snapshot" || one.isNamedIn(reported)
	})
	if len(unnamed) > 0 {
		env.violate(when + " nothing accounts for " + joinNames(unnamed))
	}
}

// reported returns what runs say about their leftovers.
func (env *environment) reported() string {
	var all strings.Builder
	for _, run := range env.executions() {
		end := env.awaitEnd(*run.Name)
		if end.Error == string(release.FailedDirty) || strings.Contains(end.Output, "retireFailure") {
			all.WriteString(end.Cause + end.Output)
		}
	}
	return all.String()
}

// checkServing requires that the recorded release serves from at least its minimum of healthy
// instances. An instance of another release counts if a run reports it as left: it still serves.
func (env *environment) checkServing(when string, excused excuse) {
	recorded, reported := env.recorded(), env.reported()
	if !recorded.Serving || excused.serving {
		return
	}
	healthy, targets := 0, env.Settings.Targets(recorded.Serves())
	env.Cloud.Fabric.Do(func() {
		for _, i := range env.Cloud.EC2.Instances() {
			counts := i.ImageID == recorded.Image || strings.Contains(reported, i.ID)
			if counts && i.Tags[release.TagRole] == release.RoleFleet &&
				env.Cloud.ELB.Health(targets, i.ID) == "healthy" {
				healthy++
			}
		}
	})
	if healthy < recorded.MinSize {
		env.violate(fmt.Sprintf("%s %s is recorded as serving and has %d healthy instances of %d", when, recorded.Release, healthy, recorded.MinSize))
	}
}

// checkSucceeded requires that an execution succeeded.
func (env *environment) checkSucceeded(name string) {
	if end := env.awaitEnd(name); end.Status != "SUCCEEDED" {
		env.violate(fmt.Sprintf("%s ends %s %s: %s", name, end.Status, end.Error, end.Cause))
	}
}

// checkEmpty requires that the account is empty.
func (env *environment) checkEmpty(when string) {
	if left := env.resources(release.Current{}); len(left) > 0 {
		env.violate(when + " there are still " + joinNames(left))
	}
}
