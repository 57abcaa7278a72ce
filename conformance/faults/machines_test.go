package faults

import (
	"time"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/release"
)

// machineFaults are faults of the builder or the instance of a command, of the image and instances of a release.
func machineFaults() []fault {
	builder := func(as machine.Behavior) func(*environment, string) func(machine.Spec) machine.Behavior {
		return only(func(spec machine.Spec, subject string) bool {
			return spec.Role != release.RoleFleet && spec.Tags[release.TagRelease] == subject
		}, as)
	}
	fleet := func(as machine.Behavior) func(*environment, string) func(machine.Spec) machine.Behavior {
		return only(isNew, as)
	}
	broken := excuse{capacity: true}
	return []fault{
		{name: "builder-dies", failsRelease: true, machines: builder(machine.Behavior{Build: machine.BuilderDies})},
		{name: "builder-hangs", failsRelease: true, machines: builder(machine.Behavior{Build: machine.BuildSilent})},
		{name: "builder-fails", failsRelease: true, machines: builder(machine.Behavior{Build: machine.BuildFails, Reason: "install.sh: exit status 7"})},
		{name: "image-fails", failsRelease: true, machines: builder(machine.Behavior{CaptureFails: true})},
		{name: "unhealthy-at-once", failsRelease: true, machines: fleet(machine.Behavior{NeverHealthy: true})},
		{name: "unhealthy-after-5m", machines: fleet(machine.Behavior{UnhealthyAfter: 5 * time.Minute}), excuse: broken},
		{name: "unhealthy-in-bake", machines: breaksInBake, excuse: broken},
	}
}

func only(which func(machine.Spec, string) bool, as machine.Behavior) func(*environment, string) func(machine.Spec) machine.Behavior {
	return func(_ *environment, subject string) func(machine.Spec) machine.Behavior {
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

// breaksInBake breaks the new instances and their replacements after they have been verified: those of
// a refresh when it is verified, a second fleet when visitors are led to it.
func breaksInBake(env *environment, subject string) func(machine.Spec) machine.Behavior {
	verified, broken := map[string]bool{}, false // both guarded by the fabric's lock
	env.Cloud.Fabric.Observe(func(made fabric.Call) {
		if made.Caller != "Verify" && made.Caller != "ShiftTraffic" {
			return
		}
		env.Cloud.Fabric.Do(func() {
			if verified[made.Caller] || env.rulesMachines() == nil {
				return
			}
			verified[made.Caller] = true
			env.Cloud.Fabric.After(time.Second, func() {
				broken = true
				env.breakMachines(subject)
			})
		})
	})
	return func(spec machine.Spec) machine.Behavior {
		return machine.Behavior{NeverHealthy: broken && isNew(spec, subject)}
	}
}

// breakMachines breaks the machines that run the subject's image. The caller holds the lock.
func (env *environment) breakMachines(subject string) {
	of := env.imageTags(subject)
	for _, i := range env.Cloud.EC2.Instances() {
		if m, runs := i.Machine.(*machine.SimulatedMachine); runs && of(i.ImageID) {
			m.Break()
		}
	}
}

// imageTags returns a function that reports whether a release has made an image.
func (env *environment) imageTags(subject string) func(image string) bool {
	return func(image string) bool {
		for _, kept := range env.Cloud.EC2.KeptImages() {
			if kept.ID == image {
				return kept.Tags[release.TagRelease] == subject
			}
		}
		return false
	}
}
