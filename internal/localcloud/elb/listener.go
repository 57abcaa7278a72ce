package elb

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/fabric"
)

// defaultPolicy is the default security policy of a listener. It allows TLS 1.0.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
const defaultPolicy = "ELBSecurityPolicy-2016-08"

// createListener is idempotent by port and settings.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
func (s *Service) createListener(in *elb.CreateListenerInput) (*elb.CreateListenerOutput, error) {
	b := s.balancer(aws.ToString(in.LoadBalancerArn))
	if b == nil {
		return nil, balancerNotFound(aws.ToString(in.LoadBalancerArn))
	}
	wanted := types.Listener{
		LoadBalancerArn: b.LoadBalancerArn, Port: in.Port, Protocol: in.Protocol,
		Certificates: in.Certificates, SslPolicy: in.SslPolicy, DefaultActions: in.DefaultActions,
	}
	if err := s.checkListener(&wanted, b); err != nil {
		return nil, err
	}
	if known, ok := b.listensOn(*in.Port); ok {
		wanted.ListenerArn = known.ListenerArn
		if !reflect.DeepEqual(known, wanted) {
			return nil, fabric.Errorf("DuplicateListener", "A listener already exists on this port for this load balancer '%s'", *b.LoadBalancerArn)
		}
		return &elb.CreateListenerOutput{Listeners: []types.Listener{known}}, nil
	}
	wanted.ListenerArn = aws.String(s.arn("listener/" + suffix(*b.LoadBalancerArn)))
	b.listeners = append(b.listeners, wanted)
	return &elb.CreateListenerOutput{Listeners: []types.Listener{wanted}}, nil
}

// modifyListener changes the given fields only.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html
func (s *Service) modifyListener(in *elb.ModifyListenerInput) (*elb.ModifyListenerOutput, error) {
	b, i := s.listener(aws.ToString(in.ListenerArn))
	if b == nil {
		return nil, fabric.Errorf("ListenerNotFound", "One or more listeners not found: '%s'", aws.ToString(in.ListenerArn))
	}
	if in.Port != nil || in.Protocol != "" {
		return nil, fabric.Errorf("ValidationError", "the embedded cloud's listeners keep their port and protocol")
	}
	wanted := b.listeners[i]
	wanted.SslPolicy = cmp.Or(in.SslPolicy, wanted.SslPolicy)
	if in.Certificates != nil {
		wanted.Certificates = in.Certificates
	}
	if in.DefaultActions != nil {
		wanted.DefaultActions = in.DefaultActions
	}
	if err := s.checkListener(&wanted, b); err != nil {
		return nil, err
	}
	b.listeners[i] = wanted
	return &elb.ModifyListenerOutput{Listeners: []types.Listener{wanted}}, nil
}

// deleteListener fails if there is no such listener, unlike deleteLoadBalancer.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteListener.html
func (s *Service) deleteListener(in *elb.DeleteListenerInput) (*elb.DeleteListenerOutput, error) {
	b, i := s.listener(aws.ToString(in.ListenerArn))
	if b == nil {
		return nil, fabric.Errorf("ListenerNotFound", "One or more listeners not found: '%s'", aws.ToString(in.ListenerArn))
	}
	gone := b.listeners[i]
	b.listeners = slices.Delete(b.listeners, i, i+1)
	s.forgetUnused(gone)
	return &elb.DeleteListenerOutput{}, nil
}

// forgetUnused resets a target group whose last listener is gone.
func (s *Service) forgetUnused(gone types.Listener) {
	if g := s.group(forwardedTo(gone)); g != nil && s.user(g.arn) == nil {
		g.forgetHealth()
	}
}

// checkListener refuses what an Application Load Balancer refuses and what is not supported here,
// and fills in AWS's defaults.
func (s *Service) checkListener(wanted *types.Listener, b *loadBalancer) error {
	if port := aws.ToInt32(wanted.Port); port < 1 || port > 65535 {
		return fabric.Errorf("ValidationError", "Port %d: give one from 1 to 65535", port)
	}
	switch {
	case wanted.Protocol == types.ProtocolEnumHttp && (wanted.Certificates != nil || wanted.SslPolicy != nil):
		return fabric.Errorf("ValidationError", "an HTTP listener has no certificate and no security policy")
	case wanted.Protocol == types.ProtocolEnumHttps:
		if len(wanted.Certificates) != 1 || aws.ToString(wanted.Certificates[0].CertificateArn) == "" || wanted.Certificates[0].IsDefault != nil {
			return fabric.Errorf("CertificateNotFound", "an HTTPS listener needs exactly one certificate: set CertificateArn, not IsDefault")
		}
		wanted.SslPolicy = cmp.Or(wanted.SslPolicy, aws.String(defaultPolicy))
	case wanted.Protocol != types.ProtocolEnumHttp:
		return fabric.Errorf("UnsupportedProtocol", "%s listener: the embedded cloud has HTTP and HTTPS ones", wanted.Protocol)
	}
	if len(wanted.DefaultActions) != 1 {
		return fabric.Errorf("ValidationError", "the embedded cloud's listeners have one default action, not %d", len(wanted.DefaultActions))
	}
	return s.checkAction(wanted.DefaultActions[0], b)
}

func (s *Service) checkAction(action types.Action, b *loadBalancer) error {
	switch {
	case action.Type == types.ActionTypeEnumRedirect && action.RedirectConfig != nil:
		return checkRedirect(*action.RedirectConfig)
	case action.Type != types.ActionTypeEnumForward || action.TargetGroupArn == nil || action.ForwardConfig != nil:
		return fabric.Errorf("ValidationError", "the embedded cloud's default actions are forward, with a TargetGroupArn, and redirect")
	case s.group(*action.TargetGroupArn) == nil:
		return targetGroupNotFound(*action.TargetGroupArn)
	}
	if user := s.user(*action.TargetGroupArn); user != nil && user != b {
		return fabric.Errorf("TargetGroupAssociationLimit", "target group '%s' is already used by load balancer '%s'", *action.TargetGroupArn, *user.LoadBalancerArn)
	}
	return nil
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

// user returns the load balancer, active or not, whose listener forwards to the target group.
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

// forwardedTo returns the ARN of a target group, or "" for a listener that redirects.
func forwardedTo(listener types.Listener) string {
	return aws.ToString(listener.DefaultActions[0].TargetGroupArn)
}

// listener returns a listener's load balancer, or nil if there is none, and its index there.
func (s *Service) listener(arn string) (*loadBalancer, int) {
	for _, b := range s.balancers {
		for i, listener := range b.listeners {
			if *listener.ListenerArn == arn {
				return b, i
			}
		}
	}
	return nil, 0
}

func (b *loadBalancer) listensOn(port int32) (types.Listener, bool) {
	for _, listener := range b.listeners {
		if *listener.Port == port {
			return listener, true
		}
	}
	return types.Listener{}, false
}
