package environment

import (
	"context"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/gallery-ami/recipe/settings"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// Settings is what the app is configured with. Nobody can read the values of secrets.
type Settings struct {
	Digest  string          `json:"digest"`  // that the next release takes, or "" for none
	Serving string          `json:"serving"` // of the release that serves, or "" for none
	Values  []Setting       `json:"values"`  // sorted by name
	Secrets []Secret        `json:"secrets"` // sorted by name
	Known   []KnownSettings `json:"known"`   // that a release may name, newest first
}

// Setting is a variable of the app's service.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Secret is a secret without its value.
type Secret struct {
	Name string    `json:"name"`
	Size int       `json:"size"` // in bytes
	Set  time.Time `json:"set"`
}

// KnownSettings describes settings that a release may name.
type KnownSettings struct {
	Digest  string    `json:"digest"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Names   []string  `json:"names"`
	Secrets []string  `json:"secrets"`
}

// Configurer reads and changes the settings of an environment.
type Configurer struct {
	Reader
	Bucket string // has the documents and the secrets
	Key    string // the ARN of the KMS key that encrypts the objects, or "" for S3's own
}

// Settings returns the configured settings.
func (c Configurer) Settings(ctx context.Context) (Settings, error) {
	recorded, err := records.ReadSettings(ctx, c.Clients.DynamoDB, c.Table)
	if err != nil {
		return Settings{}, err
	}
	document, err := c.document(ctx, recorded.Configured)
	if err != nil {
		return Settings{}, err
	}
	current, err := c.Recorded(ctx)
	if err != nil {
		return Settings{}, err
	}
	found := Settings{Digest: recorded.Configured, Values: []Setting{}, Secrets: []Secret{}, Known: []KnownSettings{}}
	if current.Serving {
		found.Serving = current.Settings
	}
	for _, name := range slices.Sorted(maps.Keys(document.Values)) {
		found.Values = append(found.Values, Setting{name, document.Values[name]})
	}
	for _, known := range recorded.Known {
		secrets := []string{}
		for _, secret := range known.Secrets {
			secrets = append(secrets, secret.Name)
			if known.Digest == recorded.Configured {
				found.Secrets = append(found.Secrets, Secret{secret.Name, secret.Size, secret.At})
			}
		}
		found.Known = append(found.Known, KnownSettings{known.Digest, known.At, known.By, known.Names, secrets})
	}
	return found, nil
}

// document reads the document of a digest. That of "" is empty.
func (c Configurer) document(ctx context.Context, digest string) (settings.Document, error) {
	if digest == "" {
		return settings.Document{Values: map[string]string{}, Secrets: map[string]settings.Secret{}}, nil
	}
	key := settings.DocumentPrefix + digest
	out, err := c.Clients.S3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(c.Bucket), Key: aws.String(key)})
	if release.IsNotFound(err) {
		return settings.Document{}, release.Errorf(release.NotFound, "the settings s3://%s/%s are gone: release with --settings and the digest of others, which `gallery config --json` lists, or with --settings none", c.Bucket, key)
	}
	if err != nil {
		return settings.Document{}, err
	}
	defer out.Body.Close()
	text, err := io.ReadAll(out.Body)
	if err != nil {
		return settings.Document{}, err
	}
	if settings.Digest(text) != digest {
		return settings.Document{}, release.Errorf(release.Unexpected, "the settings s3://%s/%s were changed or cut off", c.Bucket, key)
	}
	document, err := settings.Parse(text)
	if err != nil {
		return settings.Document{}, release.Errorf(release.Unexpected, "the settings s3://%s/%s: %w", c.Bucket, key, err)
	}
	return document, nil
}
