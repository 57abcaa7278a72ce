package execution

import (
	"context"
	"slices"

	"photogallery/release"
)

// Reverted is what a rollback did.
type Reverted struct {
	Execution string // ARN of the release that was told to roll back, or of the one that was started
	Started   bool   // whether a former release is released again
}

// Revert rolls back the release under way as Decide does. If none is under way it starts a former
// one again, whose input former returns. A release that is under way and cannot be rolled back now is in the way of both.
func (d Decision) Revert(ctx context.Context, api FollowAPI, events EventPutter, starter Starter, former func(context.Context) (input string, err error)) (Reverted, error) {
	running, err := Decision{Machine: d.Machine}.UnderWay(ctx, api)
	if err != nil {
		return Reverted{}, err
	}
	if len(running) == 0 {
		return d.again(ctx, starter, former)
	}
	if d.Release != "" && !slices.Contains(running, release.ExecutionOf(d.Machine, d.Release)) {
		return Reverted{}, release.Errorf(release.InvalidRequest, "release %s is under way, so that %s cannot be released again now: `gallery rollback` without a name rolls back the one under way; else wait for its end", release.NameOf(running[0]), d.Release)
	}
	arn, err := d.Decide(ctx, api, events)
	return Reverted{Execution: arn}, err
}

func (d Decision) again(ctx context.Context, starter Starter, former func(context.Context) (input string, err error)) (Reverted, error) {
	input, err := former(ctx)
	if err != nil {
		return Reverted{}, err
	}
	arn, err := Start(ctx, starter, d.Machine, "release", "", input)
	return Reverted{arn, true}, err
}
