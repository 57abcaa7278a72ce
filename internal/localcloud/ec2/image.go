package ec2

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
)

// amazon owns the base images. Its account ID is that of Amazon Linux.
const amazon = "137112412989"

type image struct {
	id, name, description string
	owner                 string
	architecture          string
	source                string // instance
	state                 types.ImageState
	reason                string // why it failed
	tags                  map[string]string
	created               time.Time
	snapshot              *snapshot // nil for a base image
	content               any       // nil for a base image
	captured, copied      bool      // stops the timer of available
	deregistered          bool
}

// SetBaseImage registers one of Amazon's images, made now: available, arm64, without content.
func (s *Service) SetBaseImage(id string) { s.AddBaseImage(id, "arm64", time.Now()) }

// AddBaseImage registers one of Amazon's images with its date, unless it exists. The architecture is arm64 or
// x86_64.
func (s *Service) AddBaseImage(id, architecture string, created time.Time) {
	if s.findImage(id) != nil {
		return
	}
	s.images = append(s.images, &image{
		id: id, name: "al2023-" + id, owner: amazon, architecture: architecture,
		state: types.ImageStateAvailable, created: created.UTC(),
	})
}

// findImage returns nil for an unknown ID, and for a deregistered image without live instances.
func (s *Service) findImage(id string) *image {
	for _, known := range s.images {
		if known.id == id {
			return known
		}
	}
	return nil
}

// bootable returns the image of an ID if instances can be launched from it.
func (s *Service) bootable(id string) (*image, error) {
	found := s.findImage(id)
	if found == nil {
		return nil, imageNotFound(id)
	}
	if found.deregistered || found.state != types.ImageStateAvailable {
		return nil, imageUnavailable(id)
	}
	return found, nil
}

// imageOf starts an image of a running instance.
func (s *Service) imageOf(i *instance, name, description string, imageTags, snapshotTags map[string]string) *image {
	now := time.Now().UTC()
	id := s.fabric.ID("ami")
	copied := &snapshot{
		id: s.fabric.ID("snap"), description: "Created by CreateImage(" + i.ID + ") for " + id,
		state: types.SnapshotStatePending, tags: snapshotTags, started: now,
	}
	made := &image{
		id: id, name: name, description: description, owner: fabric.Account, architecture: i.image.architecture,
		source: i.ID, state: types.ImageStatePending, tags: imageTags, created: now, snapshot: copied,
	}
	s.images = append(s.images, made)
	s.snapshots = append(s.snapshots, copied)
	s.kind.Capture(i.Machine, func(content any, bytes int64, err error) {
		s.fabric.Do(func() { s.capture(made, content, bytes, err) })
	})
	s.fabric.Provision(snapshotTime, func() {
		made.copied = true
		s.complete(made)
	})
	return made
}

func (s *Service) capture(made *image, content any, bytes int64, err error) {
	if err != nil {
		made.state, made.reason = types.ImageStateFailed, err.Error()
		made.snapshot.state = types.SnapshotStateError
		s.publishImage(made)
		return
	}
	made.captured, made.content, made.snapshot.bytes = true, content, bytes
	s.complete(made)
	s.forgetUnused(made)
}

func (s *Service) complete(made *image) {
	if !made.captured || !made.copied {
		return
	}
	made.snapshot.state = types.SnapshotStateCompleted
	if !made.deregistered {
		made.state = types.ImageStateAvailable
		s.publishImage(made)
	}
}

// publishImage follows
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-ami-events.html
func (s *Service) publishImage(made *image) {
	s.fabric.Publish("aws.ec2", "EC2 AMI State Change", map[string]string{
		"ImageId": made.id, "State": string(made.state), "ErrorMessage": made.reason,
	})
}

func (s *Service) deregister(gone *image) {
	gone.deregistered = true
	s.forgetUnused(gone)
}

// forgetUnused discards the content of a deregistered image when no instance needs it to boot any
// more, and forgets the image when no instance of it is left.
func (s *Service) forgetUnused(i *image) {
	if !i.deregistered {
		return
	}
	from := func(state func(string) bool) bool {
		return slices.ContainsFunc(s.instances, func(one *instance) bool { return one.image == i && state(one.State) })
	}
	if i.content != nil && !from(func(state string) bool { return state == Pending }) {
		s.kind.Discard(i.content)
		i.content = nil
	}
	if !from(func(state string) bool { return state != Terminated }) {
		s.images = without(s.images, i)
	}
}

// without returns a copy of the slice without one member.
func without[T comparable](from []T, gone T) []T {
	return slices.DeleteFunc(slices.Clone(from), func(one T) bool { return one == gone })
}

func imageNotFound(id string) error {
	return fabric.Errorf("InvalidAMIID.NotFound", "The image id '[%s]' does not exist", id)
}

func imageUnavailable(id string) error {
	return fabric.Errorf("InvalidAMIID.Unavailable", "The image ID '%s' is not available", id)
}
