package console_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/console"
	"photogallery/internal/environment"
	"photogallery/internal/local/control"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
	"photogallery/release"
)

// simulated is a cloud without processes: its executions are real, its status is made up.
type simulated struct {
	*stack.Stack
	crashed []string
	denied  atomic.Bool // the status

	onAWS    *environment.Status // what a stack's status has beside the usual, or nil
	settings environment.Settings
}

func (s *simulated) Status(context.Context) (environment.Status, error) {
	if s.denied.Load() {
		return environment.Status{}, release.Errorf(release.AccessDenied, "your AWS credentials have expired: sign in again")
	}
	status := environment.Status{
		Environment: "main", ReleaseMachine: s.Stack.Settings.ReleaseMachine, TeardownMachine: s.Stack.Settings.TeardownMachine,
		Fleets: []environment.Fleet{}, Instances: []environment.Instance{}, Alarms: []environment.Alarm{}, Activities: []environment.Activity{}, Schedules: []environment.Schedule{},
	}
	if s.onAWS != nil {
		status.Stack, status.Region, status.Spending, status.Schedules = s.onAWS.Stack, s.onAWS.Region, s.onAWS.Spending, s.onAWS.Schedules
		status.Visits = s.onAWS.Visits
	}
	return status, nil
}

func (s *simulated) Images(context.Context) ([]environment.Image, error) { return nil, nil }
func (s *simulated) Settings(context.Context) (environment.Settings, error) {
	return s.settings, nil
}
func (s *simulated) History(ctx context.Context) ([]environment.Past, error) {
	return environment.Reader{Clients: s.Clients, Environment: "main", Table: s.Stack.Settings.Table}.History(ctx)
}
func (s *simulated) Samples(context.Context, time.Time) ([]environment.Sample, error) {
	return nil, nil
}
func (s *simulated) Terminate(context.Context, string) error { return nil }
func (s *simulated) Log(context.Context, string) (_ io.ReadSeekCloser, _ error) {
	return nil, release.Errorf(release.NotFound, "there is no log")
}

func (s *simulated) LogsOf(context.Context, string) ([]string, error) {
	return []string{"i-0123456789abcdef0"}, nil
}

func (s *simulated) Crash(_ context.Context, id string) error {
	s.crashed = append(s.crashed, id)
	return nil
}

// options are those of its console on one machine.
func (s *simulated) options() console.Options {
	return console.Options{
		Cloud: s, Executions: s.SFN, Events: s.Events, Crash: s.Crash, Polls: console.OnOneMachine, Opener: "gallery status",
		ReleaseMachine: s.Stack.Settings.ReleaseMachine, TeardownMachine: s.Stack.Settings.TeardownMachine,
	}
}

type page struct {
	*testing.T
	*httptest.Server
	cloud   *simulated
	console *console.Console
	session string // that send has, or "" for none
}

func open(t *testing.T) page { return openWith(t, func(*simulated, *console.Options) {}) }

// openWith opens a console after a change of its cloud or its options.
func openWith(t *testing.T, change func(*simulated, *console.Options)) page {
	t.Helper()
	made, err := stack.New(stack.Options{Environment: "main", Pace: 600, Kind: machine.NewSimulated(nil)})
	if err != nil {
		t.Fatal(err)
	}
	cloud := &simulated{Stack: made}
	options := cloud.options()
	change(cloud, &options)
	c := console.New(options)
	server := httptest.NewServer(c.Handler())
	t.Cleanup(func() {
		c.Close()
		server.Close()
		made.Close()
	})
	p := page{t, server, cloud, c, ""}
	p.session = p.enter(c.Ticket())
	return p
}

// enter gives a ticket for a session, or "" if it is refused.
func (p page) enter(ticket string) (session string) {
	p.Helper()
	_, key, _ := strings.Cut(ticket, "#key=")
	_, answer := p.send(http.MethodPost, "/api/session", `{"ticket": "`+key+`"}`)
	var opened struct{ Session string }
	if err := json.Unmarshal([]byte(answer), &opened); err != nil {
		p.Fatalf("%s: %v", answer, err)
	}
	return opened.Session
}

