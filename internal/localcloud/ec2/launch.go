package ec2

import (
	"encoding/base64"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
)

const maxUserData = 16 << 10

// LaunchSpec describes a fleet instance to launch: a template version in a subnet.
type LaunchSpec struct {
	TemplateID string
	Version    string // a number, $Latest or $Default
	Subnet     string
	Tags       map[string]string // added to the template's own instance tags
}

// Launch starts an instance for Auto Scaling. Its errors are those of RunInstances, by code:
// InvalidLaunchTemplateId.NotFound, InvalidLaunchTemplateId.VersionNotFound, InvalidAMIID.NotFound,
// InvalidAMIID.Unavailable, InvalidSubnetID.NotFound, InsufficientInstanceCapacity,
// VcpuLimitExceeded, Unsupported, InvalidParameterValue, InvalidParameterCombination.
func (s *Service) Launch(spec LaunchSpec) (id string, err error) {
	t, err := s.findTemplate(&spec.TemplateID, nil)
	if err != nil {
		return "", err
	}
	version, err := t.version(spec.Version)
	if err != nil {
		return "", err
	}
	wanted, err := version.order()
	if err != nil {
		return "", err
	}
	wanted.subnet = spec.Subnet
	maps.Copy(wanted.tags, spec.Tags)
	launched, err := s.launch(wanted)
	if err != nil {
		return "", err
	}
	launched.TemplateID, launched.TemplateVersion = t.id, version.number()
	return launched.ID, nil
}

// order holds the parameters of a launch.
type order struct {
	image, instanceType, subnet, profile string
	userData                             string // base64
	shutdown                             types.ShutdownBehavior
	monitored                            bool
	tags                                 map[string]string
}

func (s *Service) launch(wanted order) (*instance, error) {
	base, err := s.bootable(wanted.image)
	if err != nil {
		return nil, err
	}
	userData, err := decodeUserData(wanted.userData)
	if err != nil {
		return nil, err
	}
	zone, known := s.Subnet(wanted.subnet)
	if !known {
		return nil, subnetNotFound(wanted.subnet)
	}
	if err := s.checkRoom(wanted.instanceType, zone, base); err != nil {
		return nil, err
	}
	i := &instance{
		Instance: Instance{
			ID: s.fabric.ID("i"), Zone: zone, Subnet: wanted.subnet, Type: wanted.instanceType,
			ImageID: base.id, Tags: wanted.tags, LaunchedAt: time.Now().UTC(),
		},
		profile: wanted.profile, userData: userData, image: base, monitored: wanted.monitored,
		terminateOnShutdown: wanted.shutdown == types.ShutdownBehaviorTerminate,
	}
	s.instances = append(s.instances, i)
	s.enter(i, Pending)
	s.fabric.Provision(pendingTime, func() { s.boot(i) })
	return i, nil
}

// checkRoom refuses what exceeds the zone's capacity or the account's limit.
func (s *Service) checkRoom(instanceType, zone string, base *image) error {
	kind, known := instanceTypes[instanceType]
	switch {
	case !known:
		return fabric.Errorf("InvalidParameterValue", "Invalid value '%s' for InstanceType.", instanceType)
	case kind.architecture != base.architecture:
		return fabric.Errorf("InvalidParameterValue", "The architecture '%s' of the specified instance type does not match the architecture '%s' of the specified AMI.", kind.architecture, base.architecture)
	case s.unoffered[offering{instanceType, zone}]:
		return fabric.Errorf("Unsupported", "Your requested instance type (%s) is not supported in your requested Availability Zone (%s).", instanceType, zone)
	case s.full[zone]:
		return fabric.Errorf("InsufficientInstanceCapacity", "We currently do not have sufficient %s capacity in the Availability Zone you requested (%s).", instanceType, zone)
	}
	if used := s.usedVCPUs(); used+kind.vcpus > s.vcpuLimit {
		return fabric.Errorf("VcpuLimitExceeded", "You have requested more vCPU capacity than your current vCPU limit of %d allows; %d are in use.", s.vcpuLimit, used)
	}
	return nil
}

func (s *Service) usedVCPUs() int {
	used := 0
	for _, i := range s.instances {
		if i.State == Pending || i.State == Running {
			used += instanceTypes[i.Type].vcpus
		}
	}
	return used
}

func decodeUserData(encoded string) (string, error) {
	plain, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", fabric.Errorf("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.")
	}
	if len(plain) > maxUserData {
		return "", fabric.Errorf("InvalidParameterValue", "User data is limited to %d bytes", maxUserData)
	}
	return string(plain), nil
}

// order reads a template's data as a launch does.
func (v *templateVersion) order() (order, error) {
	data := v.data
	wanted := order{
		image: aws.ToString(data.ImageId), instanceType: string(data.InstanceType),
		userData: aws.ToString(data.UserData), shutdown: data.InstanceInitiatedShutdownBehavior,
		tags: map[string]string{},
	}
	if data.Monitoring != nil {
		wanted.monitored = aws.ToBool(data.Monitoring.Enabled)
	}
	if data.IamInstanceProfile != nil {
		wanted.profile = aws.ToString(data.IamInstanceProfile.Arn)
	}
	if len(data.NetworkInterfaces) > 0 {
		if err := besideInterfaces(nil, data.SecurityGroupIds, data.SecurityGroups); err != nil {
			return order{}, err
		}
	}
	for _, specification := range data.TagSpecifications {
		if specification.ResourceType == types.ResourceTypeInstance {
			if err := addTags(wanted.tags, specification.Tags); err != nil {
				return order{}, err
			}
		}
	}
	return wanted, nil
}
