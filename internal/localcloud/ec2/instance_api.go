package ec2

import (
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
)

func (s *Service) handleInstances() {
	fabric.Handle(s.fabric, serviceID, "RunInstances", s.runInstances)
	fabric.Handle(s.fabric, serviceID, "DescribeInstances", s.describeInstances)
	fabric.Handle(s.fabric, serviceID, "TerminateInstances", s.terminateInstances)
}

// runInstances launches one instance per call, enough for a builder.
func (s *Service) runInstances(in *ec2.RunInstancesInput) (*ec2.RunInstancesOutput, error) {
	if aws.ToInt32(in.MinCount) != 1 || aws.ToInt32(in.MaxCount) != 1 {
		return nil, fabric.Errorf("InvalidParameterValue", "The embedded cloud launches one instance a call, not %d to %d", aws.ToInt32(in.MinCount), aws.ToInt32(in.MaxCount))
	}
	launched, err := once(s, "RunInstances", in.ClientToken, in, func() (*instance, error) {
		wanted, err := orderOf(in)
		if err != nil {
			return nil, err
		}
		return s.launch(wanted)
	})
	if err != nil {
		return nil, err
	}
	return &ec2.RunInstancesOutput{
		OwnerId: aws.String(fabric.Account), ReservationId: aws.String(reservation(launched)),
		Instances: []types.Instance{launched.described()},
	}, nil
}

func orderOf(in *ec2.RunInstancesInput) (order, error) {
	tags, err := tagsFor(types.ResourceTypeInstance, in.TagSpecifications,
		types.ResourceTypeInstance, types.ResourceTypeVolume, types.ResourceTypeNetworkInterface)
	if err != nil {
		return order{}, err
	}
	wanted := order{
		image: aws.ToString(in.ImageId), instanceType: string(in.InstanceType), subnet: aws.ToString(in.SubnetId),
		userData: aws.ToString(in.UserData), shutdown: in.InstanceInitiatedShutdownBehavior,
		tags: tags,
	}
	if in.IamInstanceProfile != nil {
		wanted.profile = aws.ToString(in.IamInstanceProfile.Arn)
	}
	if len(in.NetworkInterfaces) > 0 {
		if err := besideInterfaces(in.SubnetId, in.SecurityGroupIds, in.SecurityGroups); err != nil {
			return order{}, err
		}
		wanted.subnet = aws.ToString(in.NetworkInterfaces[0].SubnetId)
	}
	return wanted, nil
}

// besideInterfaces refuses parameters that a launch with network interfaces must specify per
// interface.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
func besideInterfaces(subnet *string, groups, groupNames []string) error {
	what := "subnet ID"
	if subnet == nil {
		if len(groups)+len(groupNames) == 0 {
			return nil
		}
		what = "security groups"
	}
	return fabric.Errorf("InvalidParameterCombination", "Network interfaces and an instance-level %s may not be specified on the same request", what)
}

func (s *Service) describeInstances(in *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, error) {
	from, err := s.visibleInstances(in.InstanceIds)
	if err != nil {
		return nil, err
	}
	kept, err := filtered(from, in.Filters, func(i *instance) (properties, map[string]string) {
		return properties{"instance-id": i.ID, "instance-state-name": i.State}, i.Tags
	})
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeInstancesOutput{}
	for _, i := range kept {
		out.Reservations = append(out.Reservations, types.Reservation{
			OwnerId: aws.String(fabric.Account), ReservationId: aws.String(reservation(i)),
			Instances: []types.Instance{i.described()},
		})
	}
	return out, nil
}

var instanceID = regexp.MustCompile(`^i-([0-9a-f]{8}|[0-9a-f]{17})$`)

// visibleInstances returns the instances of ids, or all. An ID that is unknown or too new is an
// error.
func (s *Service) visibleInstances(ids []string) ([]*instance, error) {
	var found []*instance
	for _, id := range ids {
		if !instanceID.MatchString(id) {
			return nil, fabric.Errorf("InvalidInstanceID.Malformed", "Invalid id: %q", id)
		}
		i := s.find(id)
		if i == nil || !s.visible(i.LaunchedAt) {
			return nil, instanceNotFound(id)
		}
		found = append(found, i)
	}
	if len(ids) > 0 {
		return found, nil
	}
	for _, i := range s.instances {
		if s.visible(i.LaunchedAt) {
			found = append(found, i)
		}
	}
	return found, nil
}

func (s *Service) terminateInstances(in *ec2.TerminateInstancesInput) (*ec2.TerminateInstancesOutput, error) {
	chosen, err := s.visibleInstances(in.InstanceIds)
	if err != nil {
		return nil, err
	}
	out := &ec2.TerminateInstancesOutput{}
	for _, i := range chosen {
		former := i.State
		s.Terminate(i.ID)
		out.TerminatingInstances = append(out.TerminatingInstances, types.InstanceStateChange{
			InstanceId: aws.String(i.ID), PreviousState: stateOf(former), CurrentState: stateOf(i.State),
		})
	}
	return out, nil
}

func (i *instance) described() types.Instance {
	described := types.Instance{
		InstanceId: aws.String(i.ID), ImageId: aws.String(i.ImageID), InstanceType: types.InstanceType(i.Type),
		State: stateOf(i.State), SubnetId: aws.String(i.Subnet),
		Placement: &types.Placement{AvailabilityZone: aws.String(i.Zone)}, LaunchTime: aws.Time(i.LaunchedAt),
		Architecture: types.ArchitectureValues(i.image.architecture), Tags: tagList(i.Tags),
	}
	described.Monitoring = &types.Monitoring{State: types.MonitoringStateDisabled}
	if i.monitored {
		described.Monitoring.State = types.MonitoringStateEnabled
	}
	if code, _, known := strings.Cut(i.Reason, ":"); known {
		described.StateReason = &types.StateReason{Code: aws.String(code), Message: aws.String(i.Reason)}
	}
	if i.profile != "" {
		described.IamInstanceProfile = &types.IamInstanceProfile{Arn: aws.String(i.profile)}
	}
	return described
}

// The codes are those of
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html
var stateCodes = map[string]int32{Pending: 0, Running: 16, ShuttingDown: 32, Terminated: 48, Stopping: 64, Stopped: 80}

func stateOf(state string) *types.InstanceState {
	return &types.InstanceState{Code: aws.Int32(stateCodes[state]), Name: types.InstanceStateName(state)}
}

func reservation(i *instance) string { return "r" + i.ID[1:] }
