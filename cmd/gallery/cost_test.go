package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"photogallery/internal/cost"
	"photogallery/internal/environment"
	"photogallery/internal/price"
)

func TestCostIsTakenFromThePriceFile(t *testing.T) {
	var bill cost.Bill
	if err := json.Unmarshal([]byte(gallery(t, "cost", "--json").wants(t, 0).out), &bill); err != nil {
		t.Fatal(err)
	}
	if bill.Date != price.Load().Date || bill.InstanceType != "t4g.small" || bill.MinSize != 2 || bill.MaxSize != 5 {
		t.Errorf("the bill is %s, of %d to %d %s", bill.Date, bill.MinSize, bill.MaxSize, bill.InstanceType)
	}
	var sum float64
	for _, line := range bill.Lines {
		sum += line.Month.Most
		if line.Source == "" || line.Unit == "" {
			t.Errorf("%s has no source or unit", line.What)
		}
	}
	if bill.Total.Month.Most < sum-1e-6 || bill.Total.Month.Most > sum+1e-6 {
		t.Errorf("the total is %g, and the lines together %g", bill.Total.Month.Most, sum)
	}
	if bill.Total.Nightly.Most >= bill.Total.Month.Most || bill.Total.Month.Least >= bill.Total.Month.Most {
		t.Errorf("the totals are %+v", bill.Total)
	}
}

func TestCostShowsWhatWasAskedFor(t *testing.T) {
	shown := gallery(t, "cost", "--instance-type", "m7g.large", "--min-size", "3", "--max-size", "3", "--hours", "8").
		wants(t, 0, "3 × m7g.large", price.Load().Date, "us-east-1", "8 hours a day", "Application Load Balancer", "Total in USD").out
	for line := range strings.SplitSeq(shown, "\n") {
		if strings.Contains(line, "m7g.large (the fleet)") && !strings.Contains(line, "0.2448") {
			t.Errorf("three of 0.0816 an hour: %s", line)
		}
	}
}

func TestDocumentShowsTheOutputOfCost(t *testing.T) {
	document, err := os.ReadFile("../../docs/cost.md")
	if err != nil {
		t.Fatal(err)
	}
	said := gallery(t, "cost").wants(t, 0).out
	if !strings.Contains(string(document), "```\n"+said+"```\n") {
		t.Errorf("docs/cost.md shows something else; put this into it:\n%s", said)
	}
}

func TestCostReportsWhatItCannotCompute(t *testing.T) {
	for name, test := range map[string]struct {
		arguments []string
		words     []string
	}{
		"an unknown type":     {[]string{"--instance-type", "t4g.smal"}, []string{`"t4g.smal"`, "t4g.small", price.Path}},
		"more than there are": {[]string{"--hours", "25", "--transfer", "-1"}, []string{"hours: 25", "transfer: -1"}},
		"a region alone":      {[]string{"--region", "eu-west-1"}, []string{"--region eu-west-1", "--stack", "us-east-1"}},
		"no number":           {[]string{"--hours", "NaN"}, []string{"hours: NaN"}},
		"no fleet":            {[]string{"--min-size", "4", "--max-size", "2"}, []string{"minSize: 4", "maxSize"}},
	} {
		t.Run(name, func(t *testing.T) {
			gallery(t, append([]string{"cost"}, test.arguments...)...).wants(t, exitUsage, test.words...)
		})
	}
}

// A flag goes before what is seen of a stack, and that before a release's defaults.
func TestCostOfAStackIsThatOfItsOwnFleetAndSchedules(t *testing.T) {
	seen := cost.Existing{InstanceType: "t4g.micro", MinSize: 1, MaxSize: 3, Zones: 2}
	schedules := []environment.Schedule{
		{Expression: "cron(0 20 * * ? *)", Starts: "teardown"}, {Expression: "cron(0 8 * * ? *)", Starts: "release"},
		{Expression: "at(2030-01-01T00:00:00)", Starts: "teardown"},
	}
	for name, test := range map[string]struct {
		seen  cost.Existing
		flags []string
		want  cost.Wanted
	}{
		"nothing":  {cost.Existing{}, nil, cost.Wanted{InstanceType: "t3.small", MinSize: 2, MaxSize: 5, HoursADay: 12}},
		"as it is": {seen, nil, cost.Wanted{InstanceType: "t4g.micro", MinSize: 1, MaxSize: 3, HoursADay: 12}},
		"as asked": {seen, []string{"--instance-type", "t4g.large", "--max-size", "9", "--hours", "4"}, cost.Wanted{InstanceType: "t4g.large", MinSize: 2, MaxSize: 9, HoursADay: 4}},
	} {
		t.Run(name, func(t *testing.T) {
			command := costCommand()
			if err := command.ParseFlags(test.flags); err != nil {
				t.Fatal(err)
			}
			hours, err := command.Flags().GetFloat64("hours")
			if err != nil {
				t.Fatal(err)
			}
			given, err := costFlags{hours: hours}.wanted(command)
			if err != nil {
				t.Fatal(err)
			}
			got := adapted(command, given, test.seen, "t3.small", schedules)
			if got.InstanceType != test.want.InstanceType || got.MinSize != test.want.MinSize || got.MaxSize != test.want.MaxSize || got.HoursADay != test.want.HoursADay || !got.Observed {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestCostOfWhatIsThereIsShown(t *testing.T) {
	w := cost.Wanted{InstanceType: "t4g.small", MinSize: 2, MaxSize: 2, Zones: 2, HoursADay: 10, Observed: true}
	bill, err := cost.Add(price.Load(), w, cost.Existing{}.Mark(cost.Planned(w), w.InstanceType))
	if err != nil {
		t.Fatal(err)
	}
	bill.Stack, bill.StackRegion = "photogallery-main", "eu-central-1"
	var shown strings.Builder
	if err := showBill(&shown, bill); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"Stack photogallery-main: 2 × t4g.small", "NOW, AN HOUR", "is in eu-central-1, where prices differ"} {
		if !strings.Contains(shown.String(), words) {
			t.Errorf("it does not say %q:\n%s", words, &shown)
		}
	}
}
