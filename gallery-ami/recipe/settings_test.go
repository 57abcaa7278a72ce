package recipe_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"photogallery/gallery-ami/recipe"
	"photogallery/gallery-ami/recipe/settings"
	"photogallery/internal/systemd"
)

// secretValues are values that a shell or systemd would change, or that a line-wise reader would cut.
var secretValues = map[string]string{
	"PLAIN": "hunter2-marked", "LINES": "-----BEGIN-----\nline\n-----END-----\n\n", "QUOTES": `a"b'c` + "`d`$HOME\\n\\", "SPACES": "  ", "NONE": "", "ODD": "é😀\r\n\x01",
}

const secretFolder = "etc/photogallery/settings/secrets/"

// stored puts a document with a setting and all secrets into a bucket, and returns the digest.
func stored(t *testing.T, bucket string) string {
	t.Helper()
	d := settings.Document{Values: map[string]string{"DATABASE_URL": "postgres://$x\n# secret FORGED " + id(0) + " 1\n"}, Secrets: map[string]settings.Secret{}}
	for name, value := range secretValues {
		secret := settings.Secret{ID: id(len(d.Secrets)), Size: len(value)}
		write(t, filepath.Join(bucket, settings.SecretPrefix+secret.ID), value)
		d.Secrets[name] = secret
	}
	digest := settings.Digest(d.Encode())
	write(t, filepath.Join(bucket, settings.DocumentPrefix+digest), string(d.Encode()))
	return digest
}

func id(n int) string { return fmt.Sprintf("%032x", n) }

func withSettings(t *testing.T, digest string) string {
	return fleet(t, recipe.FleetInput{Release: "r1", Bucket: "b", Region: "eu-west-1", Settings: digest})
}

// variables reads an environment file as systemd does.
func (h host) variables(t *testing.T, path string) map[string]string {
	t.Helper()
	assignments, ignored, err := systemd.ReadEnvironment(h.file(t, path))
	if err != nil || len(ignored) > 0 {
		t.Errorf("%s: %v %v", path, err, ignored)
	}
	found := map[string]string{}
	for _, assignment := range assignments {
		name, value, _ := strings.Cut(assignment, "=")
		found[name] = value
	}
	return found
}

func TestInstanceGivesItsServiceTheSettingsAndSecretsAsTheyWereSet(t *testing.T) {
	bucket := newBucket(t)
	digest := stored(t, bucket)
	script := withSettings(t, digest)
	h := newHost(t, bucket)
	said, err := h.boot(t, script)
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if diff := cmp.Diff(secretValues, h.variables(t, "etc/photogallery/settings/environment")); diff != "" {
		t.Error(diff)
	}
	if got := h.variables(t, "etc/photogallery/settings/document"); got["DATABASE_URL"] != "postgres://$x\n# secret FORGED "+id(0)+" 1\n" || len(got) != 1 {
		t.Errorf("the settings are %q", got)
	}
	dropIn := h.file(t, "etc/systemd/system/photogallery.service.d/app.conf")
	for name, value := range secretValues {
		if got := h.file(t, secretFolder+name); got != value {
			t.Errorf("%s is %q", name, got)
		}
		if !strings.Contains(dropIn, "\nLoadCredential="+name+":"+h.root+"/"+secretFolder+name+"\n") {
			t.Errorf("the service is given %s", dropIn)
		}
		if len(value) > 4 && (strings.Contains(said, value) || strings.Contains(script, value) || strings.Contains(dropIn, value)) {
			t.Errorf("the value of %s is in the log, the user data or the unit", name)
		}
	}
	if h.has(secretFolder + "FORGED") {
		t.Error("a value made a secret")
	}
	want := "[Service]\nEnvironmentFile=" + h.root + "/etc/photogallery/settings/document\nEnvironmentFile=" + h.root + "/etc/photogallery/settings/environment\n"
	if !strings.HasPrefix(dropIn, want) {
		t.Errorf("the service is given %s", dropIn)
	}
	for _, path := range []string{"document", "environment", "secrets", "secrets/PLAIN", "."} {
		if about, err := os.Stat(filepath.Join(h.root, "etc/photogallery/settings", path)); err != nil || about.Mode().Perm()&0o077 != 0 {
			t.Errorf("%v, others may use %s: %v", err, path, about.Mode())
		}
	}
	if asked := h.file(t, "asked"); !strings.HasSuffix(asked, "systemctl restart --no-block photogallery.service\n") {
		t.Errorf("systemd was asked for %q", asked)
	}
}

