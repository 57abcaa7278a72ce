package environment

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"photogallery/gallery-ami/recipe/settings"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// SettingsChange is a change of the configured settings.
type SettingsChange struct {
	By           string            `json:"by"`
	Set          map[string]string `json:"set,omitempty"`
	Unset        []string          `json:"unset,omitempty"`
	SetSecrets   map[string][]byte `json:"setSecrets,omitempty"`
	UnsetSecrets []string          `json:"unsetSecrets,omitempty"`
}

// Configured is the outcome of a change.
type Configured struct {
	Changed bool   `json:"changed"` // false if everything was so already
	Digest  string `json:"digest"`  // of the configured settings, or "" for none
}

// Configure changes the settings that the next release takes. Its error is an InvalidRequest with
// every problem, and then nothing has changed. Two changes at a time are made one after the other.
func (c Configurer) Configure(ctx context.Context, change SettingsChange) (outcome Configured, err error) {
	if err := change.Check(); err != nil {
		return Configured{}, err
	}
	fresh := change.secrets(time.Now().UTC())
	err = records.ChangeSettings(ctx, c.Clients.DynamoDB, c.Table, func(recorded *records.Settings) (bool, error) {
		next, err := c.next(ctx, *recorded, change, fresh)
		if err != nil {
			return false, err
		}
		if outcome.Digest = next.Digest; next.Digest == recorded.Configured {
			return false, nil
		}
		outcome.Changed = true
		if next.Digest == "" {
			recorded.Configured = ""
			return true, nil
		}
		recorded.Add(next)
		return true, nil
	})
	return outcome, err
}

// Check finds what is wrong with the change by itself, before anything is stored.
func (s SettingsChange) Check() error {
	d := settings.Document{Values: s.Set, Secrets: map[string]settings.Secret{}}
	var problems []error
	for name, value := range s.SetSecrets {
		d.Secrets[name] = settings.Secret{Size: len(value)}
		problems = append(problems, settings.CheckValue(name, string(value)))
	}
	return refused(errors.Join(append(problems, d.Check())...))
}

func refused(problems error) error {
	if problems == nil {
		return nil
	}
	return release.Errorf(release.InvalidRequest, "%s", strings.ReplaceAll(problems.Error(), "\n", "; "))
}

// secrets gives each new value an ID that nobody can guess.
func (s SettingsChange) secrets(now time.Time) map[string]records.KnownSecret {
	fresh := map[string]records.KnownSecret{}
	for name, value := range s.SetSecrets {
		id := make([]byte, 16)
		rand.Read(id)
		fresh[name] = records.KnownSecret{Name: name, ID: hex.EncodeToString(id), Size: len(value), At: now}
	}
	return fresh
}

// next stores the document that the change makes of the configured one, after its new secrets, and
// describes it.
func (c Configurer) next(ctx context.Context, recorded records.Settings, change SettingsChange, fresh map[string]records.KnownSecret) (records.KnownSettings, error) {
	document, err := c.document(ctx, recorded.Configured)
	if err != nil {
		return records.KnownSettings{}, err
	}
	if err := change.apply(&document, fresh); err != nil {
		return records.KnownSettings{}, err
	}
	if document.IsEmpty() {
		return records.KnownSettings{}, nil
	}
	text := document.Encode()
	next := records.KnownSettings{
		Digest: settings.Digest(text), At: time.Now().UTC(), By: change.By,
		Names: slices.Sorted(maps.Keys(document.Values)), Secrets: known(document, recorded, fresh),
	}
	if next.Digest == recorded.Configured {
		return next, nil
	}
	if slices.ContainsFunc(recorded.Retiring, func(old records.KnownSettings) bool { return old.Digest == next.Digest }) {
		return records.KnownSettings{}, release.Errorf(release.StillInUse, "a release is deleting these very settings, which are old: try again when it has ended")
	}
	for name, secret := range fresh {
		if err := c.put(ctx, settings.SecretPrefix+secret.ID, change.SetSecrets[name]); err != nil {
			return records.KnownSettings{}, err
		}
	}
	return next, c.put(ctx, settings.DocumentPrefix+next.Digest, text)
}

// apply changes the document. It reports every problem at once.
func (s SettingsChange) apply(d *settings.Document, fresh map[string]records.KnownSecret) error {
	var problems []error
	for _, name := range s.Unset {
		if _, isSet := d.Values[name]; !isSet {
			problems = append(problems, fmt.Errorf("there is no setting %q: `gallery config` lists them", name))
		}
		delete(d.Values, name)
	}
	for _, name := range s.UnsetSecrets {
		if _, isSet := d.Secrets[name]; !isSet {
			problems = append(problems, fmt.Errorf("there is no secret %q: `gallery secret` lists them", name))
		}
		delete(d.Secrets, name)
	}
	maps.Copy(d.Values, s.Set)
	for name, secret := range fresh {
		d.Secrets[name] = settings.Secret{ID: secret.ID, Size: secret.Size}
	}
	return refused(errors.Join(append(problems, d.Check())...))
}

// known describes the document's secrets, with the time when each value was set.
func known(d settings.Document, recorded records.Settings, fresh map[string]records.KnownSecret) []records.KnownSecret {
	described := map[string]records.KnownSecret{}
	for _, document := range recorded.Known {
		for _, secret := range document.Secrets {
			described[secret.ID] = secret
		}
	}
	for _, secret := range fresh {
		described[secret.ID] = secret
	}
	all := []records.KnownSecret{}
	for _, name := range slices.Sorted(maps.Keys(d.Secrets)) {
		secret := described[d.Secrets[name].ID]
		secret.Name, secret.ID, secret.Size = name, d.Secrets[name].ID, d.Secrets[name].Size
		all = append(all, secret)
	}
	return all
}

// put stores an object that is never changed: documents are named by their content, secrets at random.
func (c Configurer) put(ctx context.Context, key string, content []byte) error {
	sum := sha256.Sum256(content)
	in := &s3.PutObjectInput{
		Bucket: aws.String(c.Bucket), Key: aws.String(key), Body: bytes.NewReader(content), IfNoneMatch: aws.String("*"),
		ChecksumSHA256: aws.String(base64.StdEncoding.EncodeToString(sum[:])),
	}
	if c.Key != "" {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, aws.String(c.Key)
	}
	_, err := c.Clients.S3.PutObject(ctx, in)
	if release.IsAlreadyExists(err) {
		return nil
	}
	return err
}
