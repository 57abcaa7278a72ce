package grade

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// judgeLeftovers looks in the whole region, as a bill does. Before anything is built there is nothing to
// leave.
func judgeLeftovers(l *lesson) finding {
	if l.balancer == nil && l.group == nil {
		return missing("When the group serves, terminate the instance that you made the image of, and remove what else you no longer need.")
	}
	left := slices.Concat(l.looseVolumes(), l.looseAddresses(), l.looseInstances())
	for _, b := range l.otherBalancers() {
		left = append(left, fmt.Sprintf("Load balancer %s is not the lesson's.", aws.ToString(b.LoadBalancerName)))
	}
	next := "Remove it, or say why you need it: it costs as long as it is there."
	switch len(left) {
	case 0:
		return done("No loose volume or address, no other running instance, no other load balancer.")
	case 1:
		return partly(next, left...)
	}
	return missing(next, left...)
}

func (l *lesson) looseVolumes() (left []string) {
	for _, v := range l.Volumes {
		if v.State == ec2.VolumeStateAvailable {
			left = append(left, fmt.Sprintf("Volume %s of %d GB is attached to nothing.", aws.ToString(v.VolumeId), aws.ToInt32(v.Size)))
		}
	}
	return left
}

func (l *lesson) looseAddresses() (left []string) {
	for _, a := range l.Addresses {
		if a.AssociationId == nil && aws.ToString(a.InstanceId) == "" && aws.ToString(a.NetworkInterfaceId) == "" {
			left = append(left, fmt.Sprintf("Elastic IP address %s is associated with nothing.", aws.ToString(a.PublicIp)))
		}
	}
	return left
}

// looseInstances lists the instances that run and are not of the group.
func (l *lesson) looseInstances() (left []string) {
	fleet := l.fleet()
	for _, i := range l.Instances {
		runs := i.State != nil && (i.State.Name == ec2.InstanceStateNameRunning || i.State.Name == ec2.InstanceStateNamePending)
		if runs && !slices.Contains(fleet, aws.ToString(i.InstanceId)) {
			left = append(left, fmt.Sprintf("Instance %s, %s, runs outside the group.", aws.ToString(i.InstanceId), i.InstanceType))
		}
	}
	return left
}
