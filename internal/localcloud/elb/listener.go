package elb

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/fabric"
)

// createListener is idempotent by port and settings.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
func (s *Service) createListener(in *elb.CreateListenerInput) (*elb.CreateListenerOutput, error) {
	b := s.balancer(aws.ToString(in.LoadBalancerArn))
	if b == nil {
		return nil, balancerNotFound(aws.ToString(in.LoadBalancerArn))
	}
	port := aws.ToInt32(in.Port)
	if in.Protocol != types.ProtocolEnumHttp || port < 1 || port > 65535 {
		return nil, fabric.Errorf("ValidationError", "%s listener on port %d: the embedded cloud has HTTP listeners, on ports from 1 to 65535", in.Protocol, port)
	}
	group, err := s.forwardTarget(in.DefaultActions, b)
	if err != nil {
		return nil, err
	}
	for _, known := range b.listeners {
		switch {
		case *known.Port != port:
		case forwardedTo(known) == group:
			return &elb.CreateListenerOutput{Listeners: []types.Listener{known}}, nil
		default:
			return nil, fabric.Errorf("DuplicateListener", "A listener already exists on this port for this load balancer '%s'", *b.LoadBalancerArn)
		}
	}
	listener := types.Listener{
		ListenerArn:     aws.String(s.arn("listener/" + suffix(*b.LoadBalancerArn))),
		LoadBalancerArn: b.LoadBalancerArn, Port: in.Port, Protocol: in.Protocol,
		DefaultActions: []types.Action{{Type: types.ActionTypeEnumForward, TargetGroupArn: aws.String(group)}},
	}
	b.listeners = append(b.listeners, listener)
	return &elb.CreateListenerOutput{Listeners: []types.Listener{listener}}, nil
}

// forwardTarget is the ARN of the one target group that the actions forward to.
func (s *Service) forwardTarget(actions []types.Action, b *loadBalancer) (arn string, err error) {
	if len(actions) != 1 || actions[0].Type != types.ActionTypeEnumForward || actions[0].TargetGroupArn == nil {
		return "", fabric.Errorf("ValidationError", "the embedded cloud's listeners have one default action: forward, with a TargetGroupArn")
	}
	arn = *actions[0].TargetGroupArn
	if s.group(arn) == nil {
		return "", targetGroupNotFound(arn)
	}
	if user := s.user(arn); user != nil && user != b {
		return "", fabric.Errorf("TargetGroupAssociationLimit", "target group '%s' is already used by load balancer '%s'", arn, *user.LoadBalancerArn)
	}
	return arn, nil
}

func (s *Service) describeListeners(in *elb.DescribeListenersInput) (*elb.DescribeListenersOutput, error) {
	if in.LoadBalancerArn == nil || in.ListenerArns != nil {
		return nil, fabric.Errorf("ValidationError", "the embedded cloud describes listeners by LoadBalancerArn only")
	}
	b := s.balancer(*in.LoadBalancerArn)
	if b == nil {
		return nil, balancerNotFound(*in.LoadBalancerArn)
	}
	return &elb.DescribeListenersOutput{Listeners: slices.Clone(b.listeners)}, nil
}

// user is the load balancer, active or not, with a listener that forwards to the target group.
func (s *Service) user(targetGroup string) *loadBalancer {
	for _, b := range s.balancers {
		for _, listener := range b.listeners {
			if forwardedTo(listener) == targetGroup {
				return b
			}
		}
	}
	return nil
}

func forwardedTo(listener types.Listener) string { return *listener.DefaultActions[0].TargetGroupArn }

func (b *loadBalancer) listensOn(port int32) (types.Listener, bool) {
	for _, listener := range b.listeners {
		if *listener.Port == port {
			return listener, true
		}
	}
	return types.Listener{}, false
}
