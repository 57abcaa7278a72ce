package local

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"photogallery/internal/local/control"
	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/release"
)

// api is the Step Functions API and, below control.Prefix, the control API.
func (l *Local) api() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", l.stack.Cloud.StepFunctions.Handler())
	mux.HandleFunc("GET "+control.Prefix+"status", answer(func(*http.Request) (any, error) { return l.status(), nil }))
	mux.HandleFunc("GET "+control.Prefix+"images", answer(func(*http.Request) (any, error) { return l.images(), nil }))
	mux.HandleFunc("POST "+control.Prefix+"instances/{id}/terminate", answer(l.terminate))
	mux.HandleFunc("POST "+control.Prefix+"instances/{id}/crash", answer(l.crash))
	mux.HandleFunc("GET "+control.Prefix+"instances/{id}/log", l.log)
	return onlyThisMachine(http.NewCrossOriginProtection().Handler(mux))
}

// onlyThisMachine refuses requests that reached a loopback address by another name: a web page's
// script could otherwise have its own name point here.
func onlyThisMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		address, err := netip.ParseAddr(strings.Trim(host, "[]"))
		if host != "localhost" && (err != nil || !address.IsLoopback()) {
			refuse(w, release.Errorf(release.AccessDenied, "the host %s is not this machine: use localhost or 127.0.0.1", r.Host))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func answer(ask func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		found, err := ask(r)
		if err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		// A client that hung up has no use for an error.
		_ = json.NewEncoder(w).Encode(found)
	}
}

func refuse(w http.ResponseWriter, err error) {
	failure := release.Classify(err)
	status := http.StatusBadRequest
	switch failure.Code {
	case release.NotFound:
		status = http.StatusNotFound
	case release.AccessDenied:
		status = http.StatusForbidden
	case release.Unexpected:
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(control.Refusal{Code: failure.Code, Message: failure.Message})
}

// terminate is TerminateInstanceInAutoScalingGroup: the instance drains, another takes its place.
func (l *Local) terminate(r *http.Request) (any, error) {
	i, err := l.running(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if i.Tags[release.TagRole] != release.RoleFleet {
		return nil, release.Errorf(release.InvalidRequest, "instance %s is a builder, which no group looks after: crash it, or end its release with `gallery teardown`", i.ID)
	}
	_, err = l.stack.Clients.AutoScaling.TerminateInstanceInAutoScalingGroup(r.Context(), &autoscaling.TerminateInstanceInAutoScalingGroupInput{
		InstanceId: &i.ID, ShouldDecrementDesiredCapacity: aws.Bool(false),
	})
	return struct{}{}, err
}

// crash kills the machine without telling the cloud more than a dead host would.
func (l *Local) crash(r *http.Request) (any, error) {
	i, err := l.running(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	l.stack.Cloud.Fabric.Do(func() { l.stack.Cloud.EC2.Kill(i.ID) })
	return struct{}{}, nil
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
	id := r.PathValue("id")
	offset, err := strconv.ParseInt(r.URL.Query().Get("offset"), 10, 64)
	if err != nil && r.URL.Query().Has("offset") {
		refuse(w, release.Errorf(release.InvalidRequest, "offset %q: give a number of bytes", r.URL.Query().Get("offset")))
		return
	}
	if !instanceID.MatchString(id) {
		refuse(w, release.Errorf(release.InvalidRequest, "instance %q: give i- and 17 hexadecimal digits, as `gallery status` shows them", id))
		return
	}
	file, err := os.Open(l.machines.LogFile(id))
	if errors.Is(err, fs.ErrNotExist) {
		err = release.Errorf(release.NotFound, "there is no log of instance %s: `gallery status` lists the instances", id)
	}
	if err == nil {
		_, err = file.Seek(max(0, offset), io.SeekStart)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	defer file.Close()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.Copy(w, file) // a client that hung up has no use for an error
}
