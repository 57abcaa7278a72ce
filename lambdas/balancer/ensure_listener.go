package balancer

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/release"
	"photogallery/lambdas/step"
)

const httpPort = 80

// EnsureListener opens the entrance to the stack's target group.
var EnsureListener = step.Define(step.Step{
	Name:     "EnsureListener",
	Summary:  "Creates the HTTP listener that forwards to the stack's target group, or finds it.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		{Name: "elasticloadbalancing:DescribeListeners", Scope: step.Any, Reason: noResource},
		{Name: "elasticloadbalancing:CreateListener", Scope: step.CreatedTagged},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, EnsureListenerInput) (struct{}, error) {
	return ensureListener{clients.ELB, settings}.run
})

// EnsureListenerInput is the step's input.
type EnsureListenerInput struct {
	step.Call
	Plan         release.Plan `json:"plan"`
	LoadBalancer string       `json:"loadBalancer"` // ARN
}

type listenerMaker interface {
	elb.DescribeListenersAPIClient
	CreateListener(context.Context, *elb.CreateListenerInput, ...func(*elb.Options)) (*elb.CreateListenerOutput, error)
}

type ensureListener struct {
	api      listenerMaker
	settings step.Settings
}

func (e ensureListener) run(ctx context.Context, in EnsureListenerInput) (struct{}, error) {
	pages := elb.NewDescribeListenersPaginator(e.api, &elb.DescribeListenersInput{LoadBalancerArn: aws.String(in.LoadBalancer)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return struct{}{}, notYet(err, in.LoadBalancer)
		}
		for _, listener := range page.Listeners {
			if aws.ToInt32(listener.Port) == httpPort {
				return struct{}{}, e.check(listener)
			}
		}
	}
	_, err := e.api.CreateListener(ctx, &elb.CreateListenerInput{
		LoadBalancerArn: aws.String(in.LoadBalancer),
		Port:            aws.Int32(httpPort),
		Protocol:        types.ProtocolEnumHttp,
		DefaultActions: []types.Action{{
			Type: types.ActionTypeEnumForward, TargetGroupArn: aws.String(e.settings.TargetGroup),
		}},
		Tags: tags(e.settings.Environment),
	})
	return struct{}{}, notYet(err, in.LoadBalancer)
}

// check refuses a listener that leads elsewhere: the running group is registered there, so that
// turning the listener alone would cut the release off that serves.
func (e ensureListener) check(listener types.Listener) error {
	for _, action := range listener.DefaultActions {
		if action.Type == types.ActionTypeEnumForward && aws.ToString(action.TargetGroupArn) == e.settings.TargetGroup {
			return nil
		}
	}
	return release.Errorf(release.LoadBalancerFailed, "listener %s does not forward to the stack's target group %s; tear the environment down and release again",
		aws.ToString(listener.ListenerArn), e.settings.TargetGroup)
}
