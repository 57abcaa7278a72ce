package local_test

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/local"
	"photogallery/internal/local/control"
	"photogallery/internal/local/process"
	"photogallery/release"
)

// The test binary is also the machines' systemctl.
func TestMain(m *testing.M) {
	if status, called := process.Shim(os.Args); called {
		os.Exit(status)
	}
	os.Exit(run(m))
}

func run(m *testing.M) (status int) {
	folder, err := os.MkdirTemp("", "local-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	builtIn = folder
	return m.Run()
}

// builtIn is where the service is put.
var builtIn string

// service builds the bundle's service once. A test that runs again on a disk of its own finds the one
// of the first run.
var service = sync.OnceValues(func() (program []byte, err error) {
	path := os.Getenv(builtService)
	if path == "" {
		path = filepath.Join(builtIn, "server")
		if said, err := exec.Command("go", "build", "-ldflags", "-s -w", "-o", path, "./testdata/service").CombinedOutput(); err != nil { //nolint:noctx // once for all tests
			return nil, fmt.Errorf("go build: %w\n%s", err, said)
		}
		if err := os.Setenv(builtService, path); err != nil {
			return nil, err
		}
	}
	return os.ReadFile(path)
})

const builtService = "GALLERY_TEST_SERVICE"

const pace = 60

func bundle(notes string) func(io.Writer) error {
	return func(to io.Writer) error {
		self, err := service()
		if err != nil {
			return err
		}
		compressed, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
		if err != nil {
			return err
		}
		entries := tar.NewWriter(compressed)
		files := map[string]string{
			"server": string(self), "install.sh": "install -m 0755 server \"$INSTALL_DIR/server\"\n",
			"test.service": "[Service]\nExecStart=/opt/photogallery/server\nRestart=always\nTimeoutStopSec=10\nEnvironment=NOTES=" + notes +
				"\n[Install]\nWantedBy=multi-user.target\n",
		}
		for _, name := range slices.Sorted(maps.Keys(files)) {
			content := files[name]
			err = errors.Join(err, entries.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(content))}))
			_, writeErr := io.WriteString(entries, content)
			err = errors.Join(err, writeErr)
		}
		return errors.Join(err, entries.Close(), compressed.Close())
	}
}

type cloud struct {
	*testing.T
	*local.Local
	control *control.Client
	sfn     *sfn.Client
	notes   string
}

func start(t *testing.T, data string) *cloud {
	t.Helper()
	return startAt(t, data, "127.0.0.1:0")
}

func startAt(t *testing.T, data, address string) *cloud {
	t.Helper()
	notes := filepath.Join(data, "notes") // part of the bundle, and so of its digest
	if err := os.MkdirAll(notes, 0o700); err != nil {
		t.Fatal(err)
	}
	return startWith(t, notes, local.Options{Address: address, Data: data})
}

