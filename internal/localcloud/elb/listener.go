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

// listener is a listener with its rules.
type listener struct {
	types.Listener         // as in DescribeListeners
	rules          []*rule // in the order in which they are tried; the last is the default rule
}

// groups returns the ARNs of the target groups to which the rules forward.
func (l *listener) groups() (arns []string) {
	for _, r := range l.rules {
		for _, group := range forwardedTo(r.Actions[0]) {
			arns = append(arns, *group.TargetGroupArn)
		}
	}
	return arns
}

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
	if known := b.listensOn(*in.Port); known != nil {
		wanted.ListenerArn = known.ListenerArn
		if !reflect.DeepEqual(known.Listener, wanted) {
			return nil, fabric.Errorf("DuplicateListener", "A listener already exists on this port for this load balancer '%s'", *b.LoadBalancerArn)
		}
		return &elb.CreateListenerOutput{Listeners: []types.Listener{known.Listener}}, nil
	}
	wanted.ListenerArn = aws.String(s.arn("listener/" + suffix(*b.LoadBalancerArn)))
	b.listeners = append(b.listeners, &listener{wanted, []*rule{defaultRule(wanted)}})
	return &elb.CreateListenerOutput{Listeners: []types.Listener{wanted}}, nil
}

// modifyListener changes the given fields only.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html
func (s *Service) modifyListener(in *elb.ModifyListenerInput) (*elb.ModifyListenerOutput, error) {
	b, l := s.listener(aws.ToString(in.ListenerArn))
	if l == nil {
		return nil, listenerNotFound(aws.ToString(in.ListenerArn))
	}
	if in.Port != nil || in.Protocol != "" {
		return nil, fabric.Errorf("ValidationError", "the embedded cloud's listeners keep their port and protocol")
	}
	wanted := l.Listener
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
	used := l.groups()
	l.Listener = wanted
	l.rules[len(l.rules)-1] = defaultRule(wanted)
	s.forgetUnused(used)
	return &elb.ModifyListenerOutput{Listeners: []types.Listener{wanted}}, nil
}

// deleteListener fails if there is no such listener, unlike deleteLoadBalancer.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteListener.html
func (s *Service) deleteListener(in *elb.DeleteListenerInput) (*elb.DeleteListenerOutput, error) {
	b, gone := s.listener(aws.ToString(in.ListenerArn))
	if gone == nil {
		return nil, listenerNotFound(aws.ToString(in.ListenerArn))
	}
	b.listeners = slices.DeleteFunc(b.listeners, func(l *listener) bool { return l == gone })
	s.forgetUnused(gone.groups())
	return &elb.DeleteListenerOutput{}, nil
}

func listenerNotFound(arn string) error {
	return fabric.Errorf("ListenerNotFound", "One or more listeners not found: '%s'", arn)
}

// forgetUnused resets those target groups to which no rule forwards any more.
func (s *Service) forgetUnused(groups []string) {
	for _, arn := range groups {
		if s.user(arn) == nil {
			s.group(arn).forgetHealth()
		}
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
	action, err := s.checkAction(wanted.DefaultActions[0], b)
	wanted.DefaultActions = []types.Action{action}
	return err
}

func (s *Service) describeListeners(in *elb.DescribeListenersInput) (*elb.DescribeListenersOutput, error) {
	if in.LoadBalancerArn == nil || in.ListenerArns != nil {
		return nil, fabric.Errorf("ValidationError", "the embedded cloud describes listeners by LoadBalancerArn only")
	}
	b := s.balancer(*in.LoadBalancerArn)
	if b == nil {
		return nil, balancerNotFound(*in.LoadBalancerArn)
	}
	out := &elb.DescribeListenersOutput{}
	for _, l := range b.listeners {
		out.Listeners = append(out.Listeners, l.Listener)
	}
	return out, nil
}

// user returns the load balancer, active or not, a rule of which forwards to the target group,
// whatever its weight.
func (s *Service) user(targetGroup string) *loadBalancer {
	return s.first(func(b *loadBalancer) bool {
		return slices.ContainsFunc(b.listeners, func(l *listener) bool { return slices.Contains(l.groups(), targetGroup) })
	})
}

// listener returns a listener and its load balancer, or nil if there is none.
func (s *Service) listener(arn string) (*loadBalancer, *listener) {
	for _, b := range s.balancers {
		for _, l := range b.listeners {
			if *l.ListenerArn == arn {
				return b, l
			}
		}
	}
	return nil, nil
}

func (b *loadBalancer) listensOn(port int32) *listener {
	for _, l := range b.listeners {
		if *l.Port == port {
			return l
		}
	}
	return nil
}
