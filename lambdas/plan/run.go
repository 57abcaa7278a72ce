package plan

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"photogallery/release"
)

// planRun plans the run of a command: on the image and with the settings of the serving release,
// unless the request names others. Whether the command is there its instance finds out.
func (p planner) planRun(ctx context.Context, name string, request release.Request, serving release.Current) (release.Plan, error) {
	d := draft{request: request, serving: serving, plan: release.Plan{
		Release: name, Wait: request.Wait, By: request.By,
		Run: true, RunSeconds: int(request.TimeLimit().Round(time.Second) / time.Second),
	}}
	err := d.ask(ctx, p.budget, plainName, servingRelease, p.appSettings, p.runImage, p.ebsKey, p.instanceType, p.priced, p.runInLab, p.quota)
	d.plan.Note = fmt.Sprintf("a command on %s, version %s, on one %s, for at most %s", d.plan.Image, d.plan.Version, d.plan.InstanceType, request.TimeLimit())
	return d.plan, err
}

// servingRelease takes from the serving release what a request without an image leaves out.
func servingRelease(_ context.Context, d *draft) error {
	if d.request.Image != "" {
		return nil
	}
	if !d.serving.Serving {
		return release.Errorf(release.InvalidRequest, "image: left out, and no release serves, whose image a command could run on; give the image of a former release")
	}
	d.request.Image, d.request.Version = d.serving.Image, d.serving.Version
	d.request.Settings = cmp.Or(d.request.Settings, d.serving.Settings, release.NoSettings)
	return nil
}

// runImage looks for nothing where servingRelease has found none.
func (p planner) runImage(ctx context.Context, d *draft) error {
	if d.request.Image == "" {
		return nil
	}
	return p.existing(ctx, d)
}
