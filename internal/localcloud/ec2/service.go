// Package ec2 is the embedded cloud's EC2: instances on machines of one kind, images with their
// snapshots, launch templates, subnets and network interfaces. It answers exactly the operations
// that the steps call, and has Go methods for the other services of the cloud, which are called
// under the fabric's lock.
package ec2

import (
	"time"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
)

const serviceID = "EC2"

// How long things take on AWS, roughly.
const (
	pendingTime    = 10 * time.Second // from RunInstances to running
	shutdownTime   = 5 * time.Second  // of an instance that has not booted yet
	shutdownLimit  = 2 * time.Minute  // after which a machine that does not stop is cut off
	snapshotTime   = 3 * time.Minute  // from CreateImage to available
	terminatedSeen = time.Hour        // how long a terminated instance is still described
)

// Service is one cloud's EC2. Unless said otherwise its methods are called under the lock.
type Service struct {
	fabric *fabric.Fabric
	kind   machine.Kind

	instances  []*instance // in order of launch, terminated ones for terminatedSeen
	images     []*image
	snapshots  []*snapshot
	templates  []*template
	interfaces []*networkInterface
	subnets    []subnet

	tokens    map[string]remembered
	full      map[string]bool   // zones without capacity
	unoffered map[offering]bool // types that a zone does not have
	keepSnaps bool              // DeregisterImage leaves its snapshots and says so
	lag       time.Duration
	vcpuLimit int
	ebsKey    string // encrypts volumes by default
	watchers  []func(id, state string)
}

// New puts EC2 into a cloud, with machines of a kind, without subnets or images.
func New(f *fabric.Fabric, kind machine.Kind) *Service {
	s := &Service{
		fabric: f, kind: kind,
		tokens: map[string]remembered{}, full: map[string]bool{}, unoffered: map[offering]bool{}, vcpuLimit: 32,
		ebsKey: "alias/aws/ebs",
	}
	s.handleInstances()
	s.handleImages()
	s.handleTemplates()
	s.handleNetwork()
	s.handleTypes()
	s.handleKey()
	return s
}

// OnState calls watcher, under the lock, each time an instance enters a state: pending, running,
// stopping, stopped, shutting-down, terminated.
func (s *Service) OnState(watcher func(id, state string)) { s.watchers = append(s.watchers, watcher) }

// SetCapacity makes launches in a zone succeed or fail with InsufficientInstanceCapacity.
func (s *Service) SetCapacity(zone string, available bool) { s.full[zone] = !available }

// SetOffered reports whether a zone has an instance type; each zone has all types at first.
func (s *Service) SetOffered(instanceType, zone string, offered bool) {
	s.unoffered[offering{instanceType, zone}] = !offered
}

// SetSnapshotDeletion makes DeregisterImage fail to delete the snapshots it was asked to, which
// it reports in a successful answer.
func (s *Service) SetSnapshotDeletion(works bool) { s.keepSnaps = !works }

// SetVCPULimit sets how many vCPUs the live instances may have together, 32 at first; a launch
// beyond it fails with VcpuLimitExceeded.
func (s *Service) SetVCPULimit(vcpus int) { s.vcpuLimit = vcpus }

// VCPULimit returns the limit that SetVCPULimit set.
func (s *Service) VCPULimit() int { return s.vcpuLimit }

// SetLag makes describing a new instance or image answer "not found" until the AWS duration has
// passed since its creation: EC2's eventual consistency.
// https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
func (s *Service) SetLag(lag time.Duration) { s.lag = lag }

// visible reports whether what was created then can be described by now.
func (s *Service) visible(created time.Time) bool {
	return time.Since(created) >= s.fabric.Scale(s.lag)
}
