package local

import (
	"context"
	"io"
	"time"

	"photogallery/internal/console"
	"photogallery/internal/environment"
)

// shown is the cloud as its console sees it. Nothing here takes long or costs anything.
type shown struct{ *Local }

func (l *Local) newConsole() *console.Console {
	return console.New(console.Options{
		Cloud: shown{l}, Executions: l.stack.SFN, Events: l.stack.Events, Crash: l.Crash, Polls: console.OnOneMachine,
		ReleaseMachine: l.stack.Settings.ReleaseMachine, TeardownMachine: l.stack.Settings.TeardownMachine, Opener: "gallery status",
	})
}

// Status implements console.Cloud.
func (s shown) Status(context.Context) (environment.Status, error) { return s.Local.Status(), nil }

// Images implements console.Cloud.
func (s shown) Images(context.Context) ([]environment.Image, error) { return s.Local.Images(), nil }

// Settings implements console.Cloud.
func (s shown) Settings(ctx context.Context) (environment.Settings, error) {
	return s.configurer().Settings(ctx)
}

// Samples implements console.Cloud.
func (s shown) Samples(_ context.Context, after time.Time) ([]environment.Sample, error) {
	return s.Local.Samples(after), nil
}

// Log implements console.Cloud.
func (s shown) Log(_ context.Context, instance string) (io.ReadSeekCloser, error) {
	return s.Local.Log(instance)
}

// LogsOf implements console.Cloud.
func (s shown) LogsOf(_ context.Context, release string) ([]string, error) {
	return s.Local.LogsOf(release)
}
