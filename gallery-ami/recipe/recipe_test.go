package recipe_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"photogallery/gallery-ami/recipe"
)

const hostile = `it's "$HOME" ` + "`reboot`" + ` $(reboot) \`

func builder(t *testing.T, in recipe.BuilderInput) string {
	t.Helper()
	script, err := recipe.BuilderUserData(in)
	if err != nil {
		t.Fatal(err)
	}
	return script
}

func fleet(t *testing.T, in recipe.FleetInput) string {
	t.Helper()
	script, err := recipe.FleetUserData(in)
	if err != nil {
		t.Fatal(err)
	}
	return script
}

func TestUserDataIsBashWhateverItsValues(t *testing.T) {
	scripts := map[string]string{
		"builder": builder(t, recipe.BuilderInput{Bucket: hostile, Key: hostile, SHA256: hostile, Region: hostile, Release: hostile}),
		"fleet":   fleet(t, recipe.FleetInput{Release: hostile, Bucket: hostile, Region: hostile}),
	}
	for name, script := range scripts {
		check := exec.CommandContext(t.Context(), "bash", "-n")
		check.Stdin = strings.NewReader(script)
		if said, err := check.CombinedOutput(); err != nil || len(said) > 0 {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
		if len(script) > recipe.MaxUserData {
			t.Errorf("%s has %d bytes", name, len(script))
		}
	}
}

func TestValuesReachTheShellUnchanged(t *testing.T) {
	script := builder(t, recipe.BuilderInput{Bucket: "b", Key: "k", SHA256: "s", Region: "r", Release: hostile})
	assignment := regexp.MustCompile(`(?m)^release=.*$`).FindString(script)
	if got := run(t, nil, assignment+"\nprintf %s \"$release\""); got != hostile {
		t.Errorf("got %q", got)
	}
	settings := regexp.MustCompile(`(?m)^RELEASE=.*$`).FindString(fleet(t, recipe.FleetInput{Release: hostile, Bucket: "b", Region: "r"}))
	if got := run(t, nil, settings+"\nprintf %s \"$RELEASE\""); got != hostile {
		t.Errorf("got %q", got)
	}
}

func TestUserDataRefusesControlCharacters(t *testing.T) {
	if _, err := recipe.BuilderUserData(recipe.BuilderInput{Release: "a\nreboot"}); err == nil || !strings.Contains(err.Error(), `Release "a\nreboot"`) {
		t.Errorf("got %v", err)
	}
	if _, err := recipe.FleetUserData(recipe.FleetInput{Release: "SETTINGS\n"}); err == nil {
		t.Error("a line break is accepted")
	}
}

func TestUserDataStaysWithinEC2sLimit(t *testing.T) {
	_, err := recipe.BuilderUserData(recipe.BuilderInput{Key: strings.Repeat("k", recipe.MaxUserData)})
	if err == nil || !strings.Contains(err.Error(), "EC2 takes 16384") {
		t.Errorf("got %v", err)
	}
}

// The builder's report is JSON in JSON, made by the shell.
func TestBuilderReportIsAnEventWhateverTheLogSays(t *testing.T) {
	script := builder(t, recipe.BuilderInput{Bucket: "b", Key: "k", SHA256: "s", Region: "eu-west-1", Release: "r1", Source: "photogallery-main.builder"})
	functions := script[strings.Index(script, "json() {"):strings.Index(script, "failed=\n")]
	reason := "line 1: \"quoted\" \\ back\n\ttabbed \x1b[31mred\x1b[0m ü"
	arguments := run(t, []string{"REASON=" + reason}, `