// startWith starts a cloud whose bundle's service writes into the folder notes.
func startWith(t *testing.T, notes string, options local.Options) *cloud {
	t.Helper()
	options.Program, options.Bundle, options.Pace = os.Args[0], bundle(notes), pace
	up, err := local.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{T: t, Local: up, control: control.NewClient(up.Endpoint()), sfn: up.Endpoint().StepFunctions(), notes: notes}
	t.Cleanup(func() {
		if err := up.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// ended releases and waits for the end.
func (c *cloud) ended() *sfn.DescribeExecutionOutput { return c.endOf("{}") }

func (c *cloud) endOf(input string) *sfn.DescribeExecutionOutput {
	c.Helper()
	arn, err := c.Release(c.Context(), "", input)
	if err != nil {
		c.Fatal(err)
	}
	for {
		out, err := c.sfn.DescribeExecution(c.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
		if err != nil {
			c.Fatal(err)
		}
		if out.Status != "RUNNING" {
			return out
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// released makes a release that succeeds and gives the states that it came by.
func (c *cloud) released() (states []string) {
	c.Helper()
	out := c.ended()
	if out.Status != "SUCCEEDED" {
		c.Fatalf("the release ended %s: %s %s", out.Status, aws.ToString(out.Error), aws.ToString(out.Cause))
	}
	pages := sfn.NewGetExecutionHistoryPaginator(c.sfn, &sfn.GetExecutionHistoryInput{ExecutionArn: out.ExecutionArn})
	for pages.HasMorePages() {
		page, err := pages.NextPage(c.Context())
		if err != nil {
			c.Fatal(err)
		}
		for _, event := range page.Events {
			if event.StateEnteredEventDetails != nil {
				states = append(states, aws.ToString(event.StateEnteredEventDetails.Name))
			}
		}
	}
	return states
}

func (c *cloud) get(path string) (status int, body string, err error) {
	request, err := http.NewRequestWithContext(c.Context(), http.MethodGet, c.Endpoint().Gallery+path, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return response.StatusCode, string(content), err
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestInstanceAnswersItsRequestsBeforeItEnds(t *testing.T) {
	c := start(t, t.TempDir())
	c.released()
	status, err := c.control.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const requests = 4
	answered := make(chan string, requests)
	for range requests {
		go func() {
			status, body, err := c.get("/slow")
			answered <- fmt.Sprintf("%d %.19s %v", status, body, err)
		}()
	}
	for len(glob(t, filepath.Join(c.notes, "slow-*"))) < requests {
		time.Sleep(10 * time.Millisecond)
	}
	for _, i := range status.Instances {
		if err := c.control.Terminate(t.Context(), i.ID); err != nil {
			t.Fatal(err)
		}
	}
	for range requests {
		if got := <-answered; got[:3] != "200" {
			t.Error(got)
		}
	}
}

func TestCloseLetsServicesEnd(t *testing.T) {
	c := start(t, t.TempDir())
	c.released()
	status, err := c.control.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	for _, i := range status.Instances {
		if _, err := os.Stat(filepath.Join(c.notes, i.ID)); err != nil {
			t.Errorf("instance %s was not asked to end: %v", i.ID, err)
		}
	}
}

// A kill may follow at once.
func TestReleaseIsOnTheDiskBeforeItIsReported(t *testing.T) {
	data := t.TempDir()
	c := start(t, data)
	out := c.endOf(`{}`)
	content, err := os.ReadFile(filepath.Join(data, "cloud.json"))
	if err != nil {
		t.Fatal(err)
	}
	var kept struct {
		Current release.Current
		Images  []struct{ ID string }
	}
	if err := json.Unmarshal(content, &kept); err != nil {
		t.Fatal(err)
	}
	if kept.Current.Release != aws.ToString(out.Name) || len(kept.Images) != 1 || kept.Images[0].ID != kept.Current.Image {
		t.Errorf("after release %s the disk has %s", aws.ToString(out.Name), content)
	}
}

func TestSizesAndTTLOutlastARestart(t *testing.T) {
	data := t.TempDir()
	first := start(t, data)
	first.endOf(`{"minSize": 1, "maxSize": 3, "ttl": "8h"}`)
	before := first.Status()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := start(t, data)
	second.released()
	after := second.Status()
	if after.Group.Min != 1 || after.Group.Max != 3 {
		t.Errorf("the group has %+v", after.Group)
	}
	if len(before.Schedules) != 1 || len(after.Schedules) != 1 || !after.Schedules[0].Next.Equal(before.Schedules[0].Next) {
		t.Errorf("before it is torn down by %+v, then by %+v", before.Schedules, after.Schedules)
	}
}

func TestRestartDropsImageOfReleaseThatWasCutOff(t *testing.T) {
	data := t.TempDir()
	first := start(t, data)
	first.released()
	good := first.images()
	if _, err := first.Release(t.Context(), "cut-off", `{"rebake": true}`); err != nil {
		t.Fatal(err)
	}
	for len(first.images()) == len(good) {
		time.Sleep(10 * time.Millisecond)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := start(t, data)
	if now := second.images(); !slices.Equal(now, good) {
		t.Errorf("the images are %v after the restart, %v before the release that was cut off", now, good)
	}
	second.released()
	if now := second.images(); !slices.Equal(now, good) {
		t.Errorf("the release after the restart left %v of %v", now, good)
	}
	if archives := glob(t, filepath.Join(data, "images", "*")); len(archives) != len(good) {
		t.Errorf("the disk has %v", archives)
	}
}

// images returns the IDs of those that a release can take.
func (c *cloud) images() (ids []string) {
	c.Helper()
	images, err := c.control.Images(c.Context())
	if err != nil {
		c.Fatal(err)
	}
	for _, image := range images {
		if image.State == "available" {
			ids = append(ids, image.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

func TestSecondStartBakesNothing(t *testing.T) {
	data := t.TempDir()
	first := start(t, data)
	if states := first.released(); !slices.Contains(states, "LaunchBuilder") {
		t.Errorf("the first release came by %v", states)
	}
	if _, err := local.Start(t.Context(), local.Options{Address: "127.0.0.1:0", Data: data, Program: os.Args[0]}); release.CodeOf(err) != release.StillInUse {
		t.Errorf("a second cloud on the folder: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := start(t, data)
	if states := second.released(); slices.Contains(states, "LaunchBuilder") {
		t.Errorf("the second release came by %v", states)
	}
	if status, body, err := second.get("/"); status != http.StatusOK {
		t.Errorf("got %d %s, %v", status, body, err)
	}
}
