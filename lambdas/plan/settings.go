package plan

import (
	"context"
	"fmt"
	"time"

	"photogallery/lambdas/records"
	"photogallery/release"
)

// appSettings takes the configured settings unless the request names others. A rebake keeps those that
// serve, and leaves the configured ones to the next release. It reads only the record:
// to look for the document itself, S3 would require the permission to read it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
func (p planner) appSettings(ctx context.Context, d *draft) error {
	recorded, err := records.ReadSettings(ctx, p.table, p.settings.Table)
	if err != nil {
		return err
	}
	d.plan.Settings, d.plan.Configured = recorded.Configured, recorded.Configured
	switch asked := d.request.Settings; {
	case d.request.RebakeIfNewer:
		d.plan.Settings, d.plan.Configured = d.serving.Settings, d.serving.Settings
	case asked == release.NoSettings:
		d.plan.Settings = ""
	case asked != "" && recorded.Find(asked) == nil:
		return release.Errorf(release.InvalidRequest, "settings: environment %s has no settings %s; %s", p.settings.Environment, asked, choice(recorded))
	case asked != "":
		d.plan.Settings = asked
	}
	return nil
}

// choice names the settings that a request may give, at most the newest five.
func choice(recorded records.Settings) string {
	const most = 5
	if len(recorded.Known) == 0 {
		return "there are none at all: leave it out, or set some with `gallery config set NAME=VALUE`"
	}
	text := "give none, leave it out for the configured ones, or give one of"
	for _, known := range recorded.Known[:min(most, len(recorded.Known))] {
		text += fmt.Sprintf(" %s (%s)", known.Digest, known.At.UTC().Format(time.RFC3339))
	}
	return text
}
