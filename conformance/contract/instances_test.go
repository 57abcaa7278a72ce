package contract

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

const (
	ec2Idempotency = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html"
	ec2Errors      = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
	ec2Lifecycle   = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html"
)

func instances() []Behavior {
	return []Behavior{
		{"RunInstances: a client token that was used gives the same instance", ec2Idempotency,
			"ignores client tokens and launches another", (*Account).tokenGivesSameInstance},
		{"RunInstances: a client token with other parameters is refused", ec2Idempotency,
			"ignores client tokens and launches another", (*Account).tokenIsBoundToParameters},
		{"RunInstances: tags are there with the instance", "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html",
			"", (*Account).instanceIsBornTagged},
		{"RunInstances: an instance is pending first, then running", ec2Lifecycle,
			"has it running at once", (*Account).instanceIsPendingFirst},
		{"RunInstances: an unknown image is InvalidAMIID.NotFound", ec2Errors,
			"launches an instance of any image ID", func(a *Account) error {
				_, err := a.run(func(in *ec2.RunInstancesInput) { in.ImageId = aws.String("ami-0123456789abcdef0") })
				return refused(err, "InvalidAMIID.NotFound")
			}},
		{"RunInstances: an unknown subnet is InvalidSubnetID.NotFound", ec2Errors,
			"", func(a *Account) error {
				_, err := a.run(func(in *ec2.RunInstancesInput) {
					in.NetworkInterfaces[0].SubnetId = aws.String("subnet-0123456789abcdef0")
				})
				return refused(err, "InvalidSubnetID.NotFound")
			}},
		{"DescribeInstances: an unknown instance is InvalidInstanceID.NotFound", ec2Errors,
			"", func(a *Account) error {
				_, err := a.EC2.DescribeInstances(a.Context, &ec2.DescribeInstancesInput{InstanceIds: []string{"i-0123456789abcdef0"}})
				return refused(err, "InvalidInstanceID.NotFound")
			}},
		{"DescribeInstances: filters of tag and state must both match, one value of each", "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html",
			"", (*Account).filtersAreJoined},
		{"TerminateInstances: a terminated instance is described as such, and terminating it again is no error", "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html",
			"", (*Account).terminationIsRepeatable},
		{"TerminateInstances: an unknown instance is InvalidInstanceID.NotFound", ec2Errors,
			"", func(a *Account) error {
				_, err := a.EC2.TerminateInstances(a.Context, &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0123456789abcdef0"}})
				return refused(err, "InvalidInstanceID.NotFound")
			}},
	}
}

// base returns the stack's base image.
func (a *Account) base() (string, error) {
	return a.parameter(a.Settings.BaseImageParameter)
}

// run launches one instance as a builder is launched, with one tag: role=probe.
func (a *Account) run(change ...func(*ec2.RunInstancesInput)) (id string, err error) {
	base, err := a.base()
	if err != nil {
		return "", err
	}
	in := &ec2.RunInstancesInput{
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1), ImageId: &base, InstanceType: types.InstanceTypeT4gSmall,
		NetworkInterfaces: []types.InstanceNetworkInterfaceSpecification{{
			DeviceIndex: aws.Int32(0), SubnetId: &a.Settings.PublicSubnets[0], Groups: []string{a.Settings.BuilderSecurityGroup},
		}},
		TagSpecifications: []types.TagSpecification{tagged(types.ResourceTypeInstance)},
	}
	for _, c := range change {
		c(in)
	}
	out, err := a.EC2.RunInstances(a.Context, in)
	if err != nil {
		return "", err
	}
	return *out.Instances[0].InstanceId, nil
}

func tagged(kind types.ResourceType) types.TagSpecification {
	return types.TagSpecification{ResourceType: kind, Tags: []types.Tag{{Key: aws.String("role"), Value: aws.String("probe")}}}
}

func isTagged(tags []types.Tag) bool {
	for _, tag := range tags {
		if *tag.Key == "role" && *tag.Value == "probe" {
			return true
		}
	}
	return false
}

// described gives nil where EC2 does not know the instance yet.
func (a *Account) described(id string) (*types.Instance, error) {
	out, err := a.EC2.DescribeInstances(a.Context, &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	if refused(err, "InvalidInstanceID.NotFound") == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &out.Reservations[0].Instances[0], nil
}

func (a *Account) awaitState(id string, state types.InstanceStateName) error {
	return a.eventually("the instance's state "+string(state), func() (bool, error) {
		found, err := a.described(id)
		return found != nil && found.State.Name == state, err
	})
}

// launch is run, until the instance runs.
func (a *Account) launch() (id string, err error) {
	if id, err = a.run(); err != nil {
		return "", err
	}
	return id, a.awaitState(id, types.InstanceStateNameRunning)
}

func withToken(in *ec2.RunInstancesInput) { in.ClientToken = aws.String("once") }

func (a *Account) tokenGivesSameInstance() error {
	first, err := a.run(withToken)
	if err != nil {
		return err
	}
	second, err := a.run(withToken)
	return errors.Join(err, same("the second instance", second, first))
}

func (a *Account) tokenIsBoundToParameters() error {
	if _, err := a.run(withToken); err != nil {
		return err
	}
	_, err := a.run(withToken, func(in *ec2.RunInstancesInput) {
		in.NetworkInterfaces[0].SubnetId = &a.Settings.PublicSubnets[1]
	})
	return refused(err, "IdempotentParameterMismatch")
}

func (a *Account) instanceIsBornTagged() error {
	id, err := a.launch()
	if err != nil {
		return err
	}
	found, err := a.described(id)
	if err != nil {
		return err
	}
	return errors.Join(same("tagged", isTagged(found.Tags), true), same("its zone", *found.Placement.AvailabilityZone, "us-east-1a"))
}

func (a *Account) instanceIsPendingFirst() error {
	id, err := a.run()
	if err != nil {
		return err
	}
	err = a.eventually("the instance", func() (bool, error) {
		found, err := a.described(id)
		if err != nil || found == nil {
			return false, err
		}
		return true, same("its state", found.State.Name, types.InstanceStateNamePending)
	})
	return errors.Join(err, a.awaitState(id, types.InstanceStateNameRunning))
}

func (a *Account) filtersAreJoined() error {
	kept, err := a.launch()
	if err != nil {
		return err
	}
	ended, err := a.launch()
	if err != nil {
		return err
	}
	if _, err := a.EC2.TerminateInstances(a.Context, &ec2.TerminateInstancesInput{InstanceIds: []string{ended}}); err != nil {
		return err
	}
	if err := a.awaitState(ended, types.InstanceStateNameTerminated); err != nil {
		return err
	}
	for value, want := range map[string]int{"pr*": 1, "prob": 0} {
		out, err := a.EC2.DescribeInstances(a.Context, &ec2.DescribeInstancesInput{Filters: []types.Filter{
			{Name: aws.String("tag:role"), Values: []string{value}},
			{Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}},
		}})
		if err != nil {
			return err
		}
		if err := same("instances with role="+value, len(out.Reservations), want); err != nil {
			return err
		}
		if want == 1 && *out.Reservations[0].Instances[0].InstanceId != kept {
			return errors.New("the terminated instance is among them")
		}
	}
	return nil
}

func (a *Account) terminationIsRepeatable() error {
	id, err := a.launch()
	if err != nil {
		return err
	}
	for range 2 {
		if _, err := a.EC2.TerminateInstances(a.Context, &ec2.TerminateInstancesInput{InstanceIds: []string{id}}); err != nil {
			return err
		}
		if err := a.awaitState(id, types.InstanceStateNameTerminated); err != nil {
			return err
		}
	}
	return nil
}
