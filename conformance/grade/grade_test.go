//go:build conformance

package grade

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"photogallery/conformance/emulator"
	"photogallery/conformance/moto"
	"photogallery/internal/grade"
)

// account is one moto, which each test empties.
type account struct {
	*testing.T
	server *moto.Server
	omit   string // what moto cannot show: the app, a target or the activities

	asked    io.Writer      // of who does the lessons
	answered *bufio.Scanner // of the same
}

// Without its step a row has lost its points, and no other has.
func TestEachOmissionCostsExactlyItsRow(t *testing.T) {
	a := open(t)
	a.empty()
	if r := a.grade(); r.Points != 0 || r.Count(grade.Missing) != len(r.Rows) {
		t.Errorf("an empty account gets %v: %+v", r.Points, r.Rows)
	}
	a.omit = ""
	for _, omitted := range append([]string{""}, grade.Rows()...) {
		t.Run(cmp.Or(omitted, "nothing"), func(t *testing.T) {
			a.T, a.omit = t, omitted
			a.empty()
			a.lesson(omitted)
			for _, row := range a.grade().Rows {
				if is := row.Verdict == grade.Done; is == (row.Row == omitted) || row.Verdict == grade.Unknown {
					t.Errorf("%s is %s: %q %s", row.Row, row.Verdict, row.Evidence, row.Next)
				}
			}
		})
	}
}

func open(t *testing.T) *account {
	t.Helper()
	t.Setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false") // they take seconds each time
	a := &account{T: t}
	server, err := moto.Start(t.Context(), moto.Options{Around: a.around})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	a.server = server
	a.learn()
	return a
}

// empty leaves the account with what AWS puts into a new one.
func (a *account) empty() {
	a.Helper()
	request, err := http.NewRequestWithContext(a.Context(), http.MethodPost, a.server.Endpoint()+"/moto-api/reset", nil)
	if err != nil {
		a.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		a.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		a.Fatal(response.Status)
	}
}

// learn starts the one who does the lessons.
func (a *account) learn() {
	a.Helper()
	root, err := emulator.Root()
	if err != nil {
		a.Fatal(err)
	}
	python := filepath.Join(cmp.Or(os.Getenv("CONFORMANCE_VENV"), filepath.Join(root, "conformance", ".venv")), "bin", "python")
	command := exec.CommandContext(context.WithoutCancel(a.Context()), python, "lesson.py", a.server.Endpoint()) //nolint:gosec // our own; it ends with its input
	command.Env, command.Stderr = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1"), os.Stderr
	asked, err := command.StdinPipe()
	if err != nil {
		a.Fatal(err)
	}
	answered, err := command.StdoutPipe()
	if err != nil {
		a.Fatal(err)
	}
	a.asked, a.answered = asked, bufio.NewScanner(answered)
	if err := command.Start(); err != nil {
		a.Fatal(err)
	}
	t := a.T
	t.Cleanup(func() {
		_ = asked.Close()
		if err := command.Wait(); err != nil {
			t.Error(err)
		}
	})
}

func (a *account) lesson(omitted string) {
	a.Helper()
	if _, err := fmt.Fprintln(a.asked, omitted); err != nil {
		a.Fatal(err)
	}
	if !a.answered.Scan() {
		a.Fatalf("the lesson without %q failed", omitted)
	}
}

func (a *account) grade() grade.Report {
	a.Helper()
	seen, err := grade.Read(a.Context(), a.server.Config(), a)
	if err != nil {
		a.Fatal(err)
	}
	for operation, said := range seen.Refused {
		a.Errorf("%s: %s", operation, said)
	}
	return grade.Grade(seen, grade.DefaultPoints())
}

// Do is the internet, in which nothing but the load balancer answers.
func (a *account) Do(request *http.Request) (*http.Response, error) {
	if request.URL.String() != "http://front-1.us-east-1.elb.amazonaws.com/" {
		return nil, &url.Error{Op: "Get", URL: request.URL.String(), Err: fmt.Errorf("there is no such host")}
	}
	answer := httptest.NewRecorder()
	if a.omit == "app" {
		answer.WriteHeader(http.StatusNotFound)
	}
	_, _ = answer.WriteString("<h1>Photos</h1>")
	return answer.Result(), nil
}

// around adds what moto does not have: an unhealthy target, and a log of activities.
func (a *account) around(moto http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		switch form, _ := url.ParseQuery(string(body)); form.Get("Action") {
		case "DescribeScalingActivities":
			if a.omit != "activity" {
				_, _ = io.WriteString(w, replaced)
				return
			}
		case "DescribeTargetHealth":
			if a.omit == "targets" {
				answer := httptest.NewRecorder()
				moto.ServeHTTP(answer, r)
				_, _ = io.WriteString(w, strings.Replace(answer.Body.String(), "<State>healthy</State>", "<State>unhealthy</State>", 1))
				return
			}
		}
		moto.ServeHTTP(w, r)
	})
}

// replaced is a log as the guide has it.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/replace-unhealthy-instance.html
const replaced = `<DescribeScalingActivitiesResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><DescribeScalingActivitiesResult><Activities>
<member><ActivityId>2</ActivityId><AutoScalingGroupName>many</AutoScalingGroupName><StatusCode>Successful</StatusCode><StartTime>2026-11-29T10:01:00Z</StartTime>
<Description>Launching a new EC2 instance: i-0c0c0c0c0c0c0c0c0</Description>
<Cause>At 2026-11-29T10:01:00Z an instance was launched in response to an unhealthy instance needing to be replaced.</Cause></member>
<member><ActivityId>1</ActivityId><AutoScalingGroupName>many</AutoScalingGroupName><StatusCode>Successful</StatusCode><StartTime>2026-11-29T10:00:00Z</StartTime>
<Description>Terminating EC2 instance: i-0b0b0b0b0b0b0b0b0</Description>
<Cause>At 2026-11-29T10:00:00Z an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.</Cause></member>
</Activities></DescribeScalingActivitiesResult></DescribeScalingActivitiesResponse>`
