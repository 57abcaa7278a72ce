// Package lambdas lists the steps of the two state machines, each of which is one Lambda function.
package lambdas

import (
	"photogallery/lambdas/balancer"
	"photogallery/lambdas/budget"
	"photogallery/lambdas/builder"
	"photogallery/lambdas/destroy"
	"photogallery/lambdas/dns"
	"photogallery/lambdas/door"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/image"
	"photogallery/lambdas/lock"
	"photogallery/lambdas/plan"
	"photogallery/lambdas/promote"
	"photogallery/lambdas/scaling"
	"photogallery/lambdas/schedule"
	"photogallery/lambdas/step"
	"photogallery/lambdas/sweep"
	"photogallery/lambdas/teardown"
	"photogallery/lambdas/verdict"
)

// Steps returns the step table in the order in which a release and then a teardown run the steps.
// Names are unique.
func Steps() []step.Step {
	return []step.Step{
		plan.Plan,
		lock.Lock,
		lock.Unlock,
		image.FindImage,
		builder.LaunchBuilder,
		builder.LaunchRunner,
		builder.AwaitBuild,
		builder.Resume,
		image.CreateImage,
		image.CheckImage,
		builder.TerminateBuilder,
		balancer.EnsureLoadBalancer,
		balancer.EnsureListener,
		balancer.CheckLoadBalancer,
		dns.EnsureAlias,
		fleet.EnsureTemplate,
		fleet.FindGroup,
		fleet.CreateGroup,
		fleet.CheckFleet,
		scaling.GuardRefresh,
		fleet.StartRefresh,
		fleet.CheckRefresh,
		balancer.OpenPreview,
		balancer.Verify,
		balancer.ShiftTraffic,
		verdict.AwaitVerdict,
		verdict.Decide,
		balancer.WatchTraffic,
		scaling.EnsureScaling,
		schedule.ScheduleTeardown,
		promote.Promote,
		sweep.RetireFleet,
		promote.Retire,
		sweep.Undo,
		teardown.PlanTeardown,
		teardown.ConfirmTeardown,
		sweep.Sweep,
		sweep.ListResources,
		sweep.VerifyNothingLeft,
		budget.CheckBudget,
		door.FrontDoor,
		destroy.Destroy,
		destroy.Destroyed,
	}
}
