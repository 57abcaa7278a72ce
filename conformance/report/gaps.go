package main

import (
	"fmt"
	"strings"
)

// gap is something that moto cannot show, and the tests that show it: each a folder and the name of a test
// in it, which a test of this package looks for.
type gap struct {
	what    string
	covered []string
}

// gaps begin with what matters most to a release.
var gaps = []gap{
	{"There are no instance refreshes: a rolling release, its rollback by an alarm, a rollback to a former image", []string{
		"internal/stack TestARebakedReleaseRollsTheFleetAndARollbackReturns", "internal/stack TestAVersionThatBreaksWhileItBakesIsRolledBack",
		"internal/stack TestATeardownInTheMiddleOfARefresh", "lambdas/fleet TestHowARefreshEnds",
		"internal/localcloud/autoscaling TestARefreshLaunchesBeforeItTerminatesAndBakes", "internal/localcloud/autoscaling TestAnAlarmRollsARefreshBack",
	}},
	{"Alarms are never evaluated, and no policy ever acts", []string{
		"internal/stack TestTrafficScalesTheGroupOutAndInAgain", "internal/localcloud/cloudwatch TestAlarmFollowsItsMetric",
		"internal/localcloud/cloudwatch TestIdleAlarmIsLowOnlyWhenBothMetricsAre", "internal/localcloud/autoscaling TestAGroupGrowsWhileItsAlarmRingsAndShrinksWhenIdle",
	}},
	{"A scaling policy is made without an ARN, which alarms need; mended", []string{"internal/localcloud/autoscaling TestAPolicyKeepsItsARN"}},
	{"Client tokens are ignored: a call whose answer is lost makes a second resource", []string{
		"internal/stack TestALostAnswerMakesNothingTwice", "lambdas/builder TestALostAnswerLaunchesNoSecondBuilder",
		"internal/localcloud/ec2 TestRunInstancesIsIdempotentByItsToken", "internal/localcloud/ec2 TestALaunchTemplateIsMadeOnceByItsToken",
		"internal/localcloud/scheduler TestCreateScheduleIsIdempotentByClientToken",
	}},
	{"CreateImage refuses tags of the snapshot; mended", []string{
		"lambdas/image TestImageAndSnapshotCarryWhereTheyComeFrom", "lambdas/sweep TestASnapshotThatOutlivesItsImageIsSweptToo",
	}},
	{"Targets are always healthy", []string{
		"internal/stack TestAFailedRollingReleaseLeavesTheFormerServing", "lambdas/balancer TestVerifyIsNotContentWithUnhealthyTargets",
		"internal/localcloud/elb TestHealthFollowsTheChecks", "internal/localcloud/autoscaling TestAnInstanceThatFallsIllIsReplaced",
	}},
	{"Instances run, images are available and load balancers active at once, and all that is made is seen at once", []string{
		"conformance/faults TestEveryFault", "internal/localcloud/ec2 TestAnInstancePassesThroughItsStatesAndTellsThem",
		"internal/localcloud/ec2 TestAnImageBecomesAvailableWithItsSnapshot", "internal/localcloud/ec2 TestANewInstanceIsNotFoundWhileEC2LagsBehind",
		"internal/localcloud/elb TestLoadBalancerBecomesActiveOrFails", "lambdas/builder TestABuilderThatCannotBeSeenYetIsNotLaunchedTwice",
	}},
	{"There is always capacity, and no quota but those of VPC", []string{
		"internal/stack TestNoCapacityAnywhereIsSaid", "internal/stack TestAZoneWithoutCapacityIsMadeUpForByTheOther",
		"lambdas/plan TestTheQuotaMustHoldWhatTheReleaseNeedsAtATime", "internal/localcloud/quotas TestTheQuotaIsTheOneThatEC2Enforces",
	}},
	{"Instances run nothing: the tests report a build's result, and answer for the home page", []string{
		"gallery-ami/recipe TestABuildersReportIsAnEventWhateverTheLogSays", "gallery-ami/recipe TestProvisioningInstallsTheBundleAndCleansTheImage",
		"gallery-ami/recipe TestAnInstanceThatGetsNoKeyFailsAndSaysSo", "internal/local/process TestABundleBecomesAnImageAndTheImageAServingInstance",
	}},
	{"EventBridge tells functions and state machines nothing: the tests deliver, by the deployed rules", []string{
		"internal/stack TestEventsOfBuildersReachResume", "internal/stack TestAnEventIsNotLostWhenResumeFailsOnce",
		"internal/localcloud/lambda TestAnAsynchronousInvocationIsTriedThreeTimes", "cdk TestNoEventIsLostForWantOfAPermission",
	}},
	{"Schedules never come due", []string{
		"internal/stack TestATTLTearsDownItsOwnReleaseOnly", "internal/stack TestAScheduleStartsAStateMachine",
		"internal/localcloud/scheduler TestSchedulesStartTheirTargetsOnTime", "cdk TestSchedulesAreAsTheOptionsSay",
	}},
	{"IAM knows actions, and neither resources nor conditions, nor who may assume a role: the tests hold each call to its role themselves", []string{
		"conformance/deployed TestTheDeployedProduct", "cdk TestNoFunctionMayDoMoreThanItsStepDeclares", "cdk TestEveryDeclaredOperationIsAllowed",
		"cdk TestExecutionsAreStartedAndListedByTheirMachine", "cdk TestServicesThatActForOthersAreBoundToThisAccount",
	}},
	{"An execution is never redriven, nor waits for that", []string{"lambdas/lock TestAHolderThatWaitsForItsRedriveHasNotEnded"}},
	{"Functions are not run: the tests run the executable, by a Lambda Runtime API of their own", []string{
		"conformance/runtimeapi TestAFunctionIsInvokedAgainAndAgain", "conformance/runtimeapi TestAFunctionThatTakesTooLongIsKilled",
		"lambdas/bootstrap TestTheRuntimeReportsAFailureByItsCode",
	}},
	{"A template's functions are all for x86_64, and a custom resource's function is not called", []string{
		"conformance/deployed TestTheDeployedProduct", "internal/stack TestDeletingTheStackLeavesNothing", "lambdas/destroy TestADeletionTearsTheEnvironmentDown",
		"cdk TestWhatATeardownUsesOutlivesIt",
	}},
	{"Policies of buckets, queues and topics, filters of metrics and rules of egress are left out", []string{
		"cdk TestWhoMayWriteToQueueAndTopic", "cdk TestNoGroupLetsEverythingOut", "cdk TestTheSolutionsChecksOfCDKNagFindNothing",
		"cdk TestTheTemplateIsTheSnapshot",
	}},
	{"What a deletion leaves for minutes, such as a load balancer's interfaces, is gone at once; nothing drains", []string{
		"internal/localcloud/elb TestDeletedLoadBalancerIsGoneAndItsInterfacesLater", "internal/localcloud/elb TestDrainingTargetEndsItsRequestsAndGetsNoNewOnes",
		"lambdas/sweep TestTheOrderOfATeardown",
	}},
	{"The stack is deployed without a domain", []string{
		"internal/stack TestADomainLeadsToTheReleaseUntilTheTeardown", "lambdas/balancer TestTheEntranceFollowsTheDomain",
		"lambdas/bootstrap TestTheLoadBalancerIsAskedForTheDomainsCertificate", "cdk TestTheEntranceIsOpenToTheRangeAloneAndToHTTPSWithADomain",
	}},
}

func gapTable() string {
	var text strings.Builder
	text.WriteString("| moto | covered by |\n|---|---|\n")
	for _, one := range gaps {
		fmt.Fprintf(&text, "| %s | %s |\n", one.what, byFolder(one.covered))
	}
	return text.String()
}

// byFolder names tests behind their folder, which is linked once.
func byFolder(names []string) string {
	var text strings.Builder
	last := ""
	for _, name := range names {
		folder, test, _ := strings.Cut(name, " ")
		switch {
		case last == "":
			fmt.Fprintf(&text, "[%s](../%s): ", folder, folder)
		case folder == last:
			text.WriteString(", ")
		default:
			fmt.Fprintf(&text, "<br>[%s](../%s): ", folder, folder)
		}
		fmt.Fprintf(&text, "`%s`", test)
		last = folder
	}
	return text.String()
}
