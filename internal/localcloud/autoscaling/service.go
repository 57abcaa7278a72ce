// Package autoscaling is the embedded cloud's EC2 Auto Scaling: groups that keep their capacity,
// balance it over the zones, replace unhealthy instances, follow step scaling policies and scheduled
// actions, and roll to a new launch template version by instance refresh. It implements exactly the
// operations that the steps and the command line call.
package autoscaling

import (
	"slices"
	"time"

	"photogallery/internal/localcloud/cloudwatch"
	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/fabric"
)

const serviceID = "Auto Scaling"

// Approximate durations on AWS.
const (
	checkInterval   = 10 * time.Second // between two rounds for every group
	firstRetry      = time.Minute      // after a failed launch in a zone; doubled with each further failure
	longestRetry    = 5 * time.Minute
	refreshPending  = 5 * time.Second // before an instance refresh begins
	refreshPatience = time.Hour       // without progress until a refresh fails
	defaultCooldown = 300             // seconds
)

// Instances launches and describes instances; *ec2.Service is one.
type Instances interface {
	Launch(ec2.LaunchSpec) (id string, err error)
	Terminate(id string)
	Instance(id string) (ec2.Instance, bool)
	Subnet(id string) (zone string, ok bool)
	OnState(watcher func(id, state string))
}

// Targets registers instances and reports their health; *elb.Service is one.
type Targets interface {
	Register(targetGroup, instance string)
	Deregister(targetGroup, instance string, drained func())
	Health(targetGroup, instance string) string
}

// Alarms reports the states of alarms; *cloudwatch.Service is one.
type Alarms interface {
	Record(metric cloudwatch.Metric, value float64)
	Collect(collector func())
	AlarmState(name string) (state string, ok bool)
	Breach(alarm string) (value, threshold float64, ok bool)
	OnAction(prefix string, run func(alarm, reason, action string))
}

// Service holds the Auto Scaling groups of one cloud. Unless a method says otherwise, it is called
// under the fabric's lock.
type Service struct {
	fabric    *fabric.Fabric
	instances Instances
	targets   Targets
	alarms    Alarms
	groups    []*group // in order of creation

	suspended     bool // no group is looked after
	graceIsHealth bool // refreshes count an instance in its grace period as healthy
}

// SetGraceIsHealth sets whether refreshes count an instance as healthy that fails its health checks
// in its grace period. AWS does not say. By default they do not.
func (s *Service) SetGraceIsHealth(is bool) { s.graceIsHealth = is }

// New registers Auto Scaling's operations and starts to reconcile the groups.
func New(f *fabric.Fabric, instances Instances, targets Targets, alarms Alarms) *Service {
	s := &Service{fabric: f, instances: instances, targets: targets, alarms: alarms}
	fabric.Handle(f, serviceID, "CreateAutoScalingGroup", s.createGroup)
	fabric.Handle(f, serviceID, "DescribeAutoScalingGroups", s.describeGroups)
	fabric.Handle(f, serviceID, "UpdateAutoScalingGroup", s.updateGroup)
	fabric.Handle(f, serviceID, "DeleteAutoScalingGroup", s.deleteGroup)
	fabric.Handle(f, serviceID, "DescribeScalingActivities", s.describeActivities)
	fabric.Handle(f, serviceID, "PutScalingPolicy", s.putPolicy)
	fabric.Handle(f, serviceID, "PutScheduledUpdateGroupAction", s.putScheduled)
	fabric.Handle(f, serviceID, "DescribeScheduledActions", s.describeScheduled)
	fabric.Handle(f, serviceID, "DeleteScheduledAction", s.deleteScheduled)
	fabric.Handle(f, serviceID, "TerminateInstanceInAutoScalingGroup", s.terminateInstance)
	fabric.Handle(f, serviceID, "StartInstanceRefresh", s.startRefresh)
	fabric.Handle(f, serviceID, "DescribeInstanceRefreshes", s.describeRefreshes)
	fabric.Handle(f, serviceID, "RollbackInstanceRefresh", s.rollbackRefresh)
	fabric.Handle(f, serviceID, "CancelInstanceRefresh", s.cancelRefresh)
	instances.OnState(s.stateChanged)
	alarms.OnAction(fabric.ARN("autoscaling", "scalingPolicy:"), s.alarmed)
	alarms.Collect(s.recordUtilization)
	f.Every(checkInterval, s.checkAll)
	return s
}

// Suspend sets whether the groups are left alone, as nobody does for more than a session's pause.
func (s *Service) Suspend(on bool) { s.suspended = on }

func (s *Service) checkAll() {
	for _, g := range slices.Clone(s.groups) {
		s.reconcile(g)
	}
}

func (s *Service) stateChanged(instance, _ string) {
	for _, g := range s.groups {
		if g.member(instance) != nil {
			s.reconcile(g)
			return
		}
	}
}

// past reports whether the AWS duration has passed since a time.
func (s *Service) past(since time.Time, onAWS time.Duration) bool {
	return time.Since(since) >= s.fabric.Scale(onAWS)
}

func now() time.Time { return time.Now().UTC() }
