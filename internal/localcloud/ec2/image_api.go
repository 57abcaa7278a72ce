package ec2

import (
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
)

const rootDevice = "/dev/xvda"

var imageName = regexp.MustCompile(`^[A-Za-z0-9()\[\] ./'@_-]{3,128}$`)

func (s *Service) handleImages() {
	fabric.Handle(s.fabric, serviceID, "CreateImage", s.createImage)
	fabric.Handle(s.fabric, serviceID, "DescribeImages", s.describeImages)
	fabric.Handle(s.fabric, serviceID, "DeregisterImage", s.deregisterImage)
	fabric.Handle(s.fabric, serviceID, "DescribeSnapshots", s.describeSnapshots)
	fabric.Handle(s.fabric, serviceID, "DeleteSnapshot", s.deleteSnapshot)
}

func (s *Service) createImage(in *ec2.CreateImageInput) (*ec2.CreateImageOutput, error) {
	name, id := aws.ToString(in.Name), aws.ToString(in.InstanceId)
	if !imageName.MatchString(name) {
		return nil, fabric.Errorf("InvalidAMIName.Malformed", "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'; '%s' is not", name)
	}
	for _, known := range s.images {
		if known.name == name && known.owner == fabric.Account && !known.deregistered {
			return nil, fabric.Errorf("InvalidAMIName.Duplicate", "AMI name %s is already in use by AMI %s", name, known.id)
		}
	}
	i := s.find(id)
	if i == nil || !s.visible(i.LaunchedAt) {
		return nil, instanceNotFound(id)
	}
	if i.State != Running && i.State != Stopping && i.State != Stopped {
		return nil, fabric.Errorf("InvalidParameterValue", "Invalid value '%s' for instanceId. Instance is not in state 'running' or 'stopping' or 'stopped'", id)
	}
	imageTags, err := tagsFor(types.ResourceTypeImage, in.TagSpecifications, types.ResourceTypeImage, types.ResourceTypeSnapshot)
	if err != nil {
		return nil, err
	}
	snapshotTags, err := tagsFor(types.ResourceTypeSnapshot, in.TagSpecifications, types.ResourceTypeImage, types.ResourceTypeSnapshot)
	if err != nil {
		return nil, err
	}
	made := s.imageOf(i, name, aws.ToString(in.Description), imageTags, snapshotTags)
	return &ec2.CreateImageOutput{ImageId: aws.String(made.id)}, nil
}

// describeImages omits a recently deregistered image without an error, even if the request names
// its ID.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html
func (s *Service) describeImages(in *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
	for _, id := range in.ImageIds {
		if known := s.findImage(id); known == nil || !s.listed(known) && !known.deregistered {
			return nil, imageNotFound(id)
		}
	}
	kept, err := filtered(s.images, in.Filters, func(i *image) (properties, map[string]string) {
		return properties{"image-id": i.id, "name": i.name, "state": string(i.state)}, i.tags
	})
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeImagesOutput{}
	for _, i := range kept {
		if s.listed(i) && (len(in.ImageIds) == 0 || slices.Contains(in.ImageIds, i.id)) && ownedBy(i.owner, in.Owners) {
			out.Images = append(out.Images, i.described())
		}
	}
	return out, nil
}

func (s *Service) listed(i *image) bool {
	return !i.deregistered && (i.owner == amazon || s.visible(i.created))
}

func ownedBy(owner string, owners []string) bool {
	alias := "self"
	if owner == amazon {
		alias = "amazon"
	}
	return len(owners) == 0 || slices.Contains(owners, owner) || slices.Contains(owners, alias)
}

func (i *image) described() types.Image {
	described := types.Image{
		ImageId: aws.String(i.id), Name: aws.String(i.name), Description: aws.String(i.description),
		OwnerId: aws.String(i.owner), State: i.state, Architecture: types.ArchitectureValues(i.architecture),
		CreationDate: aws.String(i.created.Format(time.RFC3339)), RootDeviceName: aws.String(rootDevice), Tags: tagList(i.tags),
	}
	if i.reason != "" {
		described.StateReason = &types.StateReason{Code: aws.String("Client.InternalError"), Message: aws.String(i.reason)}
	}
	if i.source != "" {
		described.SourceInstanceId = aws.String(i.source)
	}
	if i.snapshot != nil {
		described.BlockDeviceMappings = []types.BlockDeviceMapping{{
			DeviceName: aws.String(rootDevice),
			Ebs:        &types.EbsBlockDevice{SnapshotId: aws.String(i.snapshot.id), DeleteOnTermination: aws.Bool(true)},
		}}
	}
	return described
}

func (s *Service) deregisterImage(in *ec2.DeregisterImageInput) (*ec2.DeregisterImageOutput, error) {
	id := aws.ToString(in.ImageId)
	gone := s.findImage(id)
	switch {
	case gone == nil:
		return nil, imageNotFound(id)
	case gone.deregistered:
		return nil, imageUnavailable(id)
	case gone.owner != fabric.Account:
		return nil, fabric.Errorf("AuthFailure", "Not authorized for image:%s", id)
	}
	s.deregister(gone)
	out := &ec2.DeregisterImageOutput{Return: aws.Bool(true)}
	if !aws.ToBool(in.DeleteAssociatedSnapshots) {
		return out, nil
	}
	code := types.SnapshotReturnCodesSuccess
	if s.keepSnaps {
		code = types.SnapshotReturnCodesErrorCodeInternalError
	} else {
		s.snapshots = without(s.snapshots, gone.snapshot)
	}
	out.DeleteSnapshotResults = []types.DeleteSnapshotReturnCode{{SnapshotId: aws.String(gone.snapshot.id), ReturnCode: code}}
	return out, nil
}