// send sends a request with headers, "Name: value" each.
func (p page) send(method, path, body string, headers ...string) (status int, answer string) {
	p.Helper()
	request, err := http.NewRequestWithContext(p.Context(), method, p.URL+path, strings.NewReader(body))
	if err != nil {
		p.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if p.session != "" {
		request.Header.Set("Authorization", "Bearer "+p.session)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		if request.Header.Set(name, value); name == "Host" {
			request.Host = value
		}
	}
	response, err := p.Client().Do(request)
	if err != nil {
		p.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		p.Fatal(err)
	}
	return response.StatusCode, string(content)
}

func TestConsoleRefusesRequestsOfOtherSites(t *testing.T) {
	p := open(t)
	own := strings.TrimPrefix(p.URL, "http://")
	for name, test := range map[string]struct {
		headers []string
		want    int
	}{
		"the page itself":                      {[]string{"Origin: " + p.URL, "Sec-Fetch-Site: same-origin"}, http.StatusOK},
		"no browser":                           {nil, http.StatusOK},
		"its name is localhost":                {[]string{"Host: localhost:8081"}, http.StatusOK},
		"another site":                         {[]string{"Origin: https://example.com", "Sec-Fetch-Site: cross-site"}, http.StatusForbidden},
		"the gallery, on another port":         {[]string{"Origin: http://127.0.0.1:8080", "Sec-Fetch-Site: same-site"}, http.StatusForbidden},
		"an old browser's other origin":        {[]string{"Origin: http://127.0.0.1:8080"}, http.StatusForbidden},
		"a frame without origin":               {[]string{"Origin: null", "Sec-Fetch-Site: cross-site"}, http.StatusForbidden},
		"a name that points here":              {[]string{"Host: evil.example:8081", "Origin: http://evil.example:8081", "Sec-Fetch-Site: same-origin"}, http.StatusForbidden},
		"a name that begins like this machine": {[]string{"Host: 127.0.0.1.evil.example"}, http.StatusForbidden},
		"a form, which needs no permission":    {[]string{"Content-Type: text/plain"}, http.StatusBadRequest},
	} {
		before := len(p.cloud.crashed)
		status, answer := p.send(http.MethodPost, "/api/instances/i-1/crash", "{}", test.headers...)
		if status != test.want {
			t.Errorf("%s at %s: %d %s, want %d", name, own, status, answer, test.want)
		}
		if done := len(p.cloud.crashed) > before; done != (test.want == http.StatusOK) {
			t.Errorf("%s: crashed %t", name, done)
		}
	}
}

func TestOtherSitesReadNothing(t *testing.T) {
	p := open(t)
	for _, path := range []string{"/api/live", "/api/schemas/release", "/", "/main.js"} {
		for _, headers := range [][]string{
			{"Host: evil.example"}, {"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"}, {"Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors"},
		} {
			if status, _ := p.send(http.MethodGet, path, "", headers...); status != http.StatusForbidden {
				t.Errorf("%s with %v: %d", path, headers, status)
			}
		}
	}
	if status, _ := p.send(http.MethodGet, "/", "", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"); status != http.StatusOK {
		t.Errorf("a link from elsewhere to the page is answered with %d", status)
	}
}

func TestConsoleRefusesAllButItsPageWithoutASession(t *testing.T) {
	p := open(t)
	const all = "GET /api/live;GET /api/schemas/release;GET /api/drawings/release;GET /api/executions/release/r1;GET /api/executions/release/r1/logs;GET /api/instances/i-1/log;GET /api/none;" +
		"POST /api/executions/release;POST /api/executions/release/r1/stop;POST /api/executions/release/r1/verdict;POST /api/checks/release;POST /api/checks/load;" +
		"POST /api/instances/i-1/terminate;POST /api/instances/i-1/crash;POST /api/load;DELETE /api/load"
	for session, name := range map[string]string{"": "none", "x": "another", p.session[1:]: "part of it"} {
		stranger := p
		stranger.session = session
		for call := range strings.SplitSeq(all, ";") {
			method, path, _ := strings.Cut(call, " ")
			if status, answer := stranger.send(method, path, "{}"); status != http.StatusForbidden || !strings.Contains(answer, "gallery status") {
				t.Errorf("%s with %s: %d %s", call, name, status, answer)
			}
		}
	}
	if len(p.cloud.crashed) > 0 {
		t.Errorf("a stranger has crashed %v", p.cloud.crashed)
	}
	stranger := p
	stranger.session = ""
	if status, answer := stranger.send(http.MethodGet, "/", ""); status != http.StatusOK || strings.Contains(answer, p.session) {
		t.Errorf("the page: %d", status)
	}
}

func TestConsoleTicketOpensOnce(t *testing.T) {
	p := open(t)
	ticket := p.console.Ticket()
	other := p.console.Ticket()
	for _, test := range []struct {
		name, ticket string
		opens        bool
	}{{"the ticket", ticket, true}, {"the ticket again", ticket, false}, {"another", other, true}, {"none", "", false}, {"a guess", "/#key=AAAA", false}} {
		if opened := p.enter(test.ticket) == p.session; opened != test.opens {
			t.Errorf("%s opens: %t", test.name, opened)
		}
	}
}

func TestPagePolicyAllowsOnlyItsOwnFiles(t *testing.T) {
	p := open(t)
	response, err := p.Client().Get(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	policy := response.Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "connect-src 'self'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy is %s, without %s", policy, part)
		}
	}
	for _, word := range []string{"unsafe", "http:", "https:", "*", "data:"} {
		if strings.Contains(policy, word) {
			t.Errorf("the policy is %s, with %s", policy, word)
		}
	}
}

