package faults

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/stepfunctions"
	"photogallery/release"
)

// What Step Functions allows, and how far below it every run must stay.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const (
	maxEvents  = 25_000 / 2
	maxPayload = 256 << 10 / 5
)

// checkEnds wants every execution to have one of its defined ends, and a history of a modest size.
func (w *world) checkEnds(s scenario, excused excuse) {
	for _, run := range w.runs() {
		name := *run.Name
		end := w.end(name)
		defined := end.Status == "SUCCEEDED" || end.Status == "FAILED" && release.IsEnd(end.Error)
		ended := end.Status == "ABORTED" || end.Status == "TIMED_OUT"
		meant := s.ends[name] || excused.ends && w.stopped[name]
		if !defined && (!ended || !meant) {
			w.violate(fmt.Sprintf("%s ends %s %s: %s", name, end.Status, end.Error, end.Cause))
		}
		w.checkHistory(name, end)
	}
}

func (w *world) checkHistory(name string, end stepfunctions.Snapshot) {
	history := w.Cloud.StepFunctions.History(end.ARN)
	if len(history) > maxEvents {
		w.violate(fmt.Sprintf("%s has %d events", name, len(history)))
	}
	for _, e := range history {
		if size := max(len(e.Input), len(e.Output), len(e.Parameters)); size > maxPayload {
			w.violate(fmt.Sprintf("%s passes %d bytes on at %s", name, size, e.Name))
		}
	}
}

// checkLock wants the lock free, or its holder dead: then the next run takes it over.
func (w *world) checkLock() {
	holder := w.holder()
	if holder == "" {
		return
	}
	for _, run := range w.runs() {
		if *run.ExecutionArn == holder && run.Status == types.ExecutionStatusRunning {
			w.violate("the lock is held by " + *run.Name + ", which runs on")
		}
	}
}

// checkAlone wants every execution that changes something to hold the environment. An execution that was ended
// has the time of its last step to end, too, before another takes over.
func (w *world) checkAlone(box *sandbox, operation fabric.Operation) {
	if box.run == "" || looks(operation.Name) || operation.Service == "DynamoDB" || operation.Service == "SFN" {
		return
	}
	if holder := w.holder(); holder != w.arn(box.run) {
		w.violate(fmt.Sprintf("%s of %s calls %s while %q holds the environment", box.step, steady(box.run), operation, release.NameOf(holder)))
	}
}

// checkBuilders wants a release never to have two builders at once: one of them is paid for nothing.
func (w *world) checkBuilders() {
	building := map[string]int{}
	w.Cloud.Fabric.Do(func() {
		for _, i := range w.Cloud.EC2.Instances() {
			if i.Tags[release.TagRole] == release.RoleBuilder && (i.State == ec2.Pending || i.State == ec2.Running) {
				building[i.Tags[release.TagRelease]]++
			}
		}
	})
	for name, count := range building {
		if count > 1 {
			w.violate(fmt.Sprintf("%s has %d builders at once", name, count))
		}
	}
}

// checkLeft wants everything accounted for, or named by a run that failed dirty or could not retire.
func (w *world) checkLeft(when string, excused excuse) {
	said := w.said()
	unnamed := slices.DeleteFunc(unaccounted(w.things(w.recorded())), func(one thing) bool {
		return excused.snapshots && one.kind == "snapshot" || strings.Contains(said, one.id) || one.also != "" && strings.Contains(said, one.also)
	})
	if len(unnamed) > 0 {
		w.violate(when + " nobody accounts for " + list(unnamed))
	}
}

// said is what runs report of what they left.
func (w *world) said() string {
	var all strings.Builder
	for _, run := range w.runs() {
		end := w.end(*run.Name)
		if end.Error == string(release.FailedDirty) || strings.Contains(end.Output, "retireFailure") {
			all.WriteString(end.Cause + end.Output)
		}
	}
	return all.String()
}

// checkServing wants the recorded release to serve from healthy instances, as many as its minimum.
// An instance of another release that a run reports as left counts: it serves meanwhile.
func (w *world) checkServing(when string, excused excuse) {
	recorded, said := w.recorded(), w.said()
	if !recorded.Serving || excused.serving {
		return
	}
	healthy := 0
	w.Cloud.Fabric.Do(func() {
		for _, i := range w.Cloud.EC2.Instances() {
			counts := i.ImageID == recorded.Image || strings.Contains(said, i.ID)
			if counts && i.Tags[release.TagRole] == release.RoleFleet &&
				w.Cloud.ELB.Health(w.Settings.TargetGroup, i.ID) == "healthy" {
				healthy++
			}
		}
	})
	if healthy < recorded.MinSize {
		w.violate(fmt.Sprintf("%s %s is recorded as serving and has %d healthy instances of %d", when, recorded.Release, healthy, recorded.MinSize))
	}
}

// checkCapacity wants a fleet that served before never to have fallen below its minimum, by default
// 2, since the scenario began.
func (w *world) checkCapacity(s scenario, excused excuse) {
	const minimum = 2
	if !s.former || excused.capacity {
		return
	}
	var least time.Time
	w.Cloud.Fabric.Do(func() {
		records := w.Cloud.AutoScaling.Capacities(w.Settings.Environment.Name())
		for i, record := range records {
			over := i+1 < len(records) && !records[i+1].At.After(w.began)
			if !over && record.Serving < minimum && least.IsZero() {
				least = record.At
			}
		}
	})
	if !least.IsZero() {
		w.violate(fmt.Sprintf("fewer than %d instances served %v after the scenario began", minimum, least.Sub(w.began)))
	}
}

// checkSucceeded wants an execution to have succeeded.
func (w *world) checkSucceeded(name string) {
	if end := w.end(name); end.Status != "SUCCEEDED" {
		w.violate(fmt.Sprintf("%s ends %s %s: %s", name, end.Status, end.Error, end.Cause))
	}
}

// checkNothing wants an empty account in which nothing costs anything.
func (w *world) checkNothing(when string) {
	if left := w.things(release.Current{}); len(left) > 0 {
		w.violate(when + " there still is " + list(left))
	}
}
