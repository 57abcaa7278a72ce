package console_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"photogallery/conformance/tab"
	"photogallery/internal/console"
	"photogallery/internal/environment"
	"photogallery/release"
)

// asOnAWS makes a console that of a stack with a budget, settings and a schedule for sleep.
func asOnAWS(cloud *simulated, o *console.Options) {
	now := time.Now().UTC()
	cloud.onAWS = &environment.Status{
		Stack: "photogallery-main", Region: "eu-central-1",
		Spending:  &release.Spending{Month: release.MonthOf(now), Spent: 4.2, At: now, Hour: 0.07, Budget: 10},
		Schedules: []environment.Schedule{{Name: "photogallery-main-sleep", Starts: "sleep", Expression: "at(2026-01-31T14:30:00)", Next: now.Add(time.Hour)}},
		Visits:    &environment.Visits{Last: now.Add(-10 * time.Minute), Sleeps: now.Add(35 * time.Minute), Minutes: 45},
	}
	cloud.settings = environment.Settings{Values: []environment.Setting{{Name: "GREETING", Value: "a value"}}, Secrets: []environment.Secret{{Name: "TOKEN"}}}
	o.Crash, o.Opener = nil, "gallery console --stack photogallery-main"
	o.Cost = func(context.Context) (console.Cost, error) {
		return console.Cost{Hour: 0.0688, Idle: 0.0014, Least: 0.07, Most: 0.13, Currency: "USD", Region: "us-east-1", Date: "2026-11-25"}, nil
	}
}

func TestPageOfAStackShowsItsCostAndNoValues(t *testing.T) {
	p := openWith(t, asOnAWS)
	at := tab.Open(t, tab.Start(t), p.URL+p.console.Ticket(), "tab")
	at.Says("#price", "$0.069 an hour")
	at.Says("#environment", "photogallery-main, eu-central-1")
	at.Look("planned")
	at.Says(".cost", "of which $0.0014 stays after a teardown")
	at.Says(".cost", "$4.20 of the budget of $10.00 is spent this month")
	at.Says(".schedules", "Teardown unless somebody visits")
	at.Says(".schedules", "at the earliest, after 45 minutes without a visit")
	at.Says(".planned", "The last visit was at")
	at.Says(".planned", "CloudWatch learns of a visit a minute or two later")
	at.Says("#tabs", "sleep in 34 min")
	if strings.Contains(at.Text(".schedules"), "photogallery-main-sleep") {
		t.Error("the page shows the first look, which a visit has put off")
	}
	at.Says(".settings", "GREETING")
	at.Says(".settings", "TOKEN secret")
	if strings.Contains(at.Text("main"), "a value") {
		t.Error("the page shows the value of a setting")
	}
	at.Accessible("schedule, budget and settings of a stack")
	at.Click("#open-release")
	at.Says("dialog", "the environment costs $0.070 to $0.130 an hour beside the traffic; now $0.069")
	at.Accessible("the release's form with its cost")
}