func TestPageIsSmall(t *testing.T) {
	const most = 300_000
	if weight := console.Weight(); weight > most {
		t.Errorf("the page has %d bytes compressed, more than %d", weight, most)
	}
}

type verdict struct {
	Message  string
	Problems []control.Problem
}

func TestProblemsAreShownAtTheirFields(t *testing.T) {
	p := open(t)
	for input, want := range map[string][]string{
		`{"minSize": 9, "maxSize": 3, "ttl": "soon", "bundle": "/nowhere"}`: {"ttl", "minSize", "bundle"},
		`{"minSize": "x", "bundle": "/nowhere"}`:                            {"minSize", "bundle"},
		`{"size": 3}`:                                                       {`"size"`},
		`{"bundle": "/nowhere"}`:                                            {"bundle"},
		`no JSON`:                                                           {""},
		`{}`:                                                                nil,
		`{"wait": true}`:                                                    nil,
		`{"bundle": "own"}`:                                                 nil,
		`{"Comment": "Insert your JSON here"}`:                              nil,
	} {
		body, err := json.Marshal(map[string]string{"input": input})
		if err != nil {
			t.Fatal(err)
		}
		status, answer := p.send(http.MethodPost, "/api/checks/release", string(body))
		var found verdict
		if err := json.Unmarshal([]byte(answer), &found); err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d %s %v", input, status, answer, err)
		}
		fields := map[string]bool{}
		for _, problem := range found.Problems {
			fields[problem.Field] = true
		}
		if len(fields) != len(want) {
			t.Errorf("%s: %v, want %v", input, found.Problems, want)
		}
		for _, field := range want {
			if !fields[field] {
				t.Errorf("%s: nothing is said of %q, but %v", input, field, found.Problems)
			}
		}
		status, answer = p.send(http.MethodPost, "/api/executions/release", string(body))
		if wants := map[bool]int{true: http.StatusCreated, false: http.StatusBadRequest}[want == nil]; status != wants {
			t.Errorf("%s is started with %d %s, want %d", input, status, answer, wants)
		}
	}
	out, err := p.cloud.SFN.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: &p.cloud.Stack.Settings.ReleaseMachine})
	if err != nil || len(out.Executions) != 4 {
		t.Errorf("%d executions began, want those of the 4 sound requests, %v", len(out.Executions), err)
	}
}

