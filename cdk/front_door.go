package cdk

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"photogallery/lambdas/door"
	"photogallery/lambdas/step"
	"photogallery/release"
)

func parseWake(o *Options, value string) error {
	switch wake := step.Wake(value); wake {
	case off:
		return nil
	case step.WakeByClick, step.WakeByVisit:
		o.Wake = wake
		return nil
	}
	return errors.New("no way to wake the gallery")
}

func parseNumber(field *int, value string, least, most int) (err error) {
	*field, err = strconv.Atoi(strings.TrimSpace(value))
	if err != nil || *field < least || *field > most {
		return errors.New("not such a number")
	}
	return nil
}

// hasFrontDoor reports whether there is a function URL.
func (o Options) hasFrontDoor() bool { return o.Wake != "" }

// wakeConflicts refuses a door at which a stranger could start what nothing ends.
func (o Options) wakeConflicts() (problems release.Problems) {
	if o.hasFrontDoor() && o.SleepAfter == 0 && o.NightlyTeardown == "" {
		problems = append(problems, release.Problem{Field: "wake", Message: fmt.Sprintf("%q without an end: give sleepAfter, such as 45m, or nightlyTeardown, so that what a visitor starts is torn down", o.Wake)})
	}
	return problems
}

// night returns when visitors may not wake the gallery.
func (o Options) night() step.Night {
	if o.WakeAtNight || o.NightlyTeardown == "" || o.MorningRelease == "" {
		return step.Night{}
	}
	return step.Night{Teardown: o.NightlyTeardown, Release: o.MorningRelease, TimeZone: o.TimeZone}
}

// doorConcurrency bounds what a flood of requests can cost: a function URL answers ten times as many
// requests a second. A lab's account has too few to reserve any.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
func (o Options) doorConcurrency() *float64 {
	if o.WakeConcurrency == 0 || o.isLab() {
		return nil
	}
	return jsii.Number(o.WakeConcurrency)
}

// addFrontDoor makes the function with a URL for everybody. New URLs need two permissions, which the CDK
// adds. The URL is deleted before the destroyer tears down, so that no visitor wakes what that removes.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
func (s *stack) addFrontDoor(destroyer constructs.IDependable) {
	if !s.options.hasFrontDoor() {
		return
	}
	code := awslambda.Code_FromAsset(jsii.String(s.assets.Functions), nil)
	function := s.function(door.FrontDoor, code, s.settings(), s.places())
	if reserved := s.options.doorConcurrency(); reserved != nil {
		function.Node().DefaultChild().(awslambda.CfnFunction).SetReservedConcurrentExecutions(reserved)
	}
	url := awslambda.NewFunctionUrl(s.scope, jsii.String("FrontDoorAddress"), &awslambda.FunctionUrlProps{
		Function: function, AuthType: awslambda.FunctionUrlAuthType_NONE,
	})
	url.Node().AddDependency(destroyer)
	s.frontDoor = url.Url()
	s.addDomainDoor(function, url.Url())
}

// addWaking adds the settings of the front door.
func (s *stack) addWaking(settings map[string]*string) {
	if !s.options.hasFrontDoor() {
		return
	}
	if s.options.hasDomainDoor() {
		settings["DOOR"] = jsii.String("on")
	}
	settings["WAKE"] = jsii.String(string(s.options.Wake))
	settings["WAKE_LIMIT"] = jsii.String(strconv.Itoa(s.options.WakeLimit))
	if night := s.options.night(); night != (step.Night{}) {
		settings["NIGHT_TEARDOWN"], settings["NIGHT_RELEASE"], settings["NIGHT_TIME_ZONE"] = jsii.String(night.Teardown), jsii.String(night.Release), jsii.String(night.TimeZone)
	}
}
