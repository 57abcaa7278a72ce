// Package ec2 is the embedded cloud's EC2: instances on machines of one kind, images with their
// snapshots, launch templates, subnets and network interfaces. It implements exactly the operations
// that the steps call, and has Go methods for the other services of the cloud, which must be called
// under the fabric's lock.
package ec2

import (
	"time"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
)

const serviceID = "EC2"

// Approximate durations on AWS.
const (
	pendingTime    = 10 * time.Second // from RunInstances to running
	shutdownTime   = 5 * time.Second  // of an instance that has not booted
	shutdownLimit  = 2 * time.Minute  // until a machine that does not stop is killed
	snapshotTime   = 3 * time.Minute  // from CreateImage to available
	terminatedSeen = time.Hour        // how long a terminated instance is described
)

// Service is the EC2 of one cloud. Its methods must be called under the lock unless they say
// otherwise.
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
	keepSnaps bool              // DeregisterImage keeps snapshots and reports that
	lag       time.Duration
	vcpuLimit int
	ebsKey    string // the default key of volumes
	watchers  []func(id, state string)
}

// New adds EC2 to a cloud, with machines of a kind, without subnets or images.
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
	s.handleVolumes()
	return s
}

// OnState registers a watcher that is called under the lock each time an instance enters a state:
// pending, running, stopping, stopped, shutting-down, terminated.
func (s *Service) OnState(watcher func(id, state string)) { s.watchers = append(s.watchers, watcher) }

// SetCapacity makes launches in a zone succeed or fail with InsufficientInstanceCapacity.
func (s *Service) SetCapacity(zone string, available bool) { s.full[zone] = !available }

// SetOffered sets whether a zone has an instance type. Initially each zone has all types.
func (s *Service) SetOffered(instanceType, zone string, offered bool) {
	s.unoffered[offering{instanceType, zone}] = !offered
}

// SetSnapshotDeletion makes DeregisterImage fail to delete the snapshots it was asked to, which
// it reports in a successful answer.
func (s *Service) SetSnapshotDeletion(works bool) { s.keepSnaps = !works }

// SetVCPULimit sets how many vCPUs the live instances may have in all, initially 32. A launch
// beyond it fails with VcpuLimitExceeded.
func (s *Service) SetVCPULimit(vcpus int) { s.vcpuLimit = vcpus }

// VCPULimit returns the limit that SetVCPULimit set.
func (s *Service) VCPULimit() int { return s.vcpuLimit }

// SetLag makes EC2 answer "not found" for a new instance or image until the AWS duration has passed
// since its creation, to simulate eventual consistency.
// https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
func (s *Service) SetLag(lag time.Duration) { s.lag = lag }

// visible reports whether something of that age can be described.
func (s *Service) visible(created time.Time) bool {
	return time.Since(created) >= s.fabric.Scale(s.lag)
}
