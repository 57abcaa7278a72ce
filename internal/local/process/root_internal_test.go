package process

import (
	"os"
	"path/filepath"
	"testing"
)

func TestInRootMovesThePathsOfAnInstancesDisk(t *testing.T) {
	root := t.TempDir()
	for _, file := range []string{"etc/app.toml", "etc/photogallery/environment"} {
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(file)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	own := []string{installDir, "/var/lib/app"}
	for text, want := range map[string]string{
		"/etc/app.toml":                             root + "/etc/app.toml",
		"--config=/etc/app.toml":                    "--config=" + root + "/etc/app.toml",
		"/opt/photogallery":                         root + "/opt/photogallery",
		"/opt/photogallery/new/file":                root + "/opt/photogallery/new/file",
		"A=/opt/photogallery/a:/opt/photogallery/b": "A=" + root + "/opt/photogallery/a:" + root + "/opt/photogallery/b",
		"sqlite:///opt/photogallery/db":             "sqlite://" + root + "/opt/photogallery/db",
		`cat "/etc/app.toml" >/opt/photogallery/x`:  `cat "` + root + `/etc/app.toml" >` + root + `/opt/photogallery/x`,
		"-I/opt/photogallery/include -L/usr/lib":    "-I" + root + "/opt/photogallery/include -L/usr/lib",
		"sqlite:///var/lib/app/db /var/lib/apples":  "sqlite://" + root + "/var/lib/app/db /var/lib/apples",
		"/usr/bin/python3":                          "/usr/bin/python3",
		"/etc/hosts":                                "/etc/hosts",
		"/opt/photogallery2":                        "/opt/photogallery2",
		"http://etc/app.toml":                       "http://etc/app.toml",
		"etc/app.toml ./etc/app.toml / // a//b":     "etc/app.toml ./etc/app.toml / // a//b",
	} {
		if got := inRoot(root, own, text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
		if once := inRoot(root, own, text); inRoot(root, own, once) != once {
			t.Errorf("%s is moved twice", once)
		}
	}
}
