package cdk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"photogallery/cdk"
)

// https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
func TestFrontDoorIsOpenToEverybodyByItsAddressAlone(t *testing.T) {
	made := synthesize(t, "everything")
	var open []string
	for _, permission := range made.of("AWS::Lambda::Permission") {
		if permission.Properties["Principal"] == "*" {
			open = append(open, fmt.Sprint(permission.Properties["Action"], " ", permission.Properties["FunctionUrlAuthType"], " ", permission.Properties["InvokedViaFunctionUrl"]))
		}
	}
	slices.Sort(open)
	if fmt.Sprint(open) != "[lambda:InvokeFunction <nil> true lambda:InvokeFunctionUrl NONE <nil>]" {
		t.Errorf("everybody may %v", open)
	}
	if urls := made.of("AWS::Lambda::Url"); len(urls) != 1 || made.Outputs["FrontDoorUrl"].Value == nil {
		t.Errorf("there are %d addresses", len(urls))
	}
	if urls := synthesize(t, "defaults").of("AWS::Lambda::Url"); len(urls) != 0 {
		t.Error("a front door is there without the option")
	}
}

func TestFrontDoorNeedsAnEndOfWhatItStarts(t *testing.T) {
	if _, err := cdk.ParseOptions(map[string]any{"wake": "click"}); err == nil || !strings.Contains(err.Error(), "sleepAfter") {
		t.Errorf("wake alone: %v", err)
	}
	for _, end := range []map[string]any{{"wake": "click", "sleepAfter": "45m"}, {"wake": "visit", "nightlyTeardown": "cron(0 20 * * ? *)"}} {
		if _, err := cdk.ParseOptions(end); err != nil {
			t.Errorf("%v: %v", end, err)
		}
	}
}
