package ministack

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/conformance/emulator"
)

// gap is an operation that MiniStack has not, or not as a release needs it.
type gap struct {
	operation string
	without   string // what MiniStack does
	instead   string // what the front does
	answer    func(*Server, http.ResponseWriter, call)
}

// gaps lists all of them.
func gaps() []gap {
	return []gap{
		{"ec2:CreateImage", "does not have it", "makes a snapshot of the builder's volume and registers an image of it", (*Server).createImage},
		{"ec2:DeregisterImage", "leaves the snapshots that it is told to delete", "deletes them", (*Server).deregisterImage},
		{"ec2:DeleteLaunchTemplateVersions", "does not have it", "leaves them out of lists from then on", (*Server).deleteVersions},
		{"ec2:DescribeLaunchTemplateVersions", "calls the error of an unknown name that of an unknown ID, and by no name of AWS's", "calls it InvalidLaunchTemplateName.NotFoundException", (*Server).describeVersions},
		{"ec2:DescribeInstanceTypeOfferings", "does not have it", "offers every type in every zone", (*Server).offerings},
		{"ec2:DescribeInstanceTypes", "has every type for x86_64", "has it for arm64", replaced("x86_64", "arm64")},
		{"ec2:GetEbsDefaultKmsKeyId", "does not have it", "names the key that AWS manages", fixed(`<kmsKeyId>alias/aws/ebs</kmsKeyId>`)},
		{"servicequotas:GetServiceQuota", "does not know the quota of running instances", "has 64 vCPUs", quota},
		{"ssm:GetParameter", "has Amazon's images for x86_64 alone", "asks for those", (*Server).parameter},
		{"elasticloadbalancing:DescribeTargetHealth", "has no targets, as no instance of a group is real", "has each instance of the group healthy", (*Server).health},
		{"elasticloadbalancing:ModifyListener", "drops the weights of target groups", "keeps them", (*Server).modifyListener},
		{"elasticloadbalancing:DescribeListeners", "has no weights of target groups", "adds those that it keeps", (*Server).describeListeners},
		{"states:DescribeExecution", "has waits that are much quicker than the functions' clock", "tells a function of an end two minutes earlier", (*Server).describeExecution},
	}
}

// fixed answers with the same in any case.
func fixed(result string) func(*Server, http.ResponseWriter, call) {
	return func(_ *Server, w http.ResponseWriter, made call) { answer(w, made, result, nil) }
}

// replaced puts one word of MiniStack's answer in the place of another.
func replaced(word, by string) func(*Server, http.ResponseWriter, call) {
	return func(s *Server, w http.ResponseWriter, made call) {
		s.pass(w, made, func(answer []byte) []byte { return bytes.ReplaceAll(answer, []byte(word), []byte(by)) })
	}
}

func (s *Server) createImage(w http.ResponseWriter, made call) {
	image, err := s.image(made.Context(), made.form.Get("InstanceId"), made.form.Get("Name"), tagsOf(made))
	answer(w, made, "<imageId>"+image+"</imageId>", err)
}

// image registers an image before it makes the snapshot, as a name that is taken makes none.
func (s *Server) image(ctx context.Context, instance, name string, tags map[types.ResourceType][]types.Tag) (id string, err error) {
	volumes, err := s.behind.EC2.DescribeVolumes(ctx, &ec2.DescribeVolumesInput{Filters: []types.Filter{{Name: aws.String("attachment.instance-id"), Values: []string{instance}}}})
	if err != nil || len(volumes.Volumes) == 0 {
		return "", fmt.Errorf("the volume of %s: %w", instance, err)
	}
	snapshot, err := (*ec2.Client)(s.behind.EC2).CreateSnapshot(ctx, &ec2.CreateSnapshotInput{
		VolumeId: volumes.Volumes[0].VolumeId, TagSpecifications: specified(types.ResourceTypeSnapshot, tags),
	})
	if err != nil {
		return "", err
	}
	image, err := (*ec2.Client)(s.behind.EC2).RegisterImage(ctx, &ec2.RegisterImageInput{
		Name: &name, Architecture: types.ArchitectureValuesArm64, TagSpecifications: specified(types.ResourceTypeImage, tags),
		BlockDeviceMappings: []types.BlockDeviceMapping{{DeviceName: aws.String("/dev/xvda"), Ebs: &types.EbsBlockDevice{SnapshotId: snapshot.SnapshotId}}},
	})
	if err != nil {
		return "", err
	}
	return *image.ImageId, nil
}

