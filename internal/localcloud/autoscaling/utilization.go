package autoscaling

import "photogallery/internal/localcloud/cloudwatch"

// recordUtilization records each group's average CPU load. It ignores instances that still warm up,
// and records nothing for a group that has no others.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-default-instance-warmup.html
func (s *Service) recordUtilization() {
	for _, g := range s.groups {
		total, machines := 0.0, 0
		for _, m := range g.members {
			instance, _ := s.instances.Instance(m.id)
			if instance.Machine != nil && s.warm(m, g.warmup) {
				total += instance.Machine.CPU()
				machines++
			}
		}
		if machines > 0 {
			s.alarms.Record(cloudwatch.Metric{
				Namespace: "AWS/EC2", Name: "CPUUtilization", Dimensions: map[string]string{"AutoScalingGroupName": g.name},
			}, total/float64(machines))
		}
	}
}
