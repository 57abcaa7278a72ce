package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/internal/local/control"
	"photogallery/internal/terminal"
	"photogallery/release"
)

// announced returns a data folder on which somebody says to answer at the URL.
func announced(t *testing.T, url string) string {
	t.Helper()
	data := t.TempDir()
	content, err := json.Marshal(control.Endpoint{API: url, Gallery: url, PID: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, control.EndpointFile), content, 0o600); err != nil {
		t.Fatal(err)
	}
	return data
}

// Whatever a command does, it is told in one line that nothing is up, and not how to use it.
func TestCommandsReportACloudThatIsGone(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	another := httptest.NewServer(http.NotFoundHandler())
	defer another.Close()
	unreadable := t.TempDir()
	if err := os.WriteFile(filepath.Join(unreadable, control.EndpointFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"release", "teardown", "teardown --dry-run", "status", "executions", "execution r1", "images",
		"terminate i-1", "crash i-1", "scale 2 5", "load", "logs", "logs i-1",
	} {
		for where, data := range map[string]string{
			"a killed one": announced(t, gone.URL), "another program": announced(t, another.URL), "half a file": unreadable, "no folder": filepath.Join(unreadable, "none"),
		} {
			said := gallery(t, append(strings.Fields(line), "--data", data)...)
			if said.status != exitNothingUp || !strings.Contains(said.progress, "gallery up") || strings.Count(said.progress, "\n") != 1 || said.out != "" {
				t.Errorf("gallery %s, %s: status %d, %q, %q", line, where, said.status, said.out, said.progress)
			}
		}
	}
}

func TestCommandsReportMissingThings(t *testing.T) {
	data := t.TempDir()
	brought(t, data)
	for _, test := range []struct {
		line   string
		status int
		words  []string
	}{
		{"execution none", exitUsage, []string{`"none"`, "`gallery executions --data " + data + "`"}},
		{"crash i-00000000000000000", exitUsage, []string{`"i-00000000000000000"`, "gallery release"}},
		{"terminate i-00000000000000000", exitUsage, []string{`"i-00000000000000000"`, "gallery release"}},
		{"logs i-00000000000000000", exitUsage, []string{"i-00000000000000000", "gallery status"}},
		{"logs ../../etc/passwd", exitUsage, []string{"../../etc/passwd", "17 hexadecimal digits"}},
		{"logs --since 0s", exitUsage, []string{`--since "0s"`, "90m", "T18:00:00Z"}},
		{"logs --since yesterday", exitUsage, []string{`--since "yesterday"`, "90m", "T18:00:00Z"}},
		{"logs --since 2999-01-01T00:00:00Z", exitUsage, []string{"--since 2999-01-01T00:00:00Z", "future"}},
		{"logs --tail -1", exitUsage, []string{"--tail -1", "0 or more"}},
		{"logs --release none", 0, []string{"No log of release none", "gallery history --data"}},
		{"shell i-00000000000000000", exitUsage, []string{"i-00000000000000000", "gallery release"}},
		{"scale 2", exitUsage, []string{"the fewest and the most instances", "given 1 numbers"}},
		{"scale 2 many", exitUsage, []string{`"many"`, "whole number from 1 on"}},
		{"scale 5 2", exitUsage, []string{"minSize", "5 is more than maxSize, 2"}},
		{"scale 2 5", exitUsage, []string{"nothing serves", "gallery release --min-size 2 --max-size 5 --data"}},
		{"execution none --json --html report.html --markdown", exitUsage, []string{"--html and --json and --markdown: give one"}},
		{"release --bundle /nowhere/at/all", exitUsage, []string{"bundle: the folder /nowhere/at/all does not exist; give the path of one"}},
		{"load --duration 1s", exitUsage, []string{"nothing serves", "gallery release"}},
		{"status", 0, []string{"Nothing serves."}},
		{"logs", 0, []string{"No running instance has written anything"}},
	} {
		said := gallery(t, append(strings.Fields(test.line), "--data", data)...).wants(t, test.status, test.words...)
		if strings.Contains(said.progress, "Usage:") {
			t.Errorf("gallery %s prints its usage:\n%s", test.line, said.progress)
		}
	}
	for _, list := range []string{"executions", "images"} {
		if none := gallery(t, list, "--json", "--data", data).wants(t, 0); none.out != "[]\n" {
			t.Errorf("no %s are %q", list, none.out)
		}
	}
}

func TestScriptsReadJSON(t *testing.T) {
	a := onAmazon(t)
	var started begun
	parse(t, a.on("release", "--detach", "--name", "r1", "--json").wants(t, 0), &started)
	if started.Name != "r1" || !strings.HasSuffix(started.Execution, ":execution:photogallery-main-release:r1") {
		t.Errorf("what has begun is %+v", started)
	}
	a.on("release").wants(t, exitBusy, "Busy", "--wait")
	a.on("execution", "r1").wants(t, 0, "r1 succeeded in")
	var shown execution.Progress
	parse(t, a.on("execution", "r1", "--json").wants(t, 0), &shown)
	if s := shown.Step("AwaitBuild"); s == nil || s.Phase != execution.Succeeded || s.Depth != 1 || s.Ended.Before(s.Began) {
		t.Errorf("AwaitBuild is %+v", s)
	}
	var found []listed
	parse(t, a.on("executions", "--json").wants(t, 0), &found)
	if len(found) != 2 || found[1].Name != "r1" || found[1].Status != "SUCCEEDED" || found[0].Status != "FAILED" {
		t.Errorf("the executions are %+v", found)
	}
	var ended execution.Progress
	parse(t, a.on("teardown", "--images", "delete", "--json").wants(t, 0), &ended)
	if ended.Status != "SUCCEEDED" || ended.Machine != "photogallery-main-teardown" {
		t.Errorf("the teardown is %s %s", ended.Machine, ended.Status)
	}
	gallery(t, "__complete", "execution", "--stack", deployedStack, "").wants(t, 0, "r1\tSUCCEEDED")
}

func TestCompletionHelpsTheShell(t *testing.T) {
	gallery(t, "__complete", "teardown", "--images", "").wants(t, 0, "keep-latest", "delete")
	gallery(t, "__complete", "crash", "--data", t.TempDir(), "").wants(t, 0, ":4")
	gallery(t, "completion", "bash").wants(t, 0, "gallery")
}

func TestHelpHasTheExitStatuses(t *testing.T) {
	gallery(t, "help", "exit-codes").wants(t, 0, "0 ", "130 ", "nothing is up")
	gallery(t, "--help").wants(t, 0, "exit-codes", "release", "up ", "--stack")
	gallery(t, "version").wants(t, 0, "gallery ", "go1.")
}

func TestCommandsThatAreNamedLeadToTheSameCloud(t *testing.T) {
	c := cloud{again: " --stack main --profile 'my own'"}
	for text, want := range map[string]string{
		"r1 goes on":                     "r1 goes on",
		"see `gallery logs i-1`":         "see `gallery logs i-1 --stack main --profile 'my own'`",
		"see `gallery release --help`":   "see `gallery release --help`",
		"`gallery status`, `cdk deploy`": "`gallery status --stack main --profile 'my own'`, `cdk deploy`",
	} {
		if got := c.hint(text); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := quoted("it's"); got != `'it'\''s'` {
		t.Errorf("a shell is given %s", got)
	}
}

func TestStatusShowsAStack(t *testing.T) {
	now := time.Now()
	status := environment.Status{
		Stack: "photogallery-main", Region: "eu-central-1", Gallery: "http://main.elb.amazonaws.com/", LoadBalancer: "active", Console: "https://console.aws.amazon.com/",
		Serving: &environment.Serving{Release: "r1", Version: "one", Image: "ami-1", Base: &environment.Base{ID: "ami-0", Created: now.Add(-50 * time.Hour), Newer: "ami-9", NewerCreated: now}}, Fleets: []environment.Fleet{{Slot: release.Blue, Group: environment.Group{Min: 2, Max: 5, Desired: 3, InService: 2, Refresh: "InProgress, 40 %"}}},
		Instances: []environment.Instance{
			{ID: "i-1", Role: "fleet", Zone: "eu-central-1a", State: "running", Health: "draining", Version: "one", Address: "10.0.1.7", Launched: now},
			{ID: "i-2", Role: "builder", State: "shutting-down", Launched: now},
		},
		Alarms: []environment.Alarm{{Name: "photogallery-main-idle", Kind: release.Idle, State: "ALARM"}},
		Activities: []environment.Activity{
			{Time: now, Instance: "i-1", Did: "launched", Why: "the group's size was set"},
			{Time: now, Did: "failed to launch", Why: "At 2026-11-25T10:00:00Z a user request.\nAt 2026-11-25T10:00:01Z an instance was started."},
		},
		Schedules: []environment.Schedule{{Name: "nightly", Starts: "teardown", Expression: "cron(0 20 * * ? *)", TimeZone: "Europe/Berlin"}},
	}
	var out strings.Builder
	command := statusCommand()
	command.SetOut(&out)
	if err := showStatus(command, status, cloud{}.hint); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"http://main.elb.amazonaws.com/, stack photogallery-main in eu-central-1\n", "\nIts base image, ami-0, is 2 days old. A newer one, ami-9 of ", " is there: `gallery release --rebake-if-newer` bakes on it.\n",
		"2 of 3 in service, 2 to 5. Refresh: InProgress, 40 %.\n", "AGE  ADDRESS\n",
		"draining", "shutting-down", "photogallery-main-idle  ALARM (as usual while little is asked of the fleet)\n", "  launched i-1: the group's size was set\n", "  failed to launch an instance: a user request. an instance was started.\n",
		"nightly starts the teardown: cron(0 20 * * ? *) Europe/Berlin\n", "Dashboard: https://console.aws.amazon.com/\n",
	} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("it does not show %q", line)
		}
	}
	if strings.Contains(out.String(), "CPU") || strings.Contains(out.String(), "SLOT") || strings.Contains(out.String(), "traffic") || t.Failed() {
		t.Errorf("it shows\n%s", out.String())
	}
	status.Fleets = append(status.Fleets, environment.Fleet{Slot: release.Green, Traffic: 5, Group: environment.Group{Min: 3, Max: 5, Desired: 3, InService: 3}})
	status.Fleets[0].Traffic, status.Instances[0].Slot = 95, release.Blue
	out.Reset()
	if err := showStatus(command, status, cloud{}.hint); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"\nblue 95 % of the traffic. Group: 2 of 3 in service", "\ngreen 5 % of the traffic. Group: 3 of 3 in service, 3 to 5.\n", "ADDRESS   SLOT\n", "10.0.1.7  blue\n"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("of two fleets it does not show %q:\n%s", line, out.String())
		}
	}
	for want, status := range map[string]environment.Status{
		"No load balancer, stack s in r":         {Stack: "s", Region: "r"},
		"http://lb/, provisioning, stack s in r": {Stack: "s", Region: "r", Gallery: "http://lb/", LoadBalancer: "provisioning"},
	} {
		if got := entranceOf(status); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTableDropsColumnsThatDoNotFit(t *testing.T) {
	rows := [][]string{{"IMAGE", "USE", "RELEASE"}, {"ami-0123456789abcdef0", "serves", "release-1"}}
	for width, want := range map[int]int{0: 3, 200: 3, 40: 3, 39: 2, 29: 2, 28: 1, 5: 1} {
		if got := fitting(rows, width); got != want {
			t.Errorf("%d columns fit in %d, want %d", got, width, want)
		}
	}
}

func TestPlainProgressTellsAStepOnce(t *testing.T) {
	var out strings.Builder
	tell := terminal.Plainly(&out)
	p := &execution.Progress{Steps: []*execution.Step{{Name: "CheckFleet", Phase: execution.Running, Began: time.Now()}, {Name: "Verify", Phase: execution.Waiting}}}
	for range 3 {
		tell(p)
		p.Steps[0].Visits++
	}
	p.Steps[0].Phase = execution.Succeeded
	tell(p)
	if lines := strings.Split(strings.TrimSpace(out.String()), "\n"); len(lines) != 2 || !strings.HasPrefix(lines[0], "● Check fleet") || !strings.HasPrefix(lines[1], "✓ Check fleet") {
		t.Errorf("it tells\n%s", out.String())
	}
}

func TestAgeOfABaseImageInWords(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		base        *environment.Base
		long, short string
	}{
		{nil, "", "unknown"},
		{&environment.Base{ID: "ami-1"}, "The age of its base image, ami-1, is not known.", "unknown"},
		{&environment.Base{ID: "ami-1", Created: now.Add(-time.Hour)}, "Its base image, ami-1, is less than a day old, and the newest.", "less than a day"},
		{&environment.Base{ID: "ami-1", Created: now.Add(-25 * time.Hour)}, "Its base image, ami-1, is 1 day old, and the newest.", "1 day"},
		{&environment.Base{ID: "ami-1", Created: now.AddDate(0, -1, 0), Newer: "ami-2", NewerCreated: now},
			"Its base image, ami-1, is 31 days old. A newer one, ami-2 of 2026-11-29, is there: `gallery release --rebake-if-newer` bakes on it.", "31 days, not the newest"},
		{&environment.Base{ID: "ami-1", Newer: "ami-2", NewerCreated: now},
			"Its base image, ami-1, is no longer there. A newer one, ami-2 of 2026-11-29, is there: `gallery release --rebake-if-newer` bakes on it.", "no longer there"},
	} {
		if long, short := baseInWords(test.base, now), baseInShort(test.base, now); long != test.long || short != test.short {
			t.Errorf("%+v is %q, in short %q", test.base, long, short)
		}
	}
}
