package grade

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func judgeImage(l *lesson) finding {
	image := l.image()
	if image == nil {
		return missing("Make an image of the instance that the app runs on: Actions, Image, Create image.")
	}
	evidence := fmt.Sprintf("%s, %q, of %s.", aws.ToString(image.ImageId), aws.ToString(image.Name), day(aws.ToString(image.CreationDate)))
	if image.State != ec2.ImageStateAvailable {
		return partly("Wait until the image is available; make it again if it has failed.", evidence, fmt.Sprintf("It is %s.", image.State))
	}
	snapshots := snapshotsOf(image)
	if len(snapshots) == 0 {
		return partly("Make an image of an instance whose root volume is in EBS.", evidence, "It has no snapshot.")
	}
	for _, id := range snapshots {
		known := slices.ContainsFunc(l.Snapshots, func(s ec2.Snapshot) bool { return aws.ToString(s.SnapshotId) == id })
		if !known && l.Refused[describeSnapshots] == nil {
			return partly("Make the image again: it is a copy of somebody else's, or its snapshot is gone.", evidence, fmt.Sprintf("Its snapshot %s is not among yours.", id))
		}
	}
	return done(evidence, fmt.Sprintf("Its snapshot is %s.", list(snapshots)))
}

// image returns the account's image that the group launches, else its latest, or nil if there is none.
func (l *lesson) image() (found *ec2.Image) {
	launched := ""
	if v := l.template(); v != nil && v.LaunchTemplateData != nil {
		launched = aws.ToString(v.LaunchTemplateData.ImageId)
	}
	for i, image := range l.Images {
		if aws.ToString(image.ImageId) == launched {
			return &l.Images[i]
		}
		if found == nil || aws.ToString(image.CreationDate) > aws.ToString(found.CreationDate) {
			found = &l.Images[i]
		}
	}
	return found
}

func snapshotsOf(image *ec2.Image) (ids []string) {
	for _, m := range image.BlockDeviceMappings {
		if m.Ebs != nil && m.Ebs.SnapshotId != nil {
			ids = append(ids, *m.Ebs.SnapshotId)
		}
	}
	return ids
}

// day returns the date of a time as AWS writes it.
func day(at string) string {
	date, _, _ := strings.Cut(at, "T")
	return date
}
