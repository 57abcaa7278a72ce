package cdk_test

import (
	"fmt"
	"testing"

	"photogallery/lambdas/current"
)

// Without it the records of builds would stay for ever, though they say when they may go.
func TestTheTableForgetsWhatHasExpired(t *testing.T) {
	made := synthesize(t, "defaults")
	table := made.Resources[theOnly(t, made, "AWS::DynamoDB::Table")]
	if got, want := fmt.Sprint(table.Properties["TimeToLiveSpecification"]), fmt.Sprintf("map[AttributeName:%s Enabled:true]", current.Expires); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTargetsAreHealthyWhenTheyServeTheHomePage(t *testing.T) {
	made := synthesize(t, "defaults")
	group := made.Resources[theOnly(t, made, "AWS::ElasticLoadBalancingV2::TargetGroup")].Properties
	for property, want := range map[string]string{
		"HealthCheckPath": "/", "Matcher": "map[HttpCode:200]", "Protocol": "HTTP", "Port": "80", "TargetType": "instance",
	} {
		if got := fmt.Sprint(group[property]); got != want {
			t.Errorf("%s is %s, want %s", property, got, want)
		}
	}
}