func TestInstanceWithoutItsSettingsDoesNotServe(t *testing.T) {
	for says, spoil := range map[string]func(bucket, digest string) error{
		"s3://b/settings/%s, a part of the app's settings, cannot be read": func(bucket, digest string) error { return os.Remove(filepath.Join(bucket, "settings", digest)) },
		"s3://b/settings/%s, a part of the app's settings, was changed": func(bucket, digest string) error {
			return os.WriteFile(filepath.Join(bucket, "settings", digest), []byte("# photogallery settings 1\n"), 0o600)
		},
		"s3://b/secrets/" + id(3) + ", a part of the app's settings, cannot be read": func(bucket, _ string) error { return os.Remove(filepath.Join(bucket, "secrets", id(3))) },
		"s3://b/secrets/" + id(2) + ", a part of the app's settings, was changed or cut off": func(bucket, _ string) error {
			return os.WriteFile(filepath.Join(bucket, "secrets", id(2)), []byte("another length altogether, and longer than any other"), 0o600)
		},
	} {
		bucket := newBucket(t)
		digest := stored(t, bucket)
		if err := spoil(bucket, digest); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(says, "%s") {
			says = fmt.Sprintf(says, digest)
		}
		h := newHost(t, bucket)
		said, err := h.boot(t, withSettings(t, digest))
		if err == nil || !strings.Contains(said, says) || strings.Contains(said, "hunter2") {
			t.Errorf("%v, it says %q, want %q", err, said, says)
		}
		if h.has("asked") {
			t.Errorf("%s: systemd was asked for %q", says, h.file(t, "asked"))
		}
		// Nor does a restart of the instance start it: systemd refuses a missing environment file.
		if dropIn := h.file(t, "etc/systemd/system/photogallery.service.d/app.conf"); !strings.Contains(dropIn, "\nEnvironmentFile="+h.root+"/etc/photogallery/settings/environment\n") || h.has("etc/photogallery/settings/environment") {
			t.Errorf("%s: the service would start with %s", says, dropIn)
		}
	}
}

func TestUserDataNamesOnlyTheDigestOfSettings(t *testing.T) {
	digest := strings.Repeat("0f", 32)
	if bucket, got := recipe.ReadApp(withSettings(t, digest)); got != digest || bucket != "b" {
		t.Errorf("got %s of %s", got, bucket)
	}
	without := withSettings(t, "")
	if bucket, got := recipe.ReadApp(without); got != "" || bucket != "" || strings.Contains(without, "app.conf") {
		t.Errorf("got %s of %s", got, bucket)
	}
}

func FuzzSecret(f *testing.F) {
	for _, value := range secretValues {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if settings.CheckValue("S", value) != nil {
			return
		}
		bucket := newBucket(t)
		d := settings.Document{Secrets: map[string]settings.Secret{"S": {ID: id(1), Size: len(value)}}}
		digest := settings.Digest(d.Encode())
		write(t, filepath.Join(bucket, "secrets", id(1)), value)
		write(t, filepath.Join(bucket, "settings", digest), string(d.Encode()))
		h := newHost(t, bucket)
		if said, err := h.boot(t, withSettings(t, digest)); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		if got := h.variables(t, "etc/photogallery/settings/environment")["S"]; got != value {
			t.Errorf("%q came back as %q", value, got)
		}
	})
}
