package main

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"photogallery/gallery-ami/app"
	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/internal/local/control"
	"photogallery/release"
)

// localCloud is the local cloud on a data folder.
type localCloud struct {
	*control.Client
	endpoint control.Endpoint
	data     string
}

// answersIn is how long a local cloud has to answer.
const answersIn = 5 * time.Second

// isGone reports whether the local cloud has ended since it was found.
func (c localCloud) isGone() bool {
	ctx, cancel := context.WithTimeout(context.Background(), answersIn)
	defer cancel()
	now, err := control.Find(c.data)
	if err == nil && now == c.endpoint {
		_, err = c.Status(ctx)
	}
	return err != nil || now != c.endpoint
}

// findLocal finds the local cloud of the command. It refuses the flags of AWS.
func findLocal(command *cobra.Command) (localCloud, error) {
	if err := refuseAWSFlags(command); err != nil {
		return localCloud{}, err
	}
	data, err := dataFolder(command)
	if err != nil {
		return localCloud{}, err
	}
	endpoint, err := control.Find(data)
	return localCloud{control.NewClient(endpoint), endpoint, data}, err
}

// refuseAWSFlags refuses the flags of AWS, which would have no effect.
func refuseAWSFlags(command *cobra.Command) error {
	if strings.TrimSpace(given(command, "stack")) != "" {
		return release.Errorf(release.InvalidRequest, "`%s` is only for a local cloud: leave out --stack", command.CommandPath())
	}
	if also := given(command, "region", "profile"); also != "" {
		return release.Errorf(release.InvalidRequest, "%s goes with --stack, which names a stack on AWS: add that, or leave it out", strings.TrimSpace(also))
	}
	return nil
}

func (c localCloud) cloud(command *cobra.Command) cloud {
	client := c.endpoint.StepFunctions()
	return cloud{place: c, sfn: client, history: client, events: c.endpoint.Events(), polls: execution.OnOneMachine, again: given(command, "data")}
}

func (c localCloud) machines(ctx context.Context) (releases, teardowns string, err error) {
	status, err := c.Status(ctx)
	return status.ReleaseMachine, status.TeardownMachine, err
}

// Visited does nothing: a local cloud's status has them.
func (localCloud) Visited(context.Context, *environment.Status) {}

// Samples returns all samples of the last hour, which is all that the local cloud keeps.
func (c localCloud) Samples(ctx context.Context, _, _ time.Time) ([]environment.Sample, error) {
	return c.Client.Samples(ctx)
}

// Schedules returns the schedules of the cloud's status.
func (c localCloud) Schedules(ctx context.Context) ([]environment.Schedule, error) {
	status, err := c.Status(ctx)
	return status.Schedules, err
}

// Gallery returns the address of the gallery while the cloud runs. After a kill another program may
// listen there.
func (c localCloud) Gallery(ctx context.Context) (string, error) {
	_, err := c.Status(ctx)
	return c.endpoint.Gallery, err
}

// bundle returns the folder itself, which the local cloud packs.
func (c localCloud) bundle(_ context.Context, folder string, _ bool) (string, error) {
	return folder, nil
}

func (c localCloud) album(ctx context.Context) (*app.Album, error) {
	photos, err := filepath.Abs(filepath.Join(c.data, control.PhotosFolder))
	if err != nil {
		return nil, err
	}
	storage := url.URL{Scheme: "file", Path: filepath.ToSlash(photos)}
	return app.OpenAlbum(ctx, app.Config{Storage: storage.String()})
}

func (c localCloud) UploadKey(context.Context) (string, error) {
	key, err := os.ReadFile(filepath.Join(c.data, control.UploadKeyFile))
	return strings.TrimSpace(string(key)), err
}

// shell runs bash as a process of this machine, as the instance's service is one. It has the terminal's
// name, and reads no files of the person's.
func (c localCloud) shell(ctx context.Context, instance, _ string) error {
	start, err := c.Shell(ctx, instance)
	if err != nil {
		return err
	}
	shell := exec.CommandContext(context.WithoutCancel(ctx), "bash", "--norc", "--noprofile")
	shell.Dir = start.Folder
	shell.Env = append(start.Environment, "TERM="+os.Getenv("TERM"), `PS1=`+instance+`:\w\$ `)
	return runShell(shell)
}

func (c localCloud) explain(err error) error { return told(err) }
