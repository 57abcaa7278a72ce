package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"photogallery/internal/environment"
)

// pipe lets commands read this text from standard input.
func pipe(t *testing.T, text string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	former := os.Stdin
	os.Stdin = file
	t.Cleanup(func() { os.Stdin = former; _ = file.Close() })
}

// changesSettings goes through all commands for settings and secrets.
func changesSettings(t *testing.T, on func(arguments ...string) said) {
	t.Helper()
	on("config").wants(t, 0, "There are no settings", "`gallery config set NAME=VALUE --")
	on("secret").wants(t, 0, "There are no secrets", "`gallery secret set NAME --")
	on("config", "set", "DATABASE_URL=postgres://x=y", "GREETING=two\nlines").wants(t, 0, "Changed. The next release takes it: `gallery release --")
	on("config", "set", "GREETING=two\nlines").wants(t, 0, "Nothing changes")
	list := on("config", "list").wants(t, 0, "DATABASE_URL  postgres://x=y", `GREETING      "two\nlines"`, "No release serves with these")
	if strings.Count(list.out, "\n") != 3 {
		t.Errorf("the list is\n%s", list.out)
	}
	pipe(t, "hunter2\n")
	all := on("secret", "set", "KEY").wants(t, 0, "Changed")
	secrets := on("secret").wants(t, 0, "KEY", "7")
	var found environment.Settings
	shown := on("config", "--json").wants(t, 0)
	if err := json.Unmarshal([]byte(shown.out), &found); err != nil || len(found.Values) != 2 || len(found.Secrets) != 1 || found.Secrets[0].Size != 7 || len(found.Known) != 2 || found.Known[0].By != person() {
		t.Errorf("%v, %s", err, shown.out)
	}
	if text := all.progress + secrets.out + secrets.progress + shown.out; strings.Contains(text, "hunter2") {
		t.Errorf("it tells the secret: %s", text)
	}
	dotenv := filepath.Join(t.TempDir(), "app.env")
	if err := os.WriteFile(dotenv, []byte("# the app\nexport GREETING='good evening'\nPAGE_SIZE=20 # photos\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	on("config", "import", dotenv).wants(t, 0, "Changed")
	on("config").wants(t, 0, "GREETING      good evening", "PAGE_SIZE     20", "Secrets besides: 1")
	on("config", "unset", "PAGE_SIZE", "GREETING").wants(t, 0, "Changed")
	on("secret", "unset", "KEY").wants(t, 0, "Changed")
	on("secret", "unset", "KEY").wants(t, exitUsage, `no secret "KEY"`)
	on("config", "unset", "PAGE_SIZE").wants(t, exitUsage, `no setting "PAGE_SIZE"`)
}

// refusesSettings goes through what a command line can have wrong.
func refusesSettings(t *testing.T, on func(arguments ...string) said) {
	t.Helper()
	on("config", "set").wants(t, exitUsage, "gallery config set NAME=VALUE")
	on("config", "set", "A").wants(t, exitUsage, `"A": give NAME=VALUE`)
	on("config", "set", "PORT=1", "1X=2").wants(t, exitUsage, "PORT is set by the instance", `"1X" cannot be the name`)
	on("config", "set", "A=\xff").wants(t, exitUsage, "the value of A is not UTF-8 text")
	on("config", "set", "A=1", "--detach").wants(t, exitUsage, "--detach", "--release")
	on("config", "sett", "A=1").wants(t, exitUsage, "sett", "set")
	on("config", "import", "none.env").wants(t, exitUsage, "none.env")
	on("secret", "set", "KEY=hunter2").wants(t, exitUsage, "no value, which others could see")
	on("secret", "set", "PORT").wants(t, exitUsage, "PORT is set by the instance")
	pipe(t, "\n")
	on("secret", "set", "KEY").wants(t, exitUsage, "the value of KEY is empty")
	pipe(t, "hunter2\x00")
	if bad := on("secret", "set", "KEY").wants(t, exitUsage, "base64"); strings.Contains(bad.progress, "hunter2") {
		t.Errorf("it tells the secret: %s", bad.progress)
	}
	on("config").wants(t, 0, "DATABASE_URL")
}

func TestSettingsOfALocalCloud(t *testing.T) {
	data := t.TempDir()
	brought(t, data)
	on := func(arguments ...string) said { return gallery(t, append(arguments, "--data", data)...) }
	changesSettings(t, on)
	refusesSettings(t, on)
	on("config", "set", "DATABASE_URL=other", "--release", "--name", "r1").wants(t, 0, "Changed.", "r1 succeeded in")
	if again := on("config").wants(t, 0, "other"); strings.Contains(again.progress, "No release serves") {
		t.Errorf("after the release it says %s", again.progress)
	}
}

func TestSettingsOfAStack(t *testing.T) {
	a := onAmazon(t)
	on := func(arguments ...string) said { return a.on(arguments...) }
	changesSettings(t, on)
	refusesSettings(t, on)
	for _, put := range a.puts {
		if !strings.HasPrefix(put, a.Settings.Bucket+"/settings/") && !strings.HasPrefix(put, a.Settings.Bucket+"/secrets/") {
			t.Errorf("it has put %s", put)
		}
	}
	a.on("config", "set", "A=1", "--release", "--name", "r1").wants(t, 0, "r1 succeeded in")
	a.on("release", "--settings", strings.Repeat("0", 64)).wants(t, exitUsage, "has no settings 000", "give none")
	a.on("release", "--settings", "none", "--name", "r2").wants(t, 0, "r2 succeeded in")
	a.on("config").wants(t, 0, "There are no settings")
	a.refuse(s3Object, "AccessDenied")
	a.on("config", "set", "A=2").wants(t, exitNothingUp, "S3 PutObject", "permission")
}
