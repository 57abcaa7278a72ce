package balancer

import (
	"context"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// EnsureListener makes the listeners that forward to the fleet that serves.
var EnsureListener = step.Define(step.Step{
	Name:     "EnsureListener",
	Summary:  "Opens port 80, or with a domain port 443 and on 80 a redirect to it; turns what is there.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		step.Unbound("elasticloadbalancing:DescribeListeners"),
		{Name: "elasticloadbalancing:CreateListener", Scope: step.CreatedTagged},
		{Name: "elasticloadbalancing:ModifyListener", Scope: step.Named},
		{Name: "elasticloadbalancing:DeleteListener", Scope: step.Named},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, EnsureListenerInput) (struct{}, error) {
	return ensureListener{clients.ELB, clients.DynamoDB, settings}.run
})

// EnsureListenerInput is the step's input.
type EnsureListenerInput struct {
	step.Call
	Plan         release.Plan `json:"plan"`
	LoadBalancer string       `json:"loadBalancer"` // ARN
}

type listenerAPI interface {
	elb.DescribeListenersAPIClient
	CreateListener(context.Context, *elb.CreateListenerInput, ...func(*elb.Options)) (*elb.CreateListenerOutput, error)
	ListenerModifier
	DeleteListener(context.Context, *elb.DeleteListenerInput, ...func(*elb.Options)) (*elb.DeleteListenerOutput, error)
}

type ensureListener struct {
	api      listenerAPI
	table    records.Reader
	settings step.Settings
}

// run orders its changes so that visitors are always served: HTTPS exists before HTTP redirects to
// it, and is removed only after HTTP forwards again.
func (e ensureListener) run(ctx context.Context, in EnsureListenerInput) (struct{}, error) {
	found, err := listeners(ctx, e.api, in.LoadBalancer)
	if err != nil {
		return struct{}{}, notYet(err, in.LoadBalancer)
	}
	current, err := records.ReadCurrent(ctx, e.table, e.settings.Table)
	if err != nil {
		return struct{}{}, err
	}
	slot := current.Serves()
	if e.settings.Domain == "" {
		if err := e.ensure(ctx, in.LoadBalancer, found, e.plain(slot)); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, e.remove(ctx, found, httpsPort)
	}
	if err := e.ensure(ctx, in.LoadBalancer, found, e.secure(slot)); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, e.ensure(ctx, in.LoadBalancer, found, e.redirect())
}

func (e ensureListener) ensure(ctx context.Context, balancer string, found map[int32]types.Listener, wanted types.Listener) error {
	known, exists := found[*wanted.Port]
	if !exists {
		_, err := e.api.CreateListener(ctx, &elb.CreateListenerInput{
			LoadBalancerArn: aws.String(balancer), Port: wanted.Port, Protocol: wanted.Protocol,
			Certificates: wanted.Certificates, SslPolicy: wanted.SslPolicy, DefaultActions: wanted.DefaultActions,
			Tags: tags(e.settings),
		})
		return notYet(err, balancer)
	}
	if err := e.check(known); err != nil || isAsWanted(known, wanted) {
		return err
	}
	_, err := e.api.ModifyListener(ctx, &elb.ModifyListenerInput{
		ListenerArn: known.ListenerArn, Certificates: wanted.Certificates, SslPolicy: wanted.SslPolicy, DefaultActions: wanted.DefaultActions,
	})
	return err
}

func (e ensureListener) remove(ctx context.Context, found map[int32]types.Listener, port int32) error {
	gone, exists := found[port]
	if !exists {
		return nil
	}
	_, err := e.api.DeleteListener(ctx, &elb.DeleteListenerInput{ListenerArn: gone.ListenerArn})
	if release.IsNotFound(err) {
		return nil
	}
	return err
}

// check refuses a listener with another target: the running group is registered there, and changing
// only the listener would cut off the serving release. A redirect to HTTPS is our own.
func (e ensureListener) check(listener types.Listener) error {
	for _, action := range listener.DefaultActions {
		forwards := false
		for target := range Weights(action) {
			forwards = forwards || target == e.settings.TargetGroup || target == e.settings.GreenTargetGroup
		}
		redirects := action.Type == types.ActionTypeEnumRedirect && action.RedirectConfig != nil &&
			aws.ToString(action.RedirectConfig.Protocol) == string(types.ProtocolEnumHttps)
		if forwards || redirects {
			return nil
		}
	}
	return release.Errorf(release.LoadBalancerFailed, "listener %s does not forward to the stack's target groups, %s and %s; tear the environment down and release again",
		aws.ToString(listener.ListenerArn), e.settings.TargetGroup, e.settings.GreenTargetGroup)
}

// isAsWanted compares only the wanted fields: AWS repeats them in other forms, such as a
// ForwardConfig. A release moves the visitors after this step, so the weights are wanted as well.
func isAsWanted(known, wanted types.Listener) bool {
	if aws.ToString(known.SslPolicy) != aws.ToString(wanted.SslPolicy) || certificateOf(known) != certificateOf(wanted) {
		return false
	}
	if len(known.DefaultActions) != 1 {
		return false
	}
	is, want := known.DefaultActions[0], wanted.DefaultActions[0]
	return is.Type == want.Type && maps.Equal(Weights(is), Weights(want)) && leadsTo(is) == leadsTo(want)
}

func certificateOf(listener types.Listener) string {
	if len(listener.Certificates) == 0 {
		return ""
	}
	return aws.ToString(listener.Certificates[0].CertificateArn)
}

// leadsTo returns the host that an action redirects to, or "" for an action that forwards.
func leadsTo(action types.Action) string {
	if action.RedirectConfig == nil {
		return ""
	}
	return aws.ToString(action.RedirectConfig.Host)
}
