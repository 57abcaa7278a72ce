package ec2

import (
	"maps"
	"time"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/release"
)

// The states of an instance.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
const (
	Pending      = "pending"
	Running      = "running"
	Stopping     = "stopping"
	Stopped      = "stopped"
	ShuttingDown = "shutting-down"
	Terminated   = "terminated"
)

// Instance is a copy of EC2's data about one instance.
type Instance struct {
	ID              string
	State           string
	Zone            string
	Subnet          string
	Type            string
	ImageID         string
	TemplateID      string // "" unless launched from a template
	TemplateVersion string // a number, never $Latest
	Tags            map[string]string
	LaunchedAt      time.Time
	Reason          string          // why it stopped running, in AWS's words
	Machine         machine.Machine // nil until the instance runs
}

type instance struct {
	Instance
	profile             string
	userData            string
	image               *image
	monitored           bool // in detail
	terminateOnShutdown bool
	restarted           bool // it was stopped, and started again
}

// boot ends the pending state.
func (s *Service) boot(i *instance) {
	if i.State != Pending {
		return
	}
	i.Machine = s.kind.Boot(machine.Spec{
		InstanceID: i.ID, Zone: i.Zone, Role: i.Tags[release.TagRole], UserData: i.userData,
		Tags: maps.Clone(i.Tags), ImageTags: maps.Clone(i.image.tags), Image: i.image.content, Restarted: i.restarted,
	}, host{s})
	s.enter(i, Running)
	s.forgetUnused(i.image)
}

// Terminate starts to terminate an instance. It does nothing to one that has ended or does not
// exist. The machine is stopped normally, and killed if that takes too long.
func (s *Service) Terminate(id string) {
	if i := s.find(id); i != nil {
		s.terminate(i, "Client.UserInitiatedShutdown: User initiated shutdown")
	}
}

func (s *Service) terminate(i *instance, reason string) {
	switch i.State {
	case Pending:
		s.leave(i, ShuttingDown, reason)
		s.fabric.Provision(shutdownTime, func() { s.ended(i) })
	case Running:
		s.leave(i, ShuttingDown, reason)
		i.Machine.Stop()
		s.fabric.After(shutdownLimit, func() {
			if i.State == ShuttingDown {
				i.Machine.Kill()
				s.ended(i)
			}
		})
	case Stopping, Stopped:
		s.leave(i, ShuttingDown, reason)
		s.ended(i)
	}
}

// Kill crashes an instance: its machine ends at once, and EC2 stops or terminates the instance as
// after a shutdown from inside.
func (s *Service) Kill(id string) {
	i := s.find(id)
	if i == nil || i.Machine == nil {
		return
	}
	i.Machine.Kill()
	s.stoppedByItself(i)
}

// stoppedByItself follows the instance's InstanceInitiatedShutdownBehavior.
func (s *Service) stoppedByItself(i *instance) {
	const reason = "Client.InstanceInitiatedShutdown: Instance initiated shutdown"
	switch {
	case i.State == ShuttingDown || i.State == Stopping:
		s.ended(i)
	case i.State == Running && i.terminateOnShutdown:
		s.leave(i, ShuttingDown, reason)
		s.ended(i)
	case i.State == Running:
		s.leave(i, Stopping, reason)
		s.ended(i)
	}
}

func (s *Service) leave(i *instance, state, reason string) {
	i.Reason = reason
	s.enter(i, state)
}

func (s *Service) ended(i *instance) {
	switch i.State {
	case Stopping:
		s.enter(i, Stopped)
	case ShuttingDown:
		s.enter(i, Terminated)
		s.forgetUnused(i.image)
		s.fabric.After(terminatedSeen, func() { s.instances = without(s.instances, i) })
	}
}

// enter publishes the state as an EventBridge event.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-state-change-events.html
func (s *Service) enter(i *instance, state string) {
	i.State = state
	s.fabric.Publish("aws.ec2", "EC2 Instance State-change Notification",
		map[string]string{"instance-id": i.ID, "state": state})
	for _, watcher := range s.watchers {
		watcher(i.ID, state)
	}
}

// Instance returns the instance of an ID, also for an hour after its termination. It has no lag.
func (s *Service) Instance(id string) (Instance, bool) {
	i := s.find(id)
	if i == nil {
		return Instance{}, false
	}
	return i.copy(), true
}

// Instances returns all instances in order of launch, also for an hour after their termination.
func (s *Service) Instances() []Instance {
	copies := make([]Instance, 0, len(s.instances))
	for _, i := range s.instances {
		copies = append(copies, i.copy())
	}
	return copies
}

func (i *instance) copy() Instance {
	duplicate := i.Instance
	duplicate.Tags = maps.Clone(i.Tags)
	return duplicate
}

func (s *Service) find(id string) *instance {
	for _, i := range s.instances {
		if i.ID == id {
			return i
		}
	}
	return nil
}

func instanceNotFound(id string) error {
	return fabric.Errorf("InvalidInstanceID.NotFound", "The instance ID '%s' does not exist", id)
}
