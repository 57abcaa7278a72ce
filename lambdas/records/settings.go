package records

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"photogallery/release"
)

const (
	settingsID = "settings"
	revision   = "revision"
)

// The bounds of the record: how many of the newest documents a release keeps, and how many bytes of the
// record they have at most, then the bytes that no change may exceed. An item has up to 400 KB.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	KeptSettings = 50
	keptBytes    = 150 << 10
	maxRecord    = 300 << 10
)

// Settings is the record of the documents of settings that a release may name. It has no values.
type Settings struct {
	Configured string          `json:"configured"` // the digest that the next release takes, or "" for none
	Known      []KnownSettings `json:"known"`      // newest first
	Retiring   []KnownSettings `json:"retiring"`   // no release may name them any more; their objects are being deleted

	revision int // of the item, or 0 if there is none
}

// KnownSettings describes one document.
type KnownSettings struct {
	Digest  string        `json:"digest"`
	At      time.Time     `json:"at"`
	By      string        `json:"by"`
	Names   []string      `json:"names"`   // of the settings, sorted
	Secrets []KnownSecret `json:"secrets"` // sorted by name
}

// KnownSecret describes a secret. Each new value has a new ID.
type KnownSecret struct {
	Name string    `json:"name"`
	ID   string    `json:"id"`
	Size int       `json:"size"`
	At   time.Time `json:"at"` // when this value was set
}

// Find returns the known document of a digest, or nil.
func (s Settings) Find(digest string) *KnownSettings {
	at := slices.IndexFunc(s.Known, func(known KnownSettings) bool { return known.Digest == digest })
	if at < 0 {
		return nil
	}
	return &s.Known[at]
}

// Add makes a document the newest one and the configured one.
func (s *Settings) Add(document KnownSettings) {
	s.Known = slices.DeleteFunc(slices.Clone(s.Known), func(known KnownSettings) bool { return known.Digest == document.Digest })
	s.Known = slices.Insert(s.Known, 0, document)
	s.Configured = document.Digest
}

// Retire moves the documents to Retiring that are neither among the newest, nor configured, nor needed.
// It returns false if there is none.
func (s *Settings) Retire(needed ...string) bool {
	var kept, old []KnownSettings
	bytes := 0
	for _, known := range s.Known {
		encoded, _ := json.Marshal(known) // which has texts and numbers alone, and cannot fail
		bytes += len(encoded)
		isNew := len(kept) < KeptSettings && bytes <= keptBytes
		if isNew || known.Digest == s.Configured || slices.Contains(needed, known.Digest) {
			kept = append(kept, known)
		} else {
			old = append(old, known)
		}
	}
	s.Known, s.Retiring = kept, append(s.Retiring, old...)
	return len(old) > 0
}

// Uses reports whether a document that is not old has the secret.
func (s Settings) Uses(id string) bool {
	return slices.ContainsFunc(s.Known, func(known KnownSettings) bool {
		return slices.ContainsFunc(known.Secrets, func(secret KnownSecret) bool { return secret.ID == id })
	})
}

// SettingsAPI reads and writes the record.
type SettingsAPI interface {
	Reader
	Writer
}

// ReadSettings returns the record, or an empty one if nothing has been configured yet.
func ReadSettings(ctx context.Context, api Reader, table string) (Settings, error) {
	found, err := get(ctx, api, table, settingsID)
	if err != nil || len(found) == 0 {
		return Settings{}, err
	}
	var recorded Settings
	if err := json.Unmarshal([]byte(text(found, "document")), &recorded); err != nil {
		return Settings{}, release.Errorf(release.Unexpected, "the record of settings in table %s is unreadable: %w", table, err)
	}
	recorded.revision, err = strconv.Atoi(text(found, revision))
	if err != nil {
		return Settings{}, release.Errorf(release.Unexpected, "the record of settings in table %s has no revision: %w", table, err)
	}
	return recorded, nil
}

// WriteSettings replaces the record if nobody has written it since it was read. Otherwise the error
// satisfies release.IsAlreadyExists.
func WriteSettings(ctx context.Context, api Writer, table string, next Settings) error {
	document, err := json.Marshal(next)
	if err != nil {
		return release.Errorf(release.Unexpected, "encode the record of settings: %w", err)
	}
	if len(document) > maxRecord {
		return release.Errorf(release.InvalidRequest, "the record of settings has %d bytes, and %d are possible: a release deletes old settings; start one, then try again", len(document), maxRecord)
	}
	written := key(settingsID)
	written["document"], written[revision] = str(string(document)), str(strconv.Itoa(next.revision+1))
	in := &dynamodb.PutItemInput{TableName: aws.String(table), Item: written}
	if next.revision == 0 {
		in.ConditionExpression = aws.String("attribute_not_exists(" + Key + ")")
	} else {
		in.ConditionExpression = aws.String(revision + " = :" + revision)
		in.ExpressionAttributeValues = item{":" + revision: str(strconv.Itoa(next.revision))}
	}
	_, err = api.PutItem(ctx, in)
	return err
}

// attempts is how often a change is tried again that another writer forestalled.
const attempts = 8

// ChangeSettings reads the record, lets change modify it and writes it, again if another writer came
// first. It writes nothing if change returns false.
func ChangeSettings(ctx context.Context, api SettingsAPI, table string, change func(*Settings) (bool, error)) error {
	for attempt := 1; ; attempt++ {
		recorded, err := ReadSettings(ctx, api, table)
		if err != nil {
			return err
		}
		changed, err := change(&recorded)
		if err != nil || !changed {
			return err
		}
		err = WriteSettings(ctx, api, table, recorded)
		if !release.IsAlreadyExists(err) {
			return err
		}
		if attempt == attempts {
			return release.Errorf(release.AwsUnavailable, "the record of settings in table %s was changed by others %d times: %w", table, attempts, err)
		}
	}
}
