package contract

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

const (
	createImage     = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html"
	deregisterImage = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeregisterImage.html"
	describeImages  = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html"
)

func images() []Behavior {
	return []Behavior{
		{"CreateImage: tags are there with the image, which becomes available", createImage, "", (*Account).imageBecomesAvailable},
		{"CreateImage: the snapshot takes tags of its own in the same call", createImage,
			"", (*Account).snapshotIsBornTagged},
		{"CreateImage: a name that an image has is InvalidAMIName.Duplicate", ec2Errors,
			"makes a second image of that name", (*Account).imageNameIsTaken},
		{"CreateImage: an unknown instance is InvalidInstanceID.NotFound", ec2Errors, "", func(a *Account) error {
			_, err := a.image("i-0123456789abcdef0", "gallery")
			return refused(err, "InvalidInstanceID.NotFound")
		}},
		{"DescribeImages: an unknown image is InvalidAMIID.NotFound", ec2Errors, "", func(a *Account) error {
			_, err := a.EC2.DescribeImages(a.Context, &ec2.DescribeImagesInput{ImageIds: []string{"ami-0123456789abcdef0"}})
			return refused(err, "InvalidAMIID.NotFound")
		}},
		{"DescribeImages: owner self leaves Amazon's images out, and a filter of a tag the rest", describeImages, "", (*Account).ownImagesAreFound},
		{"DeregisterImage: the image is gone, its snapshot stays unless the call takes it along", deregisterImage,
			"", (*Account).snapshotGoesWithImage},
		{"DeregisterImage: an image that was deregistered is InvalidAMIID.Unavailable or, forgotten, InvalidAMIID.NotFound", ec2Errors,
			"", (*Account).deregisteredTwice},
		{"DeleteSnapshot: the snapshot of an image is InvalidSnapshot.InUse", ec2Errors, "", (*Account).snapshotIsInUse},
		{"DeleteSnapshot: an unknown snapshot is InvalidSnapshot.NotFound", ec2Errors, "", func(a *Account) error {
			_, err := a.EC2.DeleteSnapshot(a.Context, &ec2.DeleteSnapshotInput{SnapshotId: aws.String("snap-0123456789abcdef0")})
			return refused(err, "InvalidSnapshot.NotFound")
		}},
	}
}

func (a *Account) image(instance, name string, tags ...types.TagSpecification) (id string, err error) {
	out, err := a.EC2.CreateImage(a.Context, &ec2.CreateImageInput{InstanceId: &instance, Name: &name, TagSpecifications: tags})
	if err != nil {
		return "", err
	}
	return *out.ImageId, nil
}

// baked returns an available image of a new instance.
func (a *Account) baked(tags ...types.TagSpecification) (found types.Image, err error) {
	instance, err := a.launch()
	if err != nil {
		return found, err
	}
	id, err := a.image(instance, "gallery", tags...)
	if err != nil {
		return found, err
	}
	return found, a.eventually("the image", func() (bool, error) {
		out, err := a.EC2.DescribeImages(a.Context, &ec2.DescribeImagesInput{ImageIds: []string{id}})
		if refused(err, "InvalidAMIID.NotFound") == nil {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		found = out.Images[0]
		return found.State == types.ImageStateAvailable, nil
	})
}

func (a *Account) imageBecomesAvailable() error {
	found, err := a.baked(tagged(types.ResourceTypeImage))
	if err != nil {
		return err
	}
	return errors.Join(same("tagged", isTagged(found.Tags), true), same("its name", *found.Name, "gallery"))
}

func (a *Account) snapshotIsBornTagged() error {
	found, err := a.baked(tagged(types.ResourceTypeImage), tagged(types.ResourceTypeSnapshot))
	if err != nil {
		return err
	}
	snapshots, err := a.snapshots(found)
	if err != nil {
		return err
	}
	return errors.Join(same("snapshots", len(snapshots), 1), same("tagged", isTagged(snapshots[0].Tags), true))
}

// snapshots returns those of an image, none where they are gone.
func (a *Account) snapshots(of types.Image) ([]types.Snapshot, error) {
	out, err := a.EC2.DescribeSnapshots(a.Context, &ec2.DescribeSnapshotsInput{SnapshotIds: []string{snapshotOf(of)}})
	if refused(err, "InvalidSnapshot.NotFound") == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return out.Snapshots, nil
}

func snapshotOf(image types.Image) string { return *image.BlockDeviceMappings[0].Ebs.SnapshotId }

func (a *Account) imageNameIsTaken() error {
	found, err := a.baked()
	if err != nil {
		return err
	}
	_, err = a.image(*found.SourceInstanceId, "gallery")
	return refused(err, "InvalidAMIName.Duplicate")
}

func (a *Account) ownImagesAreFound() error {
	found, err := a.baked(tagged(types.ResourceTypeImage))
	if err != nil {
		return err
	}
	for role, want := range map[string]int{"probe": 1, "other": 0} {
		out, err := a.EC2.DescribeImages(a.Context, &ec2.DescribeImagesInput{
			Owners: []string{"self"}, Filters: []types.Filter{{Name: aws.String("tag:role"), Values: []string{role}}},
		})
		if err != nil {
			return err
		}
		if err := same("own images with role="+role, len(out.Images), want); err != nil {
			return err
		}
		if want == 1 && *out.Images[0].ImageId != *found.ImageId {
			return errors.New("another image is found")
		}
	}
	return nil
}

func (a *Account) deregister(image types.Image, withSnapshots bool) error {
	_, err := a.EC2.DeregisterImage(a.Context, &ec2.DeregisterImageInput{ImageId: image.ImageId, DeleteAssociatedSnapshots: &withSnapshots})
	return err
}

func (a *Account) snapshotGoesWithImage() error {
	for withSnapshots, want := range map[bool]int{false: 1, true: 0} {
		found, err := a.baked()
		if err != nil {
			return err
		}
		if err := a.deregister(found, withSnapshots); err != nil {
			return err
		}
		out, err := a.EC2.DescribeImages(a.Context, &ec2.DescribeImagesInput{Owners: []string{"self"}})
		if err != nil {
			return err
		}
		left, err := a.snapshots(found)
		if err != nil {
			return err
		}
		if err := errors.Join(same("images", len(out.Images), 0), same("snapshots", len(left), want)); err != nil {
			return err
		}
	}
	return nil
}

func (a *Account) deregisteredTwice() error {
	found, err := a.baked()
	if err != nil {
		return err
	}
	if err := a.deregister(found, false); err != nil {
		return err
	}
	return refused(a.deregister(found, false), "InvalidAMIID.Unavailable", "InvalidAMIID.NotFound")
}

func (a *Account) snapshotIsInUse() error {
	found, err := a.baked()
	if err != nil {
		return err
	}
	_, err = a.EC2.DeleteSnapshot(a.Context, &ec2.DeleteSnapshotInput{SnapshotId: aws.String(snapshotOf(found))})
	return refused(err, "InvalidSnapshot.InUse")
}
