package process_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	limits "photogallery/gallery-ami/recipe"
	"photogallery/internal/local/process"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/patience"
)

// The test binary is also the machines' systemctl and the service that the test bundles hold.
func TestMain(m *testing.M) {
	if status, called := process.Shim(os.Args); called {
		os.Exit(status)
	}
	if filepath.Base(os.Args[0]) == "server" {
		serve()
		return
	}
	os.Exit(m.Run())
}

func serve() {
	address := os.Getenv("HOST") + ":" + os.Getenv("PORT")
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/die" {
			os.Exit(3)
		}
		fmt.Fprintf(w, "%s on %s in %s", os.Getenv("RELEASE"), os.Getenv("INSTANCE_ID"), os.Getenv("ZONE"))
	})
	fmt.Fprintln(os.Stderr, http.ListenAndServe(address, handler)) //nolint:gosec // a test's service
}

const serviceUnit = `[Unit]
Description=A test's service
[Service]
ExecStart=/opt/photogallery/server
Restart=always
RestartSec=0.01
[Install]
WantedBy=multi-user.target
`

// bundle makes a .tar.gz of files; "server" is the test binary.
func bundle(t *testing.T, files map[string]string) []byte {
	t.Helper()
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	files["server"] = string(self)
	var packed bytes.Buffer
	compressed, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	entries := tar.NewWriter(compressed)
	for name, content := range files {
		if err := entries.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(entries, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := entries.Close(); err != nil {
		t.Fatal(err)
	}
	if err := compressed.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func working(t *testing.T) []byte {
	return bundle(t, map[string]string{
		"photogallery.service": serviceUnit,
		"install.sh":           "install -m 0755 server \"$INSTALL_DIR/server\"\n",
	})
}

// provision is a small recipe: the real one is tested where the whole chain is.
const provision = `set -e
export INSTALL_DIR=$ROOT/opt/photogallery
mkdir -p "$INSTALL_DIR" "$ROOT/etc/systemd/system" "$ROOT/etc/photogallery"
echo RELEASE=build >"$ROOT/etc/photogallery/environment"
(cd "$1" && bash install.sh)
cp "$1"/*.service "$ROOT/etc/systemd/system/photogallery.service"
mkdir -p "$ROOT/etc/systemd/system/photogallery.service.d"
printf '[Service]\nEnvironmentFile=/etc/photogallery/environment\n' >"$ROOT/etc/systemd/system/photogallery.service.d/settings.conf"
systemctl daemon-reload
systemctl enable --now photogallery
`

type recipe struct {
	build process.Build
	app   process.App
	run   process.Run
}

func (r recipe) Build(string) (process.Build, error) { return r.build, nil }
func (r recipe) Run(string) (process.Run, error)     { return r.run, nil }
func (r recipe) App(string) process.App              { return r.app }
func (r recipe) Provision() []byte                   { return []byte(provision) }
func (r recipe) SBOM() []byte                        { return []byte("print('{}')") }
func (r recipe) Unpacking() process.Unpacking        { return new(limits.Unpacking) }
func (r recipe) Settings(userData string) (map[string]string, error) {
	return map[string]string{"RELEASE": userData}, nil
}

type host struct {
	events  chan map[string]string
	stopped chan string
}

func newHost() host { return host{make(chan map[string]string, 1), make(chan string, 10)} }

func (h host) PutEvents(_, _ string, detail json.RawMessage) {
	var result map[string]string
	_ = json.Unmarshal(detail, &result)
	h.events <- result
}
func (h host) Stopped(id string) { h.stopped <- id }
func (h host) After(d time.Duration, what func()) func() {
	timer := time.AfterFunc(d, what)
	return func() { timer.Stop() }
}

func newKind(t *testing.T, packed []byte) *process.Kind {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(packed)
	k, err := process.New(process.Options{
		Dir: t.TempDir(), Program: program,
		Recipe: recipe{build: process.Build{Bucket: "bundles", Key: "b", SHA256: hex.EncodeToString(sum[:]), Release: "r1"}},
		Object: func(string, string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(packed)), nil },
		Store:  func(string, string, []byte) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	return k
}

func bake(t *testing.T, k *process.Kind) (image any) {
	t.Helper()
	h := newHost()
	builder := k.Boot(machine.Spec{InstanceID: "i-builder", Role: "builder"}, h)
	if result := next(t, h.events); result["status"] != "success" || result["release"] != "r1" {
		t.Fatalf("the build reported %v", result)
	}
	captured := make(chan error, 1)
	k.Capture(builder, func(content any, size int64, err error) {
		if size == 0 && err == nil {
			t.Error("an image of no bytes")
		}
		image = content
		captured <- err
	})
	if err := next(t, captured); err != nil {
		t.Fatal(err)
	}
	builder.Stop()
	next(t, h.stopped)
	return image
}

// answer asks until the service answers.
func answer(t *testing.T, m machine.Machine, path string) (said string) {
	t.Helper()
	until(t, "an answer of the service", func() (answered bool) {
		said, answered = asked(t, m, path)
		return answered
	})
	return said
}

// asked asks once, and reports whether the whole of an answer came.
func asked(t *testing.T, m machine.Machine, path string) (said string, answered bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience.Limit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://instance"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := m.RoundTrip(request)
	if err != nil {
		return "", false
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err == nil
}

func TestBundleBecomesAnImageThatServes(t *testing.T) {
	k := newKind(t, working(t))
	image := bake(t, k)
	h := newHost()
	fleet := k.Boot(machine.Spec{InstanceID: "i-1", Zone: "us-east-1a", Role: "fleet", Image: image, UserData: "v2"}, h)
	if got, want := answer(t, fleet, "/"), "v2 on i-1 in us-east-1a"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	fleet.Stop()
	if id := next(t, h.stopped); id != "i-1" {
		t.Errorf("%s stopped", id)
	}
	request, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://instance/", nil)
	if response, err := fleet.RoundTrip(request); err == nil {
		response.Body.Close()
		t.Error("a stopped instance answers")
	}
}

func TestUnitCommandsExpandVariables(t *testing.T) {
	unit := strings.Replace(serviceUnit, "/opt/photogallery/server", "/bin/sh -c '[ \"$1 $2 $3 $4\" = \"r-build a b $\" ] && exec \"$0\"' /opt/photogallery/server r-${RELEASE} $LIST $$", 1)
	unit = strings.Replace(unit, "[Service]\n", "[Service]\nEnvironment='LIST=a b'\n", 1)
	k := newKind(t, bundle(t, map[string]string{
		"photogallery.service": unit,
		"install.sh":           "install -m 0755 server \"$INSTALL_DIR/server\"\n",
	}))
	h := newHost()
	builder := k.Boot(machine.Spec{InstanceID: "i-builder", Zone: "z", Role: "builder"}, h)
	next(t, h.events)
	if got := answer(t, builder, "/"); got != "build on i-builder in z" {
		t.Errorf("got %q", got)
	}
}

func TestBuildNamesIgnoredDirectivesOnce(t *testing.T) {
	k := newKind(t, bundle(t, map[string]string{
		"photogallery.service": strings.Replace(serviceUnit, "[Service]\n", "[Service]\nTasksMax=9\nMemoryMax=75%\nMemoryMax=1G\n", 1),
		"install.sh":           "cp server \"$INSTALL_DIR/server\"\n",
	}))
	bake(t, k)
	log, err := os.ReadFile(k.LogFile("i-builder"))
	if want := "photogallery.service: on one machine these change nothing, see docs/bundle.md: MemoryMax, TasksMax\n"; err != nil || strings.Count(string(log), want) != 1 {
		t.Errorf("%v: the log does not say once %q:\n%s", err, want, log)
	}
}

func TestServiceSettingsArriveUnchanged(t *testing.T) {
	k := newKind(t, working(t))
	release := `odd "$name\ 'x' ` + "`y` #;  "
	fleet := k.Boot(machine.Spec{InstanceID: "i-1", Zone: "z", Image: bake(t, k), UserData: release}, newHost())
	if got, want := answer(t, fleet, "/"), release+" on i-1 in z"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLogsOfAReleaseAreFoundWhenItsInstancesAreGone(t *testing.T) {
	k := newKind(t, working(t))
	h := newHost()
	fleet := k.Boot(machine.Spec{InstanceID: "i-1", Zone: "z", Role: "fleet", Image: bake(t, k), UserData: "v1"}, h)
	answer(t, fleet, "/")
	fleet.Stop()
	next(t, h.stopped)
	if of, err := k.LogsOf("v1"); err != nil || !slices.Equal(of, []string{"i-1"}) {
		t.Errorf("v1 has the logs of %v, %v", of, err)
	}
	if of, err := k.LogsOf("r1"); err != nil || !slices.Equal(of, []string{"i-builder"}) {
		t.Errorf("the build has the logs of %v, %v", of, err)
	}
	if of, err := k.LogsOf("none"); err != nil || len(of) != 0 {
		t.Errorf("none has the logs of %v, %v", of, err)
	}
}

func TestDeadServiceIsRestarted(t *testing.T) {
	k := newKind(t, working(t))
	fleet := k.Boot(machine.Spec{InstanceID: "i-1", Zone: "z", Image: bake(t, k), UserData: "v1"}, newHost())
	answer(t, fleet, "/")
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://instance/die", nil)
	if response, err := fleet.RoundTrip(request); err == nil {
		response.Body.Close()
		t.Fatal("the service answered its own death")
	}
	if got := answer(t, fleet, "/"); got != "v1 on i-1 in z" {
		t.Errorf("got %q", got)
	}
}

func TestFailedBuildReportsItsLogTail(t *testing.T) {
	tests := map[string]struct {
		files  map[string]string
		reason string
	}{
		"the install script fails": {
			map[string]string{"photogallery.service": serviceUnit, "install.sh": "echo no such luck; exit 7\n"}, "no such luck"},
		"the install script asks for a service's state": {
			map[string]string{"photogallery.service": serviceUnit, "install.sh": "echo such is life\nsystemctl status --no-pager --lines=9 photogallery\nexit 7\n"},
			"such is life\nphotogallery.service is inactive. Its machine said last:"},
		"the install script says the same again and again": {
			map[string]string{"photogallery.service": serviceUnit, "install.sh": "for i in {1..50}; do echo such is life; done; exit 7\n"},
			"exit status 7: such is life"},
		"the unit asks for what is not honored": {
			map[string]string{"photogallery.service": "[Service]\nExecStart=/bin/true\nSockets=x\n", "install.sh": ":"}, "Sockets=x is not honored"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			k := newKind(t, bundle(t, test.files))
			h := newHost()
			k.Boot(machine.Spec{InstanceID: "i-1", Role: "builder"}, h)
			if result := next(t, h.events); result["status"] != "failure" || !strings.Contains(result["reason"], test.reason) || strings.Count(result["reason"], "such is life") > 1 {
				t.Errorf("reported %v, want %q", result, test.reason)
			}
		})
	}
}

func TestBundleMayHaveFolders(t *testing.T) {
	k := newKind(t, bundle(t, map[string]string{
		"photogallery.service": serviceUnit, "lib/deep/greeting": "hello",
		"install.sh": "[ \"$(cat lib/deep/greeting)\" = hello ] && cp server \"$INSTALL_DIR/server\"\n",
	}))
	bake(t, k)
}

func TestClosingLeavesOnlyImagesAndLogs(t *testing.T) {
	dir := t.TempDir()
	packed := working(t)
	sum := sha256.Sum256(packed)
	k, err := process.New(process.Options{
		Dir: dir, Program: os.Args[0],
		Recipe: recipe{build: process.Build{SHA256: hex.EncodeToString(sum[:]), Release: "r1"}},
		Object: func(string, string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(packed)), nil },
		Store:  func(string, string, []byte) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	image := bake(t, k)
	fleet := k.Boot(machine.Spec{InstanceID: "i-1", Image: image}, newHost())
	answer(t, fleet, "/")
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if name := entry.Name(); name != "images" && name != "logs" {
			t.Errorf("%s is left", name)
		}
	}
}
