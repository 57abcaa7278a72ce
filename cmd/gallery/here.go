package main

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"photogallery/gallery-ami/app"
	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/internal/local/control"
	"photogallery/release"
)

// here is the local cloud on a data folder.
type here struct {
	*control.Client
	endpoint control.Endpoint
	data     string
}

// answersIn is how long a local cloud has to say that it is still there.
const answersIn = 5 * time.Second

// isGone reports whether the local cloud has ended since it was found.
func (h here) isGone() bool {
	ctx, cancel := context.WithTimeout(context.Background(), answersIn)
	defer cancel()
	now, err := control.Find(h.data)
	if err == nil && now == h.endpoint {
		_, err = h.Status(ctx)
	}
	return err != nil || now != h.endpoint
}

// findHere is for a command that works on a local cloud alone, too: it refuses the flags of AWS.
func findHere(command *cobra.Command) (here, error) {
	if err := onlyHere(command); err != nil {
		return here{}, err
	}
	data, err := dataFolder(command)
	if err != nil {
		return here{}, err
	}
	endpoint, err := control.Find(data)
	return here{control.NewClient(endpoint), endpoint, data}, err
}

// onlyHere refuses the flags of AWS, so that nobody believes that they did something.
func onlyHere(command *cobra.Command) error {
	if strings.TrimSpace(given(command, "stack")) != "" {
		return release.Errorf(release.InvalidRequest, "`%s` is for a local cloud alone: leave out --stack", command.CommandPath())
	}
	if also := given(command, "region", "profile"); also != "" {
		return release.Errorf(release.InvalidRequest, "%s goes with --stack, which names a stack on AWS: add that, or leave it out", strings.TrimSpace(also))
	}
	return nil
}

func (h here) cloud(command *cobra.Command) cloud {
	client := h.endpoint.StepFunctions()
	return cloud{place: h, sfn: client, history: client, polls: execution.OnOneMachine, again: given(command, "data")}
}

func (h here) machines(ctx context.Context) (releases, teardowns string, err error) {
	status, err := h.Status(ctx)
	return status.ReleaseMachine, status.TeardownMachine, err
}

// Gallery is known from where the cloud has announced itself.
func (h here) Schedules(ctx context.Context) ([]environment.Schedule, error) {
	status, err := h.Status(ctx)
	return status.Schedules, err
}

// Gallery is the address of a cloud that still runs: another program may listen there since it was killed.
func (h here) Gallery(ctx context.Context) (string, error) {
	_, err := h.Status(ctx)
	return h.endpoint.Gallery, err
}

// bundle is the folder itself: the local cloud packs it.
func (h here) bundle(_ context.Context, folder string) (string, error) { return folder, nil }

func (h here) album(ctx context.Context) (*app.Album, error) {
	photos, err := filepath.Abs(filepath.Join(h.data, control.PhotosFolder))
	if err != nil {
		return nil, err
	}
	storage := url.URL{Scheme: "file", Path: filepath.ToSlash(photos)}
	return app.OpenAlbum(ctx, app.Config{Storage: storage.String()})
}

func (h here) UploadKey(context.Context) (string, error) {
	key, err := os.ReadFile(filepath.Join(h.data, control.UploadKeyFile))
	return strings.TrimSpace(string(key)), err
}

func (h here) logs(instance string, since time.Duration) (logReader, error) {
	if since != 0 {
		return nil, release.Errorf(release.InvalidRequest, "--since %s goes with --stack: the logs of a local cloud have no times", since)
	}
	return localLogs{cloud: h, only: instance, read: map[string]int64{}}, nil
}

func (h here) shell(ctx context.Context, instance, _ string) error {
	status, err := h.Status(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(status.Instances, func(i environment.Instance) bool { return i.ID == instance }) {
		return release.Errorf(release.NotFound, "there is no instance %q: `gallery status` lists those there are", instance)
	}
	return release.Errorf(release.InvalidRequest, "instance %s is a process of this machine, whose shell is the one that you are in; `gallery logs %s` has what it wrote", instance, instance)
}

func (h here) explain(err error) error { return told(err) }
