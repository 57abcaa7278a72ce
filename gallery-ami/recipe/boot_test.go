package recipe_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"photogallery/gallery-ami/recipe"
)

// stub stands for the commands that reach out of the machine. The bucket is a folder, whose objects
// can be made once: ln fails where the name is taken.
const stub = `#!/bin/bash
name=${0##*/}
case "$name" in
  curl) echo i-0123456789abcdef0 ;;
  sleep) ;;
  systemctl|amazon-cloudwatch-agent-ctl) echo "$name $*" >>"$ROOT/asked" ;;
  aws)
    object=$BUCKET/$8
    [ -z "${REFUSE:-}" ] || { echo "An error occurred (AccessDenied)" >&2; exit 254; }
    case "$2" in
      get-object) cp "$object" "$9" 2>/dev/null || { echo "An error occurred (AccessDenied)" >&2; exit 254; } ;;
      put-object)
        [ "${11} ${12}" = "--if-none-match *" ] || { echo "the write has no condition: $*" >&2; exit 2; }
        chmod u+r "${10}" && cp "${10}" "$object.$BASHPID" && ln "$object.$BASHPID" "$object" 2>/dev/null || { echo "An error occurred (PreconditionFailed)" >&2; exit 254; }
        ;;
    esac ;;
esac
`

// host is a folder that an instance boots in.
type host struct {
	root, bucket string
	environment  []string
}

func newHost(t *testing.T, bucket string, more ...string) host {
	t.Helper()
	root := t.TempDir()
	h := host{root: root, bucket: bucket}
	for _, name := range []string{"curl", "sleep", "systemctl", "aws"} {
		write(t, filepath.Join(root, "bin", name), stub)
	}
	write(t, filepath.Join(root, "opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl"), stub)
	write(t, filepath.Join(root, "opt/aws/amazon-cloudwatch-agent/etc/there"), "")
	h.environment = append([]string{"ROOT=" + root, "BUCKET=" + bucket, "PATH=" + filepath.Join(root, "bin") + ":" + os.Getenv("PATH")}, more...)
	return h
}

// boot runs the script with all of the machine's own paths below the root.
func (h host) boot(t *testing.T, script string) (said string, err error) {
	for _, path := range []string{"/etc/photogallery", "/etc/systemd", "/etc/logrotate.d", "/opt/aws"} {
		script = strings.ReplaceAll(script, path, h.root+path)
	}
	command := exec.CommandContext(t.Context(), "bash", "-s")
	command.Env = h.environment
	command.Stdin = strings.NewReader(script)
	output, err := command.CombinedOutput()
	return string(output), err
}

func (h host) file(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(h.root, path))
	if err != nil {
		t.Error(err)
	}
	return string(content)
}

func (h host) has(path string) bool {
	_, err := os.Stat(filepath.Join(h.root, path))
	return err == nil
}

func newBucket(t *testing.T) string {
	t.Helper()
	bucket := t.TempDir()
	if err := os.MkdirAll(filepath.Join(bucket, filepath.Dir(recipe.UploadKey)), 0o755); err != nil {
		t.Fatal(err)
	}
	return bucket
}

const (
	keyFile   = "etc/photogallery/upload-key"
	keyDropIn = "etc/systemd/system/photogallery.service.d/upload-key.conf"
	logDropIn = "etc/systemd/system/photogallery.service.d/log.conf"
)

