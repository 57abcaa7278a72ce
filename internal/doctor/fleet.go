package doctor

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/records"
)

// fleet checks that what is recorded as serving can: a lab stops instances at the end of its session,
// and Auto Scaling may still be replacing them.
func (e *examination) fleet(ctx context.Context) Finding {
	if e.environment == "" {
		return Finding{}
	}
	recorded, err := records.ReadCurrent(ctx, e.DynamoDB, e.table)
	if err != nil {
		return e.unseen(err)
	}
	if !recorded.Serving {
		return well("nothing serves")
	}
	group, err := fleet.Group(ctx, e.AutoScaling, e.environment.Group(recorded.Serves()))
	if err != nil {
		return e.unseen(err)
	}
	if group == nil || fleet.IsDeleting(group) {
		return well("release %s is recorded as serving, and its group is gone", recorded.Release).
			but(Failed, "Release again with `gallery release --stack %s`, which makes another, or tear down with `gallery teardown --stack %s`.", e.Stack, e.Stack)
	}
	least, serving := int(aws.ToInt32(group.MinSize)), len(fleet.InService(group))
	f := well("release %s has %d instances in service, of at least %d", recorded.Release, serving, least)
	if serving < least {
		return f.but(Warning, "Auto Scaling replaces what was stopped, in some minutes: `gallery status --stack %s` shows its activities. If it does not, run `gallery teardown --stack %s` and release again.", e.Stack, e.Stack)
	}
	return f
}
