package process

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"photogallery/gallery-ami/recipe/settings"
	"photogallery/internal/systemd"
)

// The files of the app's settings in the root folder, as on AWS.
const (
	settingsDir = "etc/photogallery/settings"
	secretsFile = settingsDir + "/environment"
	serviceName = "photogallery.service"
	appDropIn   = unitsDir + "/" + serviceName + ".d/app.conf"
)

// configureApp does what fleet.sh does on AWS: it fetches the app's settings and secrets and gives
// them to its service. Its error names the object that is wrong, and no value.
func (m *instance) configureApp(task App) error {
	if task.Digest == "" {
		return nil
	}
	text, err := m.object(task.Bucket, settings.DocumentPrefix+task.Digest)
	if err != nil {
		return err
	}
	document, err := settings.Parse(text)
	if settings.Digest(text) != task.Digest || err != nil {
		return damaged(settings.DocumentPrefix + task.Digest)
	}
	var variables, dropIn strings.Builder
	fmt.Fprintf(&dropIn, "[Service]\nEnvironmentFile=/%s/document\nEnvironmentFile=/%s\n", settingsDir, secretsFile)
	err = m.write(settingsDir+"/document", text)
	for _, name := range slices.Sorted(maps.Keys(document.Secrets)) {
		secret, failed := m.secret(task.Bucket, document.Secrets[name])
		path := settingsDir + "/secrets/" + name
		err = errors.Join(err, failed, m.write(path, secret))
		fmt.Fprintf(&variables, "%s=%s\n", name, systemd.Quote(string(secret)))
		fmt.Fprintf(&dropIn, "LoadCredential=%s:/%s\n", name, path)
	}
	return errors.Join(err, m.write(secretsFile, []byte(variables.String())), m.write(appDropIn, []byte(dropIn.String())))
}

func (m *instance) secret(bucket string, secret settings.Secret) ([]byte, error) {
	value, err := m.object(bucket, settings.SecretPrefix+secret.ID)
	if err == nil && len(value) != secret.Size {
		err = damaged(settings.SecretPrefix + secret.ID)
	}
	return value, err
}

func (m *instance) object(bucket, key string) ([]byte, error) {
	object, err := m.kind.options.Object(bucket, key)
	if err != nil {
		return nil, fmt.Errorf("s3://%s/%s, a part of the app's settings, cannot be read: %w", bucket, key, err)
	}
	content, err := io.ReadAll(object)
	return content, errors.Join(err, object.Close())
}

func damaged(key string) error {
	return fmt.Errorf("%s, a part of the app's settings, was changed or cut off", key)
}

// write writes a file below the root folder, which only its owner can read, and makes its folders.
func (m *instance) write(path string, content []byte) error {
	path = filepath.Join(m.root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}
