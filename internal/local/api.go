package local

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"photogallery/internal/local/control"
	"photogallery/internal/localcloud/ec2"
	"photogallery/release"
)

// api returns the APIs of Step Functions and EventBridge and, below control.Prefix, the control API. Both require the
// key.
func (l *Local) api() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", l.stack.Cloud.Handler())
	mux.HandleFunc("GET "+control.Prefix+"status", answer(func(*http.Request) (any, error) { return l.Status(), nil }))
	mux.HandleFunc("GET "+control.Prefix+"images", answer(func(*http.Request) (any, error) { return l.Images(), nil }))
	mux.HandleFunc("GET "+control.Prefix+"history", answer(func(r *http.Request) (any, error) { return l.History(r.Context()) }))
	mux.HandleFunc("GET "+control.Prefix+"images/{id}/sbom", answer(func(r *http.Request) (any, error) {
		text, err := l.SBOM(r.Context(), r.PathValue("id"))
		return json.RawMessage(text), err
	}))
	mux.HandleFunc("GET "+control.Prefix+"samples", answer(func(*http.Request) (any, error) { return l.Samples(time.Time{}), nil }))
	mux.HandleFunc("POST "+control.Prefix+"instances/{id}/terminate", answer(named(l.Terminate)))
	mux.HandleFunc("POST "+control.Prefix+"instances/{id}/crash", answer(named(l.Crash)))
	mux.HandleFunc("GET "+control.Prefix+"instances/{id}/log", l.log)
	mux.HandleFunc("GET "+control.Prefix+"instances/{id}/shell", answer(func(r *http.Request) (any, error) { return l.shell(r.PathValue("id")) }))
	mux.HandleFunc("GET "+control.Prefix+"releases/{name}/logs", answer(func(r *http.Request) (any, error) { return l.LogsOf(r.PathValue("name")) }))
	mux.HandleFunc("GET "+control.Prefix+"settings", answer(func(r *http.Request) (any, error) { return l.configurer().Settings(r.Context()) }))
	mux.HandleFunc("POST "+control.Prefix+"settings", answer(l.configure))
	mux.HandleFunc("POST "+control.Prefix+"runs/{name}", answer(l.storeCommand))
	mux.HandleFunc("POST "+control.Prefix+"runs/{name}/take", answer(l.takeRun))
	mux.HandleFunc("POST "+control.Prefix+"sizes", answer(l.scale))
	mux.HandleFunc("POST "+control.Prefix+"console", answer(func(*http.Request) (any, error) { return control.Opened{Address: l.ConsoleAddress()}, nil }))
	return control.Guard(control.Lock(l.endpoint.Key, mux))
}

func answer(ask func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		found, err := ask(r)
		if err != nil {
			control.Refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		// The client may have hung up.
		_ = json.NewEncoder(w).Encode(found)
	}
}

// named returns a handler of an action on the instance in the path.
func named(do func(context.Context, string) error) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) { return struct{}{}, do(r.Context(), r.PathValue("id")) }
}

// Terminate acts as TerminateInstanceInAutoScalingGroup: the instance drains, and another replaces
// it. The error is NotFound if no such instance runs, and InvalidRequest for a builder.
func (l *Local) Terminate(ctx context.Context, id string) error {
	i, err := l.running(id)
	if err != nil {
		return err
	}
	if i.Tags[release.TagRole] != release.RoleFleet {
		return release.Errorf(release.InvalidRequest, "instance %s is a %s, which no group looks after: crash it, or end its release with `gallery teardown`", i.ID, i.Tags[release.TagRole])
	}
	_, err = l.stack.Clients.AutoScaling.TerminateInstanceInAutoScalingGroup(ctx, &autoscaling.TerminateInstanceInAutoScalingGroupInput{
		InstanceId: &i.ID, ShouldDecrementDesiredCapacity: aws.Bool(false),
	})
	return err
}

// Crash kills the machine as if its host had died. The error is NotFound if no such instance runs.
func (l *Local) Crash(_ context.Context, id string) error {
	i, err := l.running(id)
	if err != nil {
		return err
	}
	l.stack.Cloud.Fabric.Do(func() { l.stack.Cloud.EC2.Kill(i.ID) })
	return nil
}

func (l *Local) running(id string) (found ec2.Instance, err error) {
	var names []string
	l.stack.Cloud.Fabric.Do(func() {
		for _, i := range l.stack.Cloud.EC2.Instances() {
			if i.State != ec2.Running {
				continue
			}
			names = append(names, i.ID)
			if i.ID == id {
				found = i
			}
		}
	})
	switch {
	case found.ID != "":
		return found, nil
	case len(names) == 0:
		return found, release.Errorf(release.NotFound, "no instance %q runs, nor any other: `gallery release` launches some", id)
	}
	return found, release.Errorf(release.NotFound, "no instance %q runs: give one of %s", id, strings.Join(names, ", "))
}

var instanceID = regexp.MustCompile(`^i-[0-9a-f]{17}$`)

func (l *Local) log(w http.ResponseWriter, r *http.Request) {
	offset, err := strconv.ParseInt(r.URL.Query().Get("offset"), 10, 64)
	if err != nil && r.URL.Query().Has("offset") {
		control.Refuse(w, release.Errorf(release.InvalidRequest, "offset %q: give a number of bytes", r.URL.Query().Get("offset")))
		return
	}
	file, err := l.Log(r.PathValue("id"))
	if err == nil {
		err = seek(file, offset)
	}
	if err != nil {
		control.Refuse(w, err)
		return
	}
	defer file.Close()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.Copy(w, file) // the client may have hung up
}

// seek seeks to an offset, or to the start of a log that has become shorter.
func seek(file io.Seeker, offset int64) error {
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if offset < 0 || offset > end {
		offset = 0
	}
	_, err = file.Seek(offset, io.SeekStart)
	return err
}

// LogsOf lists the instances of a release that have a log, also those that are gone.
func (l *Local) LogsOf(release string) ([]string, error) { return l.machines.LogsOf(release) }

// Log opens the log of an instance, even of one that is gone. The caller closes it.
func (l *Local) Log(id string) (io.ReadSeekCloser, error) {
	if !instanceID.MatchString(id) {
		return nil, release.Errorf(release.InvalidRequest, "instance %q: give i- and 17 hexadecimal digits, as `gallery status` shows them", id)
	}
	file, err := os.Open(l.machines.LogFile(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, release.Errorf(release.NotFound, "there is no log of instance %s: `gallery status` lists the instances", id)
	}
	return file, err
}
