package cdk_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestBudgetIsCheckedEachHourWhereThereIsOne(t *testing.T) {
	for budget, want := range map[string]int{"off": 0, "20": 1} {
		made := decode(t, raw(t, map[string]any{"budget": budget}))
		checks := 0
		for _, rule := range made.of("AWS::Events::Rule") {
			if rule.Properties["ScheduleExpression"] == "rate(1 hour)" && strings.HasSuffix(fmt.Sprint(rule.Properties["Name"]), "-budget-check") {
				checks++
			}
		}
		if checks != want {
			t.Errorf("a budget %s is checked by %d rules, want %d", budget, checks, want)
		}
		for id, function := range made.of("AWS::Lambda::Function") {
			environment, _ := function.Properties["Environment"].(map[string]any) // the CDK's own may have none
			variables, _ := environment["Variables"].(map[string]any)
			if _, isStep := variables["RELEASE_MACHINE"]; isStep && (variables["BUDGET"] == "20") != (want == 1) {
				t.Errorf("with a budget %s %s has %v", budget, id, variables["BUDGET"])
			}
		}
	}
}

// What stands without a fleet is billed for good.
func TestDashboardAndAlarmsOfEndsAreAnOption(t *testing.T) {
	for name, want := range map[string][2]int{"defaults": {0, 2}, "everything": {1, 8}} {
		made := synthesize(t, name)
		if got := [2]int{len(made.of("AWS::CloudWatch::Dashboard")), len(made.of("AWS::CloudWatch::Alarm"))}; got != want {
			t.Errorf("with %s there are %d dashboards and %d alarms, want %d and %d", name, got[0], got[1], want[0], want[1])
		}
	}
}
