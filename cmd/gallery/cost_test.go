package main

import (
	"encoding/json"
	"strings"
	"testing"

	"photogallery/internal/cost"
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

func TestCostThatCannotBeReckonedIsTold(t *testing.T) {
	for name, test := range map[string]struct {
		arguments []string
		words     []string
	}{
		"an unknown type":     {[]string{"--instance-type", "t4g.smal"}, []string{`"t4g.smal"`, "t4g.small", price.Path}},
		"more than there are": {[]string{"--hours", "25", "--traffic", "-1"}, []string{"hours: 25", "traffic: -1"}},
		"no fleet":            {[]string{"--min-size", "4", "--max-size", "2"}, []string{"minSize: 4", "maxSize"}},
	} {
		t.Run(name, func(t *testing.T) {
			gallery(t, append([]string{"cost"}, test.arguments...)...).wants(t, exitUsage, test.words...)
		})
	}
}