set -Eeuo pipefail
region=eu-west-1 release=r1 source=photogallery-main.builder instance=i-0123456789abcdef0
aws() { printf '%s\n' "$@" >&2; echo 0; }
`+functions+`
report failure "$REASON" 2>&1
`)
	entries := regexp.MustCompile(`(?m)^\[\{.*$`).FindString(arguments)
	var sent []struct{ Source, DetailType, Detail string }
	if err := json.Unmarshal([]byte(entries), &sent); err != nil || len(sent) != 1 {
		t.Fatalf("%v in %s", err, arguments)
	}
	var detail map[string]string
	if err := json.Unmarshal([]byte(sent[0].Detail), &detail); err != nil {
		t.Fatalf("%v in %s", err, sent[0].Detail)
	}
	want := map[string]string{
		"instance": "i-0123456789abcdef0", "release": "r1", "status": "failure",
		"reason": "line 1: \"quoted\" \\ back\n\ttabbed [31mred[0m ",
	}
	for name, value := range want {
		if detail[name] != value {
			t.Errorf("%s: got %q, want %q", name, detail[name], value)
		}
	}
	if sent[0].Source != "photogallery-main.builder" || sent[0].DetailType != "Build Result" {
		t.Errorf("got %+v", sent[0])
	}
}

func TestRecipeHashCoversItsFiles(t *testing.T) {
	if hash := recipe.SHA256(); len(hash) != 64 || hash != recipe.SHA256() {
		t.Errorf("got %q", hash)
	}
}

// site is a folder to provision, with systemctl and curl in front of the real ones, and a service
// that answers with status.
type site struct {
	root, bundle, tools, log string
}

func newSite(t *testing.T, status int) (site, []string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			w.WriteHeader(status)
		}
	}))
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if status == 0 { // nothing listens
		server.Close()
	}
	folder := t.TempDir()
	s := site{filepath.Join(folder, "root"), filepath.Join(folder, "bundle"), filepath.Join(folder, "bin"), filepath.Join(folder, "systemctl.log")}
	write(t, filepath.Join(s.tools, "systemctl"), "#!/bin/bash\necho \"$@\" >>'"+s.log+"'\n")
	for _, left := range []string{"var/lib/cloud/instance", "etc/ssh/ssh_host_rsa_key", "var/log/messages", "etc/machine-id", "home/ec2-user/.ssh/authorized_keys"} {
		write(t, filepath.Join(s.root, left), "left over\n")
	}
	write(t, filepath.Join(s.bundle, "gallery.service"), "[Service]\nExecStart=/opt/photogallery/gallery\n")
	write(t, filepath.Join(s.bundle, "install.sh"), "set -e\ncp gallery.service \"$INSTALL_DIR/gallery\"\n")
	return s, []string{
		"ROOT=" + s.root, "PATH=" + s.tools + ":" + os.Getenv("PATH"),
		"CHECK_HOST=" + address.Hostname(), "PORT=" + address.Port(), "CHECK_SECONDS=0",
	}
}

func (s site) provision(t *testing.T, environment []string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "bash", "-s", s.bundle)
	command.Env = environment
	command.Stdin = strings.NewReader(string(recipe.Provision()))
	said, err := command.CombinedOutput()
	return string(said), err
}

func TestProvisioningInstallsTheBundleAndCleansTheImage(t *testing.T) {
	s, environment := newSite(t, http.StatusOK)
	if said, err := s.provision(t, environment); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, there := range []string{"opt/photogallery/gallery", "etc/systemd/system/photogallery.service", "etc/systemd/system/photogallery.service.d/settings.conf"} {
		if _, err := os.Stat(filepath.Join(s.root, there)); err != nil {
			t.Error(err)
		}
	}
	for _, gone := range []string{"var/lib/cloud/instance", "etc/ssh/ssh_host_rsa_key", "var/log/messages", "home/ec2-user/.ssh", "etc/photogallery/environment"} {
		if _, err := os.Stat(filepath.Join(s.root, gone)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is in the image: %v", gone, err)
		}
	}
	if id, err := os.ReadFile(filepath.Join(s.root, "etc/machine-id")); err != nil || len(id) > 0 {
		t.Errorf("machine-id is %q, %v", id, err)
	}
	asked, err := os.ReadFile(s.log)
	if err != nil || string(asked) != "daemon-reload\nenable photogallery.service\nrestart photogallery.service\nstop photogallery.service\n" {
		t.Errorf("systemd was asked for %q, %v", asked, err)
	}
}

func TestProvisioningSaysWhatFailed(t *testing.T) {
	tests := map[string]struct {
		status int
		spoil  func(t *testing.T, s site)
		says   string
	}{
		"the install script fails":  {200, func(t *testing.T, s site) { write(t, filepath.Join(s.bundle, "install.sh"), "exit 7\n") }, "ended with status 7"},
		"no install script":         {200, func(t *testing.T, s site) { remove(t, filepath.Join(s.bundle, "install.sh")) }, "the bundle has no install.sh"},
		"no unit":                   {200, func(t *testing.T, s site) { remove(t, filepath.Join(s.bundle, "gallery.service")) }, "0 *.service files"},
		"two units":                 {200, func(t *testing.T, s site) { write(t, filepath.Join(s.bundle, "b.service"), "") }, "2 *.service files"},
		"the service answers badly": {503, func(*testing.T, site) {}, "answers 503 after 0 seconds, and / is to answer 200"},
		"it listens elsewhere":      {0, func(*testing.T, site) {}, "nothing listens on $HOST:$PORT, which is 0.0.0.0:"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, environment := newSite(t, test.status)
			test.spoil(t, s)
			said, err := s.provision(t, environment)
			if err == nil || !strings.Contains(said, test.says) {
				t.Errorf("got %v and %q, want %q", err, said, test.says)
			}
		})
	}
}

// The deadline of these is never reached.
func TestProvisioningWaitsNoLongerThanThereIsHope(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		state  string // what systemd says of the service
		says   string
	}{
		"a redirect":                     {302, "ActiveState=active\nNRestarts=0", "/ answers 302, not 200: let that path answer by itself, without a redirect or a sign-in"},
		"an error from the first second": {500, "ActiveState=active\nNRestarts=0", "answers 500, not 200"},
		"a page that is not there":       {404, "ActiveState=active\nNRestarts=1", "answers 404, not 200"},
		"the service has ended":          {503, "NRestarts=0\nActiveState=failed", "has ended and is not started again"},
		"the service did not begin":      {503, "NRestarts=0\nActiveState=inactive", "has ended and is not started again"},
		"a crash loop":                   {503, "NRestarts=3\nActiveState=activating", "ends each time it is started"},
		"a long crash loop":              {503, "ActiveState=activating\nNRestarts=12", "ends each time it is started"},
	} {
		t.Run(name, func(t *testing.T) {
			s, environment := newSite(t, test.status)
			write(t, filepath.Join(s.tools, "systemctl"), "#!/bin/bash\n[ \"$1\" != show ] || printf '"+test.state+"\n'\n[ \"$1\" != status ] || echo its last words\n")
			write(t, filepath.Join(s.tools, "sleep"), "#!/bin/bash\n")
			said, err := s.provision(t, append(environment, "CHECK_SECONDS=1000000"))
			if err == nil || !strings.Contains(said, test.says) || strings.Count(said, "its last words") != 1 {
				t.Errorf("got %v and %q, want %q", err, said, test.says)
			}
		})
	}
}

func TestProvisioningAsksForTheHealthPath(t *testing.T) {
	s, environment := newSite(t, http.StatusNotFound)
	if said, err := s.provision(t, append(environment, "HEALTH_PATH=/healthz")); err != nil || !strings.Contains(said, "/healthz\nit answers") {
		t.Errorf("%v\n%s", err, said)
	}
}

func TestProvisioningNotesHowLongTheServiceTook(t *testing.T) {
	s, environment := newSite(t, http.StatusOK)
	write(t, filepath.Join(s.tools, "systemctl"), "#!/bin/bash\n[ \"$1\" != restart ] || sleep 0.3\n")
	said, err := s.provision(t, environment)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	noted, err := os.ReadFile(filepath.Join(s.root, "etc/photogallery/start-milliseconds"))
	if milliseconds, _ := strconv.Atoi(strings.TrimSpace(string(noted))); err != nil || milliseconds < 300 || milliseconds > 600_000 {
		t.Errorf("%v, noted %q", err, noted)
	}
}

// Only the script's beginning is run: what follows deletes.
func TestProvisioningLeavesAMachineThatIsNoInstanceAlone(t *testing.T) {
	beginning, _, found := strings.Cut(string(recipe.Provision()), "shopt ")
	if !found {
		t.Fatal("the script has changed its form")
	}
	for tag, want := range map[string]string{"i-0123456789abcdef0": "goes on", "": "this machine is no EC2 instance", "ACME Laptop": "this machine is no EC2 instance"} {
		command := exec.CommandContext(t.Context(), "bash", "-s", "bundle")
		command.Env = []string{"TAG=" + tag, "PATH=" + os.Getenv("PATH")}
		command.Stdin = strings.NewReader("cat() { echo \"$TAG\"; }\n" + beginning + "\necho goes on\n")
		said, err := command.CombinedOutput()
		if !strings.Contains(string(said), want) || (err == nil) != (want == "goes on") {
			t.Errorf("%q: got %v and %q, want %q", tag, err, said, want)
		}
	}
}

func run(t *testing.T, environment []string, script string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "bash")
	command.Env = append(os.Environ(), environment...)
	command.Stdin = strings.NewReader(script)
	said, err := command.Output()
	if err != nil {
		t.Fatalf("%v in\n%s", err, script)
	}
	return string(said)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}
