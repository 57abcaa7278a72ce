// Package settings is the document with an app's settings and the IDs of its secrets. Its text is a
// systemd environment file, so that an instance needs no reader of its own.
package settings

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"photogallery/internal/systemd"
)

// The prefixes of objects: documents by their digest, secrets by their ID.
const (
	DocumentPrefix = "settings/"
	SecretPrefix   = "secrets/"
)

// Document is what an app is configured with.
type Document struct {
	Values  map[string]string
	Secrets map[string]Secret
}

// Secret refers to the object that holds a secret's bytes. The ID is random, so that a document and
// its digest reveal nothing of the value except its size.
type Secret struct {
	ID   string
	Size int // in bytes
}

const (
	title      = "# photogallery settings 1"
	secretMark = "# secret "
)

// Encode returns the document's text: comments that name the secrets, then an assignment for each
// value. The same document always has the same text.
func (d Document) Encode() []byte {
	text := title + "\n"
	for _, name := range slices.Sorted(maps.Keys(d.Secrets)) {
		text += fmt.Sprintf("%s%s %s %d\n", secretMark, name, d.Secrets[name].ID, d.Secrets[name].Size)
	}
	for _, name := range slices.Sorted(maps.Keys(d.Values)) {
		text += name + "=" + systemd.Quote(d.Values[name]) + "\n"
	}
	return []byte(text)
}

// IsEmpty reports whether there is neither a setting nor a secret.
func (d Document) IsEmpty() bool { return len(d.Values) == 0 && len(d.Secrets) == 0 }

// Digest returns the hexadecimal SHA-256 of a document's text, which names its object.
func Digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Parse reads the text of Encode. Secrets are read only from the comments at the beginning: a value
// of several lines may have a line that looks like one.
func Parse(text []byte) (Document, error) {
	d := Document{Values: map[string]string{}, Secrets: map[string]Secret{}}
	rest, isOurs := strings.CutPrefix(string(text), title+"\n")
	if !isOurs {
		return Document{}, fmt.Errorf("the text does not begin with %q: it is not a document of settings", title)
	}
	for line := range strings.Lines(rest) {
		declared, isSecret := strings.CutPrefix(strings.TrimSuffix(line, "\n"), secretMark)
		if !isSecret {
			break
		}
		if err := d.addSecret(declared); err != nil {
			return Document{}, err
		}
	}
	assignments, ignored, err := systemd.ReadEnvironment(rest)
	if err != nil {
		return Document{}, fmt.Errorf("read the settings: %w", err)
	}
	if len(ignored) > 0 {
		return Document{}, fmt.Errorf("systemd would ignore settings: %s", strings.Join(ignored, "; "))
	}
	for _, assignment := range assignments {
		name, value, _ := strings.Cut(assignment, "=")
		d.Values[name] = value
	}
	return d, nil
}

func (d Document) addSecret(declared string) error {
	found := declaration.FindStringSubmatch(declared)
	if found == nil {
		return fmt.Errorf("%q is not the name, the ID and the size of a secret", declared)
	}
	size, err := strconv.Atoi(found[3])
	d.Secrets[found[1]] = Secret{found[2], size}
	return err
}
