// Package promote holds the steps that promote a release to the serving one and remove what a
// rollback no longer needs.
package promote

import (
	"context"
	"time"

	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Promote records the release as the serving one. A release that fails before this step is undone;
// after it the release stays.
var Promote = step.Define(step.Step{
	Name:     "Promote",
	Summary:  "Records the release as the one that serves, and the former one as what a rollback would go to.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,

	DefaultBundle: true,
	Operations: []step.Operation{
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		{Name: "dynamodb:PutItem", Scope: step.StackTable},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, Input) (Promoted, error) {
	return promoter{clients.DynamoDB, settings}.run
})

// Input is the input of Promote.
type Input struct {
	step.Call
	Plan            release.Plan `json:"plan"`
	Slot            release.Slot `json:"slot"`
	Image           string       `json:"image"`
	TemplateVersion string       `json:"templateVersion"`
	TeardownAt      string       `json:"teardownAt"` // RFC 3339, or "" for never
}

// Promoted is the record of the release that serves now.
type Promoted struct{ release.Current }

// Note names the version that serves, and its sizes.
func (p Promoted) Note() string { return p.Summary() }

type tableAPI interface {
	records.Reader
	records.Writer
}

type promoter struct {
	table    tableAPI
	settings step.Settings
}

func (p promoter) run(ctx context.Context, in Input) (Promoted, error) {
	if err := records.RequireLock(ctx, p.table, p.settings.Table, in.Execution); err != nil {
		return Promoted{}, err
	}
	former, err := records.ReadCurrent(ctx, p.table, p.settings.Table)
	if err != nil {
		return Promoted{}, err
	}
	next := former
	isPromoted := former.Serving && former.Release == in.Plan.Release // by an earlier run of this step
	if !isPromoted {
		if next, err = p.successor(former, in); err != nil {
			return Promoted{}, err
		}
		if err := records.WriteCurrent(ctx, p.table, p.settings.Table, next); err != nil {
			return Promoted{}, err
		}
	}
	return Promoted{next}, p.configure(ctx, in.Plan)
}

// configure makes the settings that the release named the configured ones, so that the next release
// does not return to those that this one left. Settings that were configured since the release began
// are newer, and stay.
func (p promoter) configure(ctx context.Context, plan release.Plan) error {
	if plan.Settings == plan.Configured {
		return nil
	}
	return records.ChangeSettings(ctx, p.table, p.settings.Table, func(recorded *records.Settings) (bool, error) {
		if recorded.Configured != plan.Configured {
			return false, nil
		}
		recorded.Configured = plan.Settings
		return true, nil
	})
}

// successor returns the record that follows former. A release of the same image keeps the former
// image for a rollback.
func (p promoter) successor(former release.Current, in Input) (release.Current, error) {
	next := release.Current{
		Serving: true, Slot: in.Slot, Strategy: in.Plan.Strategy, Release: in.Plan.Release, Version: in.Plan.Version,
		Image: in.Image, FormerImage: former.Image,
		Digest: in.Plan.Digest, Bundle: in.Plan.Bundle,
		TemplateVersion: in.TemplateVersion, FormerTemplate: former.TemplateVersion,
		Settings: in.Plan.Settings, FormerSettings: former.Settings,
		MinSize: in.Plan.MinSize, MaxSize: in.Plan.MaxSize,
		InstanceType: in.Plan.InstanceType, TeardownAt: in.TeardownAt, Timetable: in.Plan.Timetable,
	}
	if former.Image == in.Image {
		next.FormerImage = former.FormerImage
	}
	if p.settings.DefaultBundle == "" {
		return next, nil
	}
	bundle, err := release.ParseBundle(p.settings.DefaultBundle)
	next.DefaultBundle = bundle
	return next, err
}
