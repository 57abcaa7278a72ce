package process

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"photogallery/internal/systemd"
	"photogallery/release"
)

// environmentPath is the file of a service's settings in the root folder, as on AWS.
const environmentPath = "etc/photogallery/environment"

// build fetches and provisions the bundle and reports the result as one event, as a builder's
// user data does on AWS.
func (m *instance) build() {
	task, err := m.kind.options.Recipe.Build(m.spec.UserData)
	if err == nil {
		err = m.provision(task)
	}
	if err != nil {
		fmt.Fprintf(m.log, "the build failed: %v\n", err)
	}
	m.report(task.Source, task.Release, err)
}

// report sends the result of the instance's only task. A terminated instance sends none.
func (m *instance) report(source, name string, failure error) {
	if m.life.Err() != nil {
		return
	}
	result := release.BuildResult{Instance: m.spec.InstanceID, Release: name, Status: release.BuildSuccess}
	if failure != nil {
		result.Status, result.Reason = release.BuildFailure, failure.Error()
	}
	detail, err := json.Marshal(result)
	if err != nil {
		panic("a build result cannot be encoded: " + err.Error())
	}
	m.host.PutEvents(source, release.BuildResultEvent, detail)
}

func (m *instance) provision(task Build) error {
	work := filepath.Join(m.root, "var", "tmp", "build")
	bundle := filepath.Join(work, "bundle")
	if err := os.MkdirAll(bundle, 0o755); err != nil {
		return err
	}
	if err := m.fetch(task, filepath.Join(work, "bundle.tar.gz")); err != nil {
		return err
	}
	if err := unpackBundle(filepath.Join(work, "bundle.tar.gz"), bundle, m.kind.options.Recipe.Unpacking()); err != nil {
		return fmt.Errorf("unpack the bundle: %w", err)
	}
	if err := m.install(work, bundle, task); err != nil {
		return err
	}
	if err := m.keepSBOM(task); err != nil {
		fmt.Fprintf(m.log, "the image has no software bill of materials: %v\n", err)
	}
	return os.RemoveAll(work)
}

func (m *instance) fetch(task Build, to string) error {
	object, err := m.kind.options.Object(task.Bucket, task.Key)
	if err != nil {
		return fmt.Errorf("fetch the bundle s3://%s/%s: %w", task.Bucket, task.Key, err)
	}
	defer object.Close()
	file, err := os.Create(to)
	if err != nil {
		return err
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(file, sum), object)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != task.SHA256 {
		return fmt.Errorf("the bundle s3://%s/%s has the hash %s, not %s: it was changed or cut off", task.Bucket, task.Key, got, task.SHA256)
	}
	return nil
}

func unpackBundle(path, folder string, limits Unpacking) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	compressed, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("the bundle is not a .tar.gz, or only a part of one: %w", err)
	}
	return extract(tar.NewReader(compressed), folder, limits)
}

// buildGrace is how long the processes that install.sh leaves behind have to end.
const buildGrace = time.Second

// install runs the recipe's script. The end of its output is the reason of a failure.
func (m *instance) install(work, bundle string, task Build) error {
	script := filepath.Join(work, "provision.sh")
	if err := os.WriteFile(script, m.kind.options.Recipe.Provision(), 0o600); err != nil {
		return err
	}
	var tail bytes.Buffer
	err := m.kind.runCommand(m.life, command{
		words: []string{"bash", script, bundle}, folder: bundle, output: io.MultiWriter(m.log, &tail), grace: buildGrace,
		environment: append(append(m.environment(), network()...),
			"ROOT="+m.root, "CHECK_HOST="+m.address.host, "HOME="+m.root, "LANG=C.UTF-8",
			"PATH="+m.kind.scratch+string(os.PathListSeparator)+os.Getenv("PATH"),
			socketVariable+"="+m.kind.socketPath(), instanceVariable+"="+m.spec.InstanceID, "SBOM_FILES="+m.hashes(),
			"HEALTH_PATH="+task.HealthPath, "CHECK_SECONDS="+task.StartSeconds),
	})
	if err != nil {
		return fmt.Errorf("provision.sh: %w: %s", err, lastWords(tail.String()))
	}
	return nil
}

// network lists the environment variables that tell programs how to reach package indexes. A real
// builder does not need them.
func network() (variables []string) {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(strings.ToUpper(variable), "=")
		if strings.HasSuffix(name, "_PROXY") || strings.HasPrefix(name, "SSL_CERT_") || strings.HasPrefix(name, "PIP_") {
			variables = append(variables, variable)
		}
	}
	return variables
}

// lastWords returns the last lines of an output without repeated lines: a service that is restarted
// says the same each time.
func lastWords(output string) string {
	const most = 1500
	said := map[string]bool{}
	output = strings.Join(slices.DeleteFunc(strings.Split(strings.TrimSpace(output), "\n"), func(line string) bool {
		before := said[line]
		said[line] = true
		return before
	}), "\n")
	if len(output) <= most {
		return output
	}
	output = output[len(output)-most:]
	if _, whole, found := strings.Cut(output, "\n"); found {
		return whole
	}
	return output
}

// configure writes the settings that user data gives to the service of a fleet instance, or leads to.
// Without its own settings, which are written last, the service does not start.
func (m *instance) configure() error {
	settings, err := m.kind.options.Recipe.Settings(m.spec.UserData)
	if err == nil {
		err = m.configureApp(m.kind.options.Recipe.App(m.spec.UserData))
	}
	if err != nil {
		return err
	}
	maps.Copy(settings, m.kind.options.Settings)
	for _, variable := range m.environment() {
		name, value, _ := strings.Cut(variable, "=")
		settings[name] = value
	}
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		lines.WriteString(name + "=" + systemd.Quote(settings[name]) + "\n")
	}
	path := filepath.Join(m.root, environmentPath)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(lines.String()), 0o600)
}
