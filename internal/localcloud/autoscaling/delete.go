package autoscaling

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/internal/localcloud/fabric"
)

// statusDeleting is the Status of a group that is being deleted. Other groups have none.
const statusDeleting = "Delete in progress"

// deleteGroup starts to delete a group, by force: its instances are terminated without draining.
// The name is taken until they are gone.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
func (s *Service) deleteGroup(in *autoscaling.DeleteAutoScalingGroupInput) (*autoscaling.DeleteAutoScalingGroupOutput, error) {
	g, err := s.find(aws.ToString(in.AutoScalingGroupName))
	switch {
	case err != nil:
		return nil, err
	case g.activeRefresh() != nil:
		return nil, fabric.Errorf("ResourceInUse", "You cannot delete an AutoScalingGroup while an instance refresh is in progress: cancel instance refresh %s first", g.activeRefresh().id)
	case !aws.ToBool(in.ForceDelete) && len(g.members) > 0:
		return nil, fabric.Errorf("ResourceInUse", "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.")
	}
	if !g.deleting {
		g.deleting, g.policies = true, nil
		g.unschedule()
		s.terminateAll(g)
	}
	s.reconcile(g)
	return &autoscaling.DeleteAutoScalingGroupOutput{}, nil
}

func (s *Service) terminateAll(g *group) {
	for _, m := range slices.Clone(g.members) {
		if m.state != types.LifecycleStateTerminating {
			s.takeOut(g, m, at("an instance was taken out of service in response to a user request to delete the group."))
		}
		s.instances.Terminate(m.id)
	}
}

func (s *Service) finishDeletion(g *group) {
	if len(g.members) == 0 {
		s.groups = slices.DeleteFunc(s.groups, func(other *group) bool { return other == g })
	}
}
