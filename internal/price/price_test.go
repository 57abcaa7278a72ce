package price_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"photogallery/internal/price"
	"photogallery/lambdas"
	"photogallery/lambdas/plan"
	"photogallery/release"
)

func TestPriceFileIsValid(t *testing.T) {
	list := price.Load()
	if date, err := time.Parse(time.DateOnly, list.Date); err != nil || date.After(time.Now()) {
		t.Errorf("it is of %q, %v", list.Date, err)
	}
	for key, p := range list.Prices {
		if p.What == "" || p.Price <= 0 || p.Per <= 0 || p.Unit == "" || !strings.HasPrefix(p.Source, "https://aws.amazon.com/") {
			t.Errorf("%s is %+v", key, p)
		}
	}
	for _, architecture := range release.Architectures() {
		if _, err := list.Instance(plan.UsualType(architecture)); err != nil {
			t.Error(err)
		}
	}
	for _, name := range list.InstanceTypes() {
		if p, err := list.Instance(name); err != nil || p.Price <= 0 || !plan.IsStandard(name) {
			t.Errorf("%s is %+v, %v", name, p, err)
		}
	}
}

func TestFunctionsCostMoreOnX86(t *testing.T) {
	list := price.Load()
	for instanceType, key := range map[string]string{
		"t4g.small": "function-time", "is4gen.medium": "function-time", "x2gd.large": "function-time",
		"t3.small": "function-time-x86_64", "g4dn.xlarge": "function-time-x86_64",
	} {
		if got, known := list.Of("function-time", instanceType); !known || got != list.Prices[key] {
			t.Errorf("with %s they cost %+v", instanceType, got)
		}
	}
	if got, known := list.Of("disk", "t3.small"); !known || got != list.Prices["disk"] {
		t.Errorf("a disk costs %+v", got)
	}
}

func TestUnknownInstanceTypeIsReportedWithTheKnownOnes(t *testing.T) {
	_, err := price.Load().Instance("t4g.smal")
	if release.CodeOf(err) != release.InvalidRequest {
		t.Fatal(err)
	}
	for _, word := range []string{`"t4g.smal"`, "t4g.small", "m7g.large", price.Path, price.Load().Date} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%v does not say %q", err, word)
		}
	}
}

// only are the prefixes of operations that read or end something, or that AWS bills by nothing.
var only = []string{
	"autoscaling:Describe", "autoscaling:Delete", "autoscaling:Cancel", "autoscaling:Rollback", "autoscaling:Update", "autoscaling:PutScalingPolicy", "autoscaling:PutScheduled",
	"cloudwatch:Describe", "cloudwatch:Delete",
	"ec2:Describe", "ec2:GetEbs", "ec2:Delete", "ec2:Deregister", "ec2:Terminate", "ec2:CreateLaunchTemplate", "ec2:ModifyLaunchTemplate", "ec2:EnableImage",
	"elasticloadbalancing:Describe", "elasticloadbalancing:Delete", "elasticloadbalancing:CreateListener", "elasticloadbalancing:CreateRule", "elasticloadbalancing:Modify", "elasticloadbalancing:Set",
	"iam:", "route53:", // the zone is its owner's, and queries of an alias are free
	"s3:Delete", // https://aws.amazon.com/s3/pricing/
	"scheduler:Delete", "scheduler:Get", "scheduler:List", "servicequotas:", "ssm:GetParameter",
	"states:Describe", "states:GetExecution", "states:List", "states:Start", "states:Stop", "states:SendTask", // transitions are billed
}

func TestEveryBilledOperationOfAStepHasItsPrices(t *testing.T) {
	billed := price.Load().Billed
	for _, s := range lambdas.Steps() {
		for _, operation := range s.Operations {
			isFree := slices.ContainsFunc(only, func(prefix string) bool { return strings.HasPrefix(operation.Name, prefix) })
			if _, known := billed[operation.Name]; known == isFree {
				t.Errorf("step %s calls %s, which %s has %t and the free ones have %t", s.Name, operation.Name, price.Path, known, isFree)
			}
		}
	}
}

func TestEveryPriceIsOfSomething(t *testing.T) {
	list := price.Load()
	used := map[string]bool{price.InstanceKey: true}
	for of, keys := range list.Billed {
		for _, key := range keys {
			if _, known := list.Prices[key]; !known && key != price.InstanceKey {
				t.Errorf("%s is billed by %q, which has no price", of, key)
			}
			used[key] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(list.Prices)) {
		if !used[key] {
			t.Errorf("nothing is billed by %s", key)
		}
	}
}