func TestInstancesThatBootTogetherAgreeOnOneKey(t *testing.T) {
	bucket := newBucket(t)
	script := fleet(t, recipe.FleetInput{Release: "r1", Bucket: "b", Region: "eu-west-1", Uploads: "on"})
	hosts, said, failures := make([]host, 6), make([]string, 6), make([]error, 6)
	for i := range hosts {
		hosts[i] = newHost(t, bucket)
	}
	var booting sync.WaitGroup
	for i := range hosts {
		booting.Go(func() { said[i], failures[i] = hosts[i].boot(t, script) })
	}
	booting.Wait()
	key := hosts[0].file(t, keyFile)
	if len(strings.TrimSpace(key)) < 32 {
		t.Errorf("the key has %d characters", len(key))
	}
	for i, h := range hosts {
		if failures[i] != nil {
			t.Fatalf("%v: %s", failures[i], said[i])
		}
		if h.file(t, keyFile) != key {
			t.Error("two instances have two keys")
		}
		if strings.Contains(said[i], strings.TrimSpace(key)) || strings.Contains(h.file(t, "etc/photogallery/environment"), strings.TrimSpace(key)) {
			t.Error("the key is in the boot's log or in the service's environment")
		}
		if about, err := os.Stat(filepath.Join(h.root, keyFile)); err != nil || about.Mode().Perm() != 0o600 {
			t.Errorf("%v, the key's file is %v", err, about.Mode())
		}
		if h.has(keyFile + ".new") {
			t.Error("the key that lost is still there")
		}
		dropIn := h.file(t, keyDropIn)
		if !strings.Contains(dropIn, "LoadCredential=upload-key:"+h.root+"/"+keyFile+"\n") || !strings.Contains(dropIn, "Environment=UPLOAD_KEY_FILE=%d/upload-key\n") {
			t.Errorf("the service is given %q", dropIn)
		}
		if asked := h.file(t, "asked"); asked != "systemctl daemon-reload\nsystemctl restart --no-block photogallery.service\n" {
			t.Errorf("systemd was asked for %q", asked)
		}
	}
}

func TestUploadsThatAreOffNeedNoKey(t *testing.T) {
	for uploads, want := range map[string]string{"off": "ALLOW_UPLOAD=\"0\"\n", "": ""} {
		h := newHost(t, newBucket(t))
		if said, err := h.boot(t, fleet(t, recipe.FleetInput{Release: "r1", Bucket: "b", Region: "eu-west-1", Uploads: uploads})); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		settings := h.file(t, "etc/photogallery/environment")
		if !strings.Contains(settings, want) || strings.Contains(settings, "ALLOW_UPLOAD") != (want != "") {
			t.Errorf("%q: the settings are\n%s", uploads, settings)
		}
		if h.has(keyFile) || h.has(keyDropIn) || h.has(logDropIn) {
			t.Errorf("%q: there is a key or a log nobody asked for", uploads)
		}
	}
	if _, err := recipe.FleetUserData(recipe.FleetInput{Release: "r1", Uploads: "maybe"}); err == nil || !strings.Contains(err.Error(), `"maybe"`) {
		t.Errorf("got %v", err)
	}
}

func TestInstanceSendsItsLogs(t *testing.T) {
	h := newHost(t, newBucket(t))
	group := "/photogallery/main" + hostile
	if said, err := h.boot(t, fleet(t, recipe.FleetInput{Release: "r1", Bucket: "b", Region: "eu-west-1", LogGroup: group})); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	var config struct {
		Agent map[string]any
		Logs  struct {
			Collected struct {
				Files struct {
					List []map[string]string `json:"collect_list"`
				}
			} `json:"logs_collected"`
		}
	}
	if err := json.Unmarshal([]byte(h.file(t, "opt/aws/amazon-cloudwatch-agent/etc/cloudwatch-agent.json")), &config); err != nil {
		t.Fatal(err)
	}
	if config.Agent["use_dualstack_endpoint"] != true || config.Agent["region"] != "eu-west-1" {
		t.Errorf("the agent is told %v", config.Agent)
	}
	files := map[string]string{}
	for _, file := range config.Logs.Collected.Files.List {
		files[file["log_stream_name"]] = file["file_path"]
		if file["log_group_name"] != group {
			t.Errorf("%s goes to %q", file["file_path"], file["log_group_name"])
		}
	}
	logs := files["{instance_id}/r1"]
	if files["{instance_id}/r1/boot"] == "" {
		t.Errorf("the boot's log is not sent: %v", files)
	}
	if dropIn := h.file(t, logDropIn); logs == "" || !strings.Contains(dropIn, "StandardOutput=append:"+logs+"\n") || !strings.Contains(dropIn, "StandardError=append:"+logs+"\n") {
		t.Errorf("the agent reads %v, the service writes %s", files, dropIn)
	}
	// The log's size is looked at more often than once a day.
	if timer := h.file(t, "etc/systemd/system/logrotate.timer.d/photogallery.conf"); !strings.Contains(timer, "[Timer]\nOnCalendar=\nOnCalendar=*:0/10\n") {
		t.Errorf("logs are rotated by %s", timer)
	}
	want := []string{
		"systemctl daemon-reload", "systemctl restart --no-block logrotate.timer", "systemctl restart --no-block photogallery.service",
		fmt.Sprintf("amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:%s/opt/aws/amazon-cloudwatch-agent/etc/cloudwatch-agent.json", h.root), "",
	}
	if asked := strings.Split(h.file(t, "asked"), "\n"); !slices.Equal(asked, want) {
		t.Errorf("asked for %q, want %q", asked, want)
	}
}

