package local_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/environment"
)

// marked is a secret that nothing but its own files may have, with what a shell or systemd would change.
const marked = "hunter2-MARKED \"'$x`\\\nsecond line\n"

func (c *cloud) configure(change environment.SettingsChange) string {
	c.Helper()
	outcome, err := c.control.Configure(c.Context(), change)
	if err != nil {
		c.Fatal(err)
	}
	return outcome.Digest
}

// shows checks what every instance says of its settings.
func (c *cloud) shows(databaseURL string, secret string) {
	c.Helper()
	want := fmt.Sprintf("%q, %d bytes, file %t", databaseURL, len(secret), true)
	if secret == "" {
		want = fmt.Sprintf("%q, 0 bytes, file true", databaseURL)
	}
	for range 4 { // both instances answer in turn
		if status, body, err := c.get("/settings"); err != nil || status != 200 || body != want {
			c.Errorf("%v %d, it shows %q, want %q", err, status, body, want)
		}
	}
}

func (c *cloud) endsWell(input string) {
	c.Helper()
	if out := c.endOf(input); out.Status != "SUCCEEDED" {
		c.Fatalf("%s ended %s: %s", input, out.Status, *out.Cause)
	}
}

func TestSettingsAndSecretsReachTheServiceAndComeBackAfterARollback(t *testing.T) {
	data := t.TempDir()
	c := start(t, data)
	const url = "postgres://u:p@h/d?x=1&y=$z\nline"
	first := c.configure(environment.SettingsChange{By: "me", Set: map[string]string{"DATABASE_URL": url}, SetSecrets: map[string][]byte{"SESSION_KEY": []byte(marked)}})
	c.released()
	c.shows(url, marked)
	c.givesAShell("DATABASE_URL="+url, "hunter2-MARKED")
	c.configure(environment.SettingsChange{Set: map[string]string{"DATABASE_URL": "other"}, SetSecrets: map[string][]byte{"SESSION_KEY": []byte(marked + marked)}})
	if states := c.released(); slices.Contains(states, "LaunchBuilder") {
		t.Error("other settings were baked")
	}
	c.shows("other", marked+marked)
	c.endsWell(`{"settings": "` + first + `"}`)
	c.shows(url, marked)

	c.configure(environment.SettingsChange{Set: map[string]string{"FAIL": "1"}})
	if out := c.endOf(`{"strategy": "rolling"}`); out.Status != "FAILED" {
		t.Errorf("it ended %s", out.Status)
	}
	c.shows(url, marked)
	c.nothingTells(data, []byte("hunter2-MARKED"))

	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, data)
	again.configure(environment.SettingsChange{Unset: []string{"FAIL"}})
	again.released()
	again.shows(url, marked)
}

// givesAShell checks that a shell on an instance has a setting, and of the secrets only their folder.
func (c *cloud) givesAShell(setting, secret string) {
	c.Helper()
	instances := c.Status().Instances
	start, err := c.control.Shell(c.Context(), instances[0].ID)
	if err != nil {
		c.Fatal(err)
	}
	environment := strings.Join(start.Environment, "\n")
	if !strings.Contains(environment, setting) || strings.Contains(environment, secret) || !strings.Contains(environment, "INSTANCE_ID="+instances[0].ID) {
		c.Errorf("a shell has the variables\n%s", environment)
	}
	_, credentials, _ := strings.Cut(environment, "CREDENTIALS_DIRECTORY=")
	credentials, _, _ = strings.Cut(credentials, "\n")
	if value, err := os.ReadFile(filepath.Join(credentials, "SESSION_KEY")); err != nil || !bytes.Contains(value, []byte(secret)) {
		c.Errorf("the service's credential is %q, %v", value, err)
	}
	if installed, err := os.ReadDir(start.Folder); err != nil || len(installed) == 0 {
		c.Errorf("it starts in %s, with %v, %v", start.Folder, installed, err)
	}
}

// nothingTells searches all that is stored, logged and shown for a secret.
func (c *cloud) nothingTells(data string, secret []byte) {
	c.Helper()
	files, secrets := 0, 0
	err := filepath.WalkDir(data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil //nolint:nilerr // an instance that ends takes its files along
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil //nolint:nilerr // as above
		}
		files++
		if !bytes.Contains(content, secret) {
			return nil
		}
		info, err := entry.Info()
		name, _ := filepath.Rel(data, path)
		isOwn := strings.HasPrefix(name, "secrets/") || strings.Contains(name, "/etc/photogallery/settings/") || strings.Contains(name, "/run/credentials/")
		if secrets++; err != nil || !isOwn || info.Mode().Perm()&0o077 != 0 {
			c.Errorf("%s, %v, has the secret", name, info.Mode())
		}
		return nil
	})
	if err != nil || files < 10 || secrets < 2 {
		c.Errorf("%v: %d files were searched, %d have the secret", err, files, secrets)
	}
	for what, text := range c.shown() {
		if bytes.Contains(text, secret) {
			c.Errorf("%s shows the secret", what)
		}
	}
}

// shown is what people and programs can ask for.
func (c *cloud) shown() map[string][]byte {
	c.Helper()
	status, failed := c.control.Status(c.Context())
	images, failed2 := c.control.Images(c.Context())
	configured, failed3 := c.control.Settings(c.Context())
	listed, failed4 := c.sfn.ListExecutions(c.Context(), &sfn.ListExecutionsInput{StateMachineArn: &status.ReleaseMachine})
	for _, err := range []error{failed, failed2, failed3, failed4} {
		if err != nil {
			c.Fatal(err)
		}
	}
	all := map[string]any{"the status": status, "the list of images": images, "the list of settings": configured, "the list of executions": listed}
	for _, execution := range listed.Executions {
		described, err := c.sfn.DescribeExecution(c.Context(), &sfn.DescribeExecutionInput{ExecutionArn: execution.ExecutionArn})
		if err != nil {
			c.Fatal(err)
		}
		all["execution "+*execution.Name] = described
		pages := sfn.NewGetExecutionHistoryPaginator(c.sfn, &sfn.GetExecutionHistoryInput{ExecutionArn: execution.ExecutionArn})
		for page := 0; pages.HasMorePages(); page++ {
			history, err := pages.NextPage(c.Context())
			if err != nil {
				c.Fatal(err)
			}
			all[fmt.Sprint("history ", *execution.Name, page)] = history
		}
	}
	texts := map[string][]byte{}
	for what, value := range all {
		text, err := json.Marshal(value)
		if err != nil {
			c.Fatal(err)
		}
		texts[what] = text
	}
	return texts
}
