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

// Only the domain leads to the HTTP API, and Route 53 prefers every record of a release to that one.
func TestFrontDoorAnswersUnderTheDomainUntilAReleaseDoes(t *testing.T) {
	made := synthesize(t, "everything")
	api := made.Resources[theOnly(t, made, "AWS::ApiGatewayV2::Api")].Properties
	if api["DisableExecuteApiEndpoint"] != true {
		t.Error("the API answers under an address of its own")
	}
	stage := made.Resources[theOnly(t, made, "AWS::ApiGatewayV2::Stage")].Properties
	if text := fmt.Sprint(stage["StageVariables"]); !strings.Contains(text, "FunctionUrl") || stage["DefaultRouteSettings"] == nil {
		t.Errorf("the stage has the variables %s and the limits %v", text, stage["DefaultRouteSettings"])
	}
	if text := fmt.Sprint(made.Resources[theOnly(t, made, "AWS::ApiGatewayV2::DomainName")].Properties); !strings.Contains(text, "REGIONAL") || !strings.Contains(text, "TLS_1_2") {
		t.Errorf("the domain has %s", text)
	}
	record := made.Resources[theOnly(t, made, "AWS::Route53::RecordSet")].Properties
	if fmt.Sprintf("%v %v", record["Weight"], record["SetIdentifier"]) != "0 door" {
		t.Errorf("the record has %v", record)
	}
	for id, permission := range made.of("AWS::Lambda::Permission") {
		if permission.Properties["Principal"] == "apigateway.amazonaws.com" && permission.Properties["SourceArn"] == nil {
			t.Errorf("%s admits every API", id)
		}
	}
	for _, context := range []map[string]any{{"wake": "click", "sleepAfter": "45m"}, {"domain": "photos.example.com", "hostedZone": "Z0123456789ABCDEFGHIJ"}} {
		if apis := decode(t, raw(t, context)).of("AWS::ApiGatewayV2::Api"); len(apis) != 0 {
			t.Errorf("%v makes an API", context)
		}
	}
}