// An image from before the agent or logrotate was part of it, and an agent that does not start, serve all the same.
func TestInstanceServesWithoutWhatSendsAndRotatesItsLog(t *testing.T) {
	script := fleet(t, recipe.FleetInput{Release: "r1", Bucket: "b", Region: "eu-west-1", LogGroup: "/g"})
	const ctl = "opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl"
	for says, spoil := range map[string]func(h host){
		"this image has no CloudWatch agent":       func(h host) { remove(t, filepath.Join(h.root, ctl)) },
		"the CloudWatch agent does not start: log": func(h host) { write(t, filepath.Join(h.root, ctl), "#!/bin/bash\nexit 1\n") },
		"this image has no logrotate: the log grows": func(h host) {
			write(t, filepath.Join(h.root, "bin/systemctl"), stub+"[[ \"$*\" != *logrotate* ]] || exit 5\n")
		},
	} {
		h := newHost(t, newBucket(t))
		spoil(h)
		said, err := h.boot(t, script)
		if err != nil || !strings.Contains(said, says) || !strings.Contains(h.file(t, "asked"), "restart --no-block photogallery.service") {
			t.Errorf("%v, it says %q, want %q", err, said, says)
		}
	}
}

func TestInstanceWithoutKeyFailsAndSaysSo(t *testing.T) {
	h := newHost(t, newBucket(t), "REFUSE=1")
	said, err := h.boot(t, fleet(t, recipe.FleetInput{Release: "r1", Bucket: "b", Region: "eu-west-1", Uploads: "on", LogGroup: "/g"}))
	if err == nil || !strings.Contains(said, "can be neither read nor made") || !strings.Contains(said, "AccessDenied") {
		t.Errorf("got %v, %s", err, said)
	}
	asked := strings.Split(strings.TrimSpace(h.file(t, "asked")), "\n")
	if len(asked) != 1 || !strings.HasPrefix(asked[0], "amazon-cloudwatch-agent-ctl") {
		t.Errorf("asked for %q; the boot's log should be sent, and no service started", asked)
	}
}

// The builder's log is one event of at most what an event takes, whatever is in it.
func TestBuilderKeepsItsLog(t *testing.T) {
	script := builder(t, recipe.BuilderInput{Bucket: "b", Key: "k", SHA256: "s", Region: "r", Release: "r1", LogGroup: "/g"})
	functions := script[strings.Index(script, "json() {"):strings.Index(script, "failed=\n")]
	root := t.TempDir()
	functions = strings.ReplaceAll(functions, "/run/photogallery", root)
	write(t, filepath.Join(root, "aws"), "#!/bin/bash\necho \"$@\" >>"+root+"/asked\nexit 1\n")
	write(t, filepath.Join(root, "log"), strings.Repeat("a \"quoted\" \\ line\n", 9000)+"the end\n")
	run(t, []string{"PATH=" + root + ":" + os.Getenv("PATH")}, `
set -Eeuo pipefail
region=r release=r1 instance=i-1 log_group=/g log=`+root+`/log
`+functions+`
keep_log
`)
	content, err := os.ReadFile(filepath.Join(root, "events.json"))
	if err != nil {
		t.Fatal(err)
	}
	var events []struct {
		Timestamp int64
		Message   string
	}
	if err := json.Unmarshal(content, &events); err != nil || len(events) != 1 || !strings.HasSuffix(events[0].Message, "line\nthe end") || events[0].Timestamp < 1e12 {
		t.Errorf("%v, the events are %.200s", err, content)
	}
	if len(content) > 200_000 {
		t.Errorf("the event has %d bytes", len(content))
	}
	asked, err := os.ReadFile(filepath.Join(root, "asked"))
	if err != nil || !slices.Equal(strings.Split(string(asked), "\n"), []string{
		"logs create-log-stream --region r --log-group-name /g --log-stream-name i-1/r1/build",
		"logs put-log-events --region r --log-group-name /g --log-stream-name i-1/r1/build --log-events file://" + root + "/events.json", "",
	}) {
		t.Errorf("%v, asked for %s", err, asked)
	}
}