func specified(kind types.ResourceType, tags map[types.ResourceType][]types.Tag) []types.TagSpecification {
	return []types.TagSpecification{{ResourceType: kind, Tags: tags[kind]}}
}

// tagsOf reads the tags that a call of EC2 gives to what it makes.
func tagsOf(made call) map[types.ResourceType][]types.Tag {
	tags := map[types.ResourceType][]types.Tag{}
	for i := 1; made.form.Has(fmt.Sprintf("TagSpecification.%d.ResourceType", i)); i++ {
		kind := types.ResourceType(made.form.Get(fmt.Sprintf("TagSpecification.%d.ResourceType", i)))
		for j := 1; made.form.Has(fmt.Sprintf("TagSpecification.%d.Tag.%d.Key", i, j)); j++ {
			at := fmt.Sprintf("TagSpecification.%d.Tag.%d.", i, j)
			tags[kind] = append(tags[kind], types.Tag{Key: aws.String(made.form.Get(at + "Key")), Value: aws.String(made.form.Get(at + "Value"))})
		}
	}
	return tags
}

func (s *Server) deregisterImage(w http.ResponseWriter, made call) {
	images, err := s.behind.EC2.DescribeImages(made.Context(), &ec2.DescribeImagesInput{ImageIds: []string{made.form.Get("ImageId")}})
	if err != nil {
		answer(w, made, "", err)
		return
	}
	for _, image := range images.Images {
		for _, mapping := range image.BlockDeviceMappings {
			if mapping.Ebs != nil && mapping.Ebs.SnapshotId != nil && made.form.Get("DeleteAssociatedSnapshots") == "true" {
				// A snapshot that stays is noticed in the end.
				_, _ = s.behind.EC2.DeleteSnapshot(made.Context(), &ec2.DeleteSnapshotInput{SnapshotId: mapping.Ebs.SnapshotId})
			}
		}
	}
	s.pass(w, made, nil)
}

func (s *Server) offerings(w http.ResponseWriter, made call) {
	zones, err := s.behind.EC2.DescribeAvailabilityZones(made.Context(), &ec2.DescribeAvailabilityZonesInput{})
	if err != nil {
		answer(w, made, "", err)
		return
	}
	var offered strings.Builder
	for _, zone := range zones.AvailabilityZones {
		fmt.Fprintf(&offered, "<item><instanceType>t4g.small</instanceType><location>%s</location><locationType>availability-zone</locationType></item>", *zone.ZoneName)
	}
	answer(w, made, "<instanceTypeOfferingSet>"+offered.String()+"</instanceTypeOfferingSet>", nil)
}

// quota of running On-Demand standard instances.
func quota(_ *Server, w http.ResponseWriter, _ call) {
	_, _ = io.WriteString(w, `{"Quota": {"QuotaCode": "L-1216C47A", "Value": 64}}`)
}

func (s *Server) parameter(w http.ResponseWriter, made call) {
	made.body = bytes.Replace(made.body, []byte("-arm64"), []byte("-x86_64"), 1)
	s.pass(w, made, nil)
}

func (s *Server) health(w http.ResponseWriter, made call) {
	groups, err := s.behind.AutoScaling.DescribeAutoScalingGroups(made.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	if err != nil {
		answer(w, made, "", err)
		return
	}
	var healthy strings.Builder
	for _, group := range groups.AutoScalingGroups {
		for _, instance := range group.Instances {
			fmt.Fprintf(&healthy, "<member><Target><Id>%s</Id><Port>80</Port></Target><TargetHealth><State>healthy</State></TargetHealth></member>", *instance.InstanceId)
		}
	}
	answer(w, made, "<DescribeTargetHealthResult><TargetHealthDescriptions>"+healthy.String()+"</TargetHealthDescriptions></DescribeTargetHealthResult>", nil)
}

func (s *Server) describeExecution(w http.ResponseWriter, made call) {
	if !made.fromFunction() {
		s.pass(w, made, nil)
		return
	}
	s.pass(w, made, emulator.Age)
}
