package autoscaling

import (
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/smithy-go"

	"photogallery/internal/localcloud/ec2"
)

// launchMissing scales out, each instance into the emptiest zone that is not known to lack
// capacity. Instances that will be replaced do not count for the balance.
func (s *Service) launchMissing(g *group) {
	from, replacing := len(g.active()), g.replacing()
	for missing := g.wanted() - from; missing > 0; {
		staying := slices.DeleteFunc(g.active(), func(m *member) bool { return replacing != nil && replacing.outdated[m.id] })
		zones := slices.DeleteFunc(g.zones(), func(zone string) bool { return !s.mayLaunch(g, zone) })
		zone := emptiest(zones, countByZone(staying))
		if zone == "" {
			return
		}
		if s.launchIn(g, zone, g.launchCause(from)) != nil {
			g.unhealthy = max(0, g.unhealthy-1)
			missing--
		}
	}
}

func (g *group) launchCause(from int) string {
	difference := at("an instance was started in response to a difference between desired and actual capacity, increasing the capacity from %d to %d.", from, g.wanted())
	switch {
	case g.cause != "":
		return because(g.cause, difference)
	case g.unhealthy > 0:
		return at("an instance was launched in response to an unhealthy instance needing to be replaced.")
	case g.replacing() != nil:
		return at("an instance was launched in response to an instance refresh.")
	}
	return difference
}

// launching returns the template version of new instances: after the start of a refresh that of the
// refresh, although the group is updated only when the refresh succeeds.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
func (g *group) launching() template {
	if r := g.activeRefresh(); r != nil && (r.replaces() || r.status == types.InstanceRefreshStatusBaking) {
		return r.goal
	}
	return g.template
}

// launchIn launches one instance in a zone. It returns nil, and records a failed activity, if EC2
// refuses.
func (s *Service) launchIn(g *group, zone, cause string) *member {
	from, where := g.launching(), g.subnetIn(zone)
	id, err := s.instances.Launch(ec2.LaunchSpec{
		TemplateID: from.id, Version: from.version, Subnet: where.id, Tags: g.launchTags(),
	})
	if err != nil {
		failed := s.begin(g, types.ScalingActivityStatusCodeInProgress, where, "Launching a new EC2 instance", cause)
		end(failed, types.ScalingActivityStatusCodeFailed, reasonOf(err)+" Launching EC2 instance failed.")
		times := g.failures[zone].times
		pause := min(firstRetry<<times, longestRetry)
		g.failures[zone] = failure{times: min(times+1, 8), until: time.Now().Add(s.fabric.Scale(pause))}
		return nil
	}
	delete(g.failures, zone)
	instance, _ := s.instances.Instance(id)
	m := &member{
		id: id, subnet: where, template: template{from.id, instance.TemplateVersion}, instanceType: instance.Type,
		state: types.LifecycleStatePending, launched: now(),
		activity: s.begin(g, types.ScalingActivityStatusCodePreInService, where, "Launching a new EC2 instance: "+id, cause),
	}
	g.members = append(g.members, m)
	return m
}

func (s *Service) mayLaunch(g *group, zone string) bool {
	return !time.Now().Before(g.failures[zone].until)
}

func (g *group) launchTags() map[string]string {
	tags := map[string]string{"aws:autoscaling:groupName": g.name}
	for _, tag := range g.tags {
		if aws.ToBool(tag.PropagateAtLaunch) {
			tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
		}
	}
	return tags
}

// reasonOf returns EC2's message without its code, as in the activity log.
func reasonOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorMessage()
	}
	return err.Error()
}
