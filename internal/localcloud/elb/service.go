// Package elb is the embedded cloud's Elastic Load Balancing v2: Application Load Balancers with
// HTTP and HTTPS listeners and their rules, target groups with health checks, and a data plane that
// forwards real requests.
package elb

import (
	"strings"
	"time"

	"photogallery/internal/localcloud/cloudwatch"
	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/fabric"
)

// serviceID is the SDK's name of the service.
const serviceID = "Elastic Load Balancing v2"

// Durations on AWS.
const (
	provisioningTime = 2 * time.Minute // from CreateLoadBalancer to active
	interfacesLinger = 3 * time.Minute // from DeleteLoadBalancer until its network interfaces are gone
)

// Instances describes instances; *ec2.Service is one.
type Instances interface {
	Instance(id string) (ec2.Instance, bool)
	Subnet(id string) (zone string, ok bool)
	AddInterface(description string) (id string)
	RemoveInterface(id string)
}

// Metrics receives the points of metrics; *cloudwatch.Service is one.
type Metrics interface {
	RecordTimes(metric cloudwatch.Metric, value float64, times int)
	Collect(collector func())
}

// Service holds the load balancers and target groups of one cloud. Unless a method says
// otherwise, it is called under the fabric's lock.
type Service struct {
	fabric    *fabric.Fabric
	instances Instances
	metrics   Metrics
	balancers []*loadBalancer // in order of creation
	groups    []*targetGroup
	failure   string
	traffic   traffic
}

// New registers the operations of Elastic Load Balancing v2.
func New(f *fabric.Fabric, instances Instances, metrics Metrics) *Service {
	s := &Service{fabric: f, instances: instances, metrics: metrics}
	fabric.Handle(f, serviceID, "CreateLoadBalancer", s.createLoadBalancer)
	fabric.Handle(f, serviceID, "DescribeLoadBalancers", s.describeLoadBalancers)
	fabric.Handle(f, serviceID, "ModifyLoadBalancerAttributes", s.modifyAttributes)
	fabric.Handle(f, serviceID, "SetSecurityGroups", s.setSecurityGroups)
	fabric.Handle(f, serviceID, "SetSubnets", s.setSubnets)
	fabric.Handle(f, serviceID, "DeleteLoadBalancer", s.deleteLoadBalancer)
	fabric.Handle(f, serviceID, "CreateListener", s.createListener)
	fabric.Handle(f, serviceID, "ModifyListener", s.modifyListener)
	fabric.Handle(f, serviceID, "DeleteListener", s.deleteListener)
	fabric.Handle(f, serviceID, "DescribeListeners", s.describeListeners)
	fabric.Handle(f, serviceID, "CreateRule", s.createRule)
	fabric.Handle(f, serviceID, "DescribeRules", s.describeRules)
	fabric.Handle(f, serviceID, "DeleteRule", s.deleteRule)
	fabric.Handle(f, serviceID, "DescribeTargetHealth", s.describeTargetHealth)
	fabric.Handle(f, serviceID, "ModifyTargetGroup", s.modifyTargetGroup)
	metrics.Collect(s.record)
	return s
}

// SetFailure makes load balancers that are created from now on end in state failed, with reason. ""
// makes them active again.
func (s *Service) SetFailure(reason string) { s.failure = reason }

// arn returns the ARN of a resource of the service. Its last part is 16 hexadecimal digits.
func (s *Service) arn(resource string) string {
	id := s.fabric.ID("elb")
	return fabric.ARN("elasticloadbalancing", resource+"/"+id[len(id)-16:])
}

// suffix returns the part of an ARN that CloudWatch's dimensions have: app/… or targetgroup/….
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func suffix(arn string) string {
	resource := arn[strings.LastIndex(arn, ":")+1:]
	return strings.TrimPrefix(resource, "loadbalancer/")
}
