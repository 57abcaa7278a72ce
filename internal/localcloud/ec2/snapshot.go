package ec2

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
)

type snapshot struct {
	id, description string
	bytes           int64
	state           types.SnapshotState
	tags            map[string]string
	started         time.Time
}

func (s *Service) describeSnapshots(in *ec2.DescribeSnapshotsInput) (*ec2.DescribeSnapshotsOutput, error) {
	for _, id := range in.SnapshotIds {
		if s.findSnapshot(id) == nil {
			return nil, snapshotNotFound(id)
		}
	}
	kept, err := filtered(s.snapshots, in.Filters, func(one *snapshot) (properties, map[string]string) {
		return properties{"snapshot-id": one.id, "status": string(one.state)}, one.tags
	})
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeSnapshotsOutput{}
	for _, one := range kept {
		if len(in.SnapshotIds) == 0 || slices.Contains(in.SnapshotIds, one.id) {
			out.Snapshots = append(out.Snapshots, s.describedSnapshot(one))
		}
	}
	return out, nil
}

func (s *Service) describedSnapshot(one *snapshot) types.Snapshot {
	return types.Snapshot{
		SnapshotId: aws.String(one.id), Description: aws.String(one.description), OwnerId: aws.String(fabric.Account),
		State: one.state, Progress: aws.String(s.progress(one)), StartTime: aws.Time(one.started),
		FullSnapshotSizeInBytes: aws.Int64(one.bytes), Encrypted: aws.Bool(true), Tags: tagList(one.tags),
	}
}

// progress grows with time and is 100% only for a completed snapshot.
func (s *Service) progress(one *snapshot) string {
	if one.state == types.SnapshotStateCompleted {
		return "100%"
	}
	part := float64(time.Since(one.started)) / float64(s.fabric.Scale(snapshotTime))
	return fmt.Sprintf("%d%%", min(99, int(100*part)))
}

func (s *Service) deleteSnapshot(in *ec2.DeleteSnapshotInput) (*ec2.DeleteSnapshotOutput, error) {
	id := aws.ToString(in.SnapshotId)
	gone := s.findSnapshot(id)
	if gone == nil {
		return nil, snapshotNotFound(id)
	}
	for _, user := range s.images {
		if user.snapshot == gone && !user.deregistered {
			return nil, fabric.Errorf("InvalidSnapshot.InUse", "The snapshot %s is currently in use by %s", id, user.id)
		}
	}
	s.snapshots = without(s.snapshots, gone)
	return &ec2.DeleteSnapshotOutput{}, nil
}

func (s *Service) findSnapshot(id string) *snapshot {
	for _, known := range s.snapshots {
		if known.id == id {
			return known
		}
	}
	return nil
}

func snapshotNotFound(id string) error {
	return fabric.Errorf("InvalidSnapshot.NotFound", "The snapshot '%s' does not exist.", id)
}
