package e2e

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"photogallery/internal/awsstack"
	"photogallery/internal/doctor"
	"photogallery/internal/price"
	"photogallery/release"
)

// admit refuses a run that would cost too much, uses another account, or would fail. It changes
// nothing.
func (r *run) admit(ctx context.Context) (Budget, error) {
	price, err := r.Story.Reckon()
	if err != nil {
		return Budget{}, err
	}
	budget, err := price.Plan(r.Cap, r.Story.Takes())
	if err != nil {
		return Budget{}, err
	}
	if err := r.knowPrices(); err != nil {
		return Budget{}, err
	}
	if err := r.identify(ctx); err != nil {
		return Budget{}, err
	}
	if err := r.examine(ctx); err != nil {
		return Budget{}, err
	}
	r.say(`
Environment %s. After %s at the latest, at %s, it is cleaned up; that takes %s at most.
All in all it costs $%.2f at most; the cap is $%.2f.
Should this machine die: make aws-sweep ENVIRONMENT=%[1]s
`, r.Environment, minutes(budget.Story), r.began.Add(budget.Story).Format(time.TimeOnly), minutes(cleaningUp), budget.Most, budget.Cap)
	return budget, nil
}

// knowPrices refuses a region without known prices, in which the cap would be worth nothing.
func (r *run) knowPrices() error {
	if list := price.Load(); r.Config.Region != list.Region {
		return release.Errorf(release.InvalidRequest, "region %s: the cap is computed from the prices of %s, in %s, and holds nowhere else: set AWS_REGION=%s, or write that region's prices into the file",
			r.Config.Region, list.Region, price.Path, list.Region)
	}
	return nil
}

// identify asks AWS for the caller's identity, and refuses another account than the named one.
func (r *run) identify(ctx context.Context) error {
	out, err := sts.NewFromConfig(r.Config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return awsstack.Explain(err, r.Config.Region)
	}
	r.account.ID, r.account.Partition = aws.ToString(out.Account), "aws"
	if parts := strings.Split(aws.ToString(out.Arn), ":"); len(parts) > 1 {
		r.account.Partition = parts[1]
	}
	r.say("Account %s, region %s, as %s.", r.account.ID, r.Config.Region, aws.ToString(out.Arn))
	if r.Account != "" && r.Account != r.account.ID {
		return release.Errorf(release.AccessDenied, "the credentials are of account %s, and GALLERY_AWS_E2E_ACCOUNT names %s: choose another AWS_PROFILE, or leave that variable out", r.account.ID, r.Account)
	}
	return nil
}

// examine runs the checks of `gallery doctor` before a first deployment.
func (r *run) examine(ctx context.Context) error {
	var failed []string
	doctor.Examine(ctx, doctor.Options{
		Config: r.Config, Architecture: release.ARM64, InstanceType: instanceType, MinSize: minFleet, MaxSize: maxFleet, Tool: r.Tool,
	}, func(f doctor.Finding) {
		if f.Check == "photo bucket" {
			return // of the environment main, which a run does not touch
		}
		r.say("%s %-28s %s", map[doctor.Verdict]string{doctor.OK: "✓", doctor.Warning: "!", doctor.Failed: "✗"}[f.Verdict], f.Check, f.Saw)
		if f.Verdict == doctor.Failed {
			failed = append(failed, f.Check+": "+f.Remedy)
		}
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if len(failed) > 0 {
		return release.Errorf(release.InvalidRequest, "a run would fail here. %s", strings.Join(failed, " "))
	}
	return nil
}
