package faults

import (
	"time"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/release"
)

// machineFaults are those of a release's own builder, image and instances.
func machineFaults() []fault {
	builder := func(as machine.Behavior) func(*world, string) func(machine.Spec) machine.Behavior {
		return only(func(spec machine.Spec, subject string) bool {
			return spec.Role == release.RoleBuilder && spec.Tags[release.TagRelease] == subject
		}, as)
	}
	fleet := func(as machine.Behavior) func(*world, string) func(machine.Spec) machine.Behavior {
		return only(isNew, as)
	}
	broken := excuse{capacity: true}
	return []fault{
		{name: "builder-dies", fails: true, machines: builder(machine.Behavior{Build: machine.BuilderDies})},
		{name: "builder-hangs", fails: true, machines: builder(machine.Behavior{Build: machine.BuildSilent})},
		{name: "builder-fails", fails: true, machines: builder(machine.Behavior{Build: machine.BuildFails, Reason: "install.sh: exit status 7"})},
		{name: "image-fails", fails: true, machines: builder(machine.Behavior{CaptureFails: true})},
		{name: "unhealthy-at-once", fails: true, machines: fleet(machine.Behavior{NeverHealthy: true})},
		{name: "unhealthy-after-5m", machines: fleet(machine.Behavior{UnhealthyAfter: 5 * time.Minute}), excuse: broken},
		{name: "unhealthy-in-bake", machines: breaksInBake, excuse: broken},
	}
}

func only(which func(machine.Spec, string) bool, as machine.Behavior) func(*world, string) func(machine.Spec) machine.Behavior {
	return func(_ *world, subject string) func(machine.Spec) machine.Behavior {
		return func(spec machine.Spec) machine.Behavior {
			if which(spec, subject) {
				return as
			}
			return machine.Behavior{}
		}
	}
}

func isNew(spec machine.Spec, subject string) bool {
	return spec.Role == release.RoleFleet && spec.ImageTags[release.TagRelease] == subject
}

// breaksInBake breaks the new instances, and what replaces them, once they have been verified.
func breaksInBake(w *world, subject string) func(machine.Spec) machine.Behavior {
	verified, broken := false, false // both under the fabric's lock
	w.Cloud.Fabric.Observe(func(made fabric.Call) {
		if made.Caller != "Verify" {
			return
		}
		w.Cloud.Fabric.Do(func() {
			if verified {
				return
			}
			verified = true
			w.Cloud.Fabric.After(time.Second, func() {
				broken = true
				w.breakMachines(subject)
			})
		})
	})
	return func(spec machine.Spec) machine.Behavior {
		return machine.Behavior{NeverHealthy: broken && isNew(spec, subject)}
	}
}

// breakMachines breaks those that run the subject's image; it is called under the lock.
func (w *world) breakMachines(subject string) {
	of := w.imageTags(subject)
	for _, i := range w.Cloud.EC2.Instances() {
		if m, runs := i.Machine.(*machine.SimulatedMachine); runs && of(i.ImageID) {
			m.Break()
		}
	}
}

// imageTags tells which images a release has made.
func (w *world) imageTags(subject string) func(image string) bool {
	return func(image string) bool {
		for _, kept := range w.Cloud.EC2.KeptImages() {
			if kept.ID == image {
				return kept.Tags[release.TagRelease] == subject
			}
		}
		return false
	}
}
