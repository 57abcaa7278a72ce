package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
)

// volumeSize is the size of an instance's volume in GiB.
const volumeSize = 8

func (s *Service) handleVolumes() {
	fabric.Handle(s.fabric, serviceID, "DescribeVolumes", s.describeVolumes)
}

// describeVolumes returns one volume for each instance that is not terminated, with the instance's tags.
func (s *Service) describeVolumes(in *ec2.DescribeVolumesInput) (*ec2.DescribeVolumesOutput, error) {
	kept, err := filtered(s.instances, in.Filters, func(i *instance) (properties, map[string]string) { return nil, i.Tags })
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeVolumesOutput{}
	for _, i := range kept {
		if i.State != Terminated && s.visible(i.LaunchedAt) {
			out.Volumes = append(out.Volumes, types.Volume{
				VolumeId: aws.String("vol" + i.ID[1:]), Size: aws.Int32(volumeSize), State: types.VolumeStateInUse,
				AvailabilityZone: aws.String(i.Zone), Tags: tagList(i.Tags),
			})
		}
	}
	return out, nil
}
