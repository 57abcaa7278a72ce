package ec2

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
)

// KeptImage is an available image of a closed cloud, for the next cloud.
type KeptImage struct {
	ID, Name, Description    string
	Architecture, SnapshotID string
	Bytes                    int64
	Created                  time.Time
	Tags, SnapshotTags       map[string]string
	Content                  any `json:"-"` // from the machine kind
}

// KeptImages lists the account's available images.
func (s *Service) KeptImages() (kept []KeptImage) {
	for _, i := range s.images {
		if i.owner != fabric.Account || i.deregistered || i.state != types.ImageStateAvailable {
			continue
		}
		kept = append(kept, KeptImage{
			ID: i.id, Name: i.name, Description: i.description, Architecture: i.architecture, SnapshotID: i.snapshot.id,
			Bytes: i.snapshot.bytes, Created: i.created, Tags: i.tags, SnapshotTags: i.snapshot.tags, Content: i.content,
		})
	}
	return kept
}

// Created returns the date of an image, or zero if it is unknown.
func (s *Service) Created(id string) time.Time {
	if found := s.findImage(id); found != nil {
		return found.created
	}
	return time.Time{}
}

// Restore registers an image of a former cloud with its snapshot, unless it exists.
func (s *Service) Restore(kept KeptImage) {
	if slices.ContainsFunc(s.images, func(i *image) bool { return i.id == kept.ID }) {
		return
	}
	copied := &snapshot{
		id: kept.SnapshotID, description: kept.Description, bytes: kept.Bytes,
		state: types.SnapshotStateCompleted, tags: kept.SnapshotTags, started: kept.Created,
	}
	s.snapshots = append(s.snapshots, copied)
	s.images = append(s.images, &image{
		id: kept.ID, name: kept.Name, description: kept.Description, owner: fabric.Account, architecture: kept.Architecture,
		state: types.ImageStateAvailable, tags: kept.Tags, created: kept.Created, snapshot: copied,
		content: kept.Content, captured: true, copied: true,
	})
}
