package ec2

import "slices"

// StopAll stops what runs or is about to, as the end of a session in a Learner Lab does.
func (s *Service) StopAll() {
	for _, i := range slices.Clone(s.instances) {
		const reason = "Client.UserInitiatedShutdown: User initiated shutdown"
		switch i.State {
		case Pending:
			s.leave(i, Stopping, reason)
			s.ended(i)
		case Running:
			s.leave(i, Stopping, reason)
			i.Machine.Stop()
		}
	}
}

// StartAll starts what is stopped, as the start of the next session does.
func (s *Service) StartAll() {
	for _, i := range slices.Clone(s.instances) {
		if i.State == Stopped {
			i.restarted, i.Reason = true, ""
			s.enter(i, Pending)
			s.fabric.Provision(pendingTime, func() { s.boot(i) })
		}
	}
}