func TestBadNameIsRefusedAtItsField(t *testing.T) {
	p := open(t)
	const body = `{"name": "one", "input": "{}"}`
	if status, answer := p.send(http.MethodPost, "/api/executions/release", body); status != http.StatusCreated {
		t.Fatalf("%d %s", status, answer)
	}
	const other = `{"name": "one", "input": "{\"wait\": true}"}`
	for _, body := range []string{other, `{"name": "no/name", "input": "{}"}`} {
		if status, answer := p.send(http.MethodPost, "/api/executions/release", body); status != http.StatusBadRequest || !strings.Contains(answer, `"field":"name"`) {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
}

func TestMissingThingsAreReported(t *testing.T) {
	p := open(t)
	for path, want := range map[string]int{
		"/api/executions/release/nothing": http.StatusNotFound, "/api/executions/other/nothing": http.StatusNotFound,
		"/api/executions/release/nothing/events/1": http.StatusNotFound, "/api/executions/release/nothing/events/x": http.StatusBadRequest,
		"/api/schemas/other": http.StatusNotFound, "/api/drawings/other": http.StatusNotFound,
		"/api/instances/i-1/log": http.StatusNotFound, "/nothing.js": http.StatusNotFound, "/api/drawings/teardown": http.StatusOK,
	} {
		if status, answer := p.send(http.MethodGet, path, ""); status != want {
			t.Errorf("%s: %d %s, want %d", path, status, answer, want)
		}
	}
	if status, answer := p.send(http.MethodPost, "/api/load", `{"rate": 0, "seconds": 601}`); status != http.StatusBadRequest || !strings.Contains(answer, "seconds") {
		t.Errorf("a load without bounds: %d %s", status, answer)
	}
	if status, answer := p.send(http.MethodPost, "/api/load", `{"rate": 1, "seconds": 1}`); status != http.StatusNotFound {
		t.Errorf("a load on nothing: %d %s", status, answer)
	}
}

func TestVerdictIsSentToAReleaseThatWaits(t *testing.T) {
	p := open(t)
	verdict := func(name, said string, want int, word string) {
		t.Helper()
		if status, answer := p.send(http.MethodPost, "/api/executions/release/"+name+"/verdict", said); status != want || !strings.Contains(answer, word) {
			t.Errorf("%s of %s: %d %s", said, name, status, answer)
		}
	}
	verdict("r1", `{"verdict": "promote"}`, http.StatusNotFound, `there is no release`)
	verdict("r1", `{"verdict": "maybe"}`, http.StatusBadRequest, "give promote or rollback")
	run := func(name, input, until string) string {
		t.Helper()
		arn, err := p.cloud.StartRelease(t.Context(), name, input)
		if err != nil {
			t.Fatal(err)
		}
		for !slices.Contains(p.cloud.Path(arn), until) {
			if t.Context().Err() != nil {
				t.Fatal(p.cloud.Path(arn))
			}
			time.Sleep(10 * time.Millisecond)
		}
		return arn
	}
	run("r1", `{}`, "Succeeded")
	verdict("r1", `{"verdict": "rollback"}`, http.StatusBadRequest, "has ended")
	arn := run("r2", `{"approval": true, "approvalTimeout": "20h", "rebake": true}`, "AwaitApproval")
	verdict("r2", `{"verdict": "rollback"}`, http.StatusOK, "{}")
	ended, err := p.cloud.Await(t.Context(), arn)
	if err != nil || !strings.Contains(ended.Cause, "somebody at the console rolled release r2 back while it waited") {
		t.Errorf("it ended by %s, %v", ended.Cause, err)
	}
}

func TestListLeavesRoomForRunsBesideDryRuns(t *testing.T) {
	p := open(t)
	start := func(name, input string) {
		if status, answer := p.send(http.MethodPost, "/api/executions/teardown", `{"name": "`+name+`", "input": "`+input+`"}`); status != http.StatusCreated {
			t.Fatalf("%d %s", status, answer)
		}
	}
	start("first", `{}`)
	for i := range 40 {
		start(fmt.Sprintf("dry-run-%d", i), `{\"dryRun\": true}`)
	}
	listed, dry := p.listed(), 0
	for _, e := range listed {
		if strings.HasPrefix(e.Name, "dry-run-") {
			dry++
		}
	}
	if dry != 5 || len(listed) != 6 {
		t.Errorf("%d of %d are dry runs: %+v", dry, len(listed), listed)
	}
}

// listed returns the executions in the first message of the stream.
func (p page) listed() []struct{ Name string } {
	p.Helper()
	ctx, leave := context.WithCancel(p.Context())
	defer leave()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+"/api/live", nil)
	if err != nil {
		p.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+p.session)
	response, err := p.Client().Do(request)
	if err != nil {
		p.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if text, isData := strings.CutPrefix(lines.Text(), "data: "); isData {
			var overview struct{ Executions []struct{ Name string } }
			if err := json.Unmarshal([]byte(text), &overview); err != nil {
				p.Fatal(err)
			}
			return overview.Executions
		}
	}
	p.Fatal("the stream has ended")
	return nil
}

func TestLogsOfAReleaseAreListed(t *testing.T) {
	p := open(t)
	if status, answer := p.send(http.MethodGet, "/api/executions/release/r1/logs", ""); status != http.StatusOK || !strings.Contains(answer, `["i-0123456789abcdef0"]`) {
		t.Errorf("%d %s", status, answer)
	}
}
