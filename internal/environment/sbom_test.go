package environment

import (
	"slices"
	"strings"
	"testing"

	"photogallery/release"
)

func TestChangesAreThoseOfPackages(t *testing.T) {
	from := `{"bomFormat": "CycloneDX", "components": [
		{"type": "library", "name": "openssl", "version": "3.0.8", "purl": "pkg:rpm/amzn/openssl@3.0.8"},
		{"type": "library", "name": "bash", "version": "5.2", "purl": "pkg:rpm/amzn/bash@5.2"},
		{"type": "library", "name": "flask", "version": "3.0.0", "purl": "pkg:pypi/flask@3.0.0"},
		{"type": "library", "name": "c", "version": "1.0.0", "purl": "pkg:npm/c@1.0.0"},
		{"type": "library", "name": "c", "version": "2.0.0", "purl": "pkg:npm/c@2.0.0"},
		{"type": "file", "name": "app.py", "hashes": [{"alg": "SHA-256", "content": "0f"}]}]}`
	to := `{"bomFormat": "CycloneDX", "components": [
		{"type": "operating-system", "name": "amzn", "version": "2023"},
		{"type": "library", "name": "openssl", "version": "3.0.9", "purl": "pkg:rpm/amzn/openssl@3.0.9"},
		{"type": "library", "name": "bash", "version": "5.2", "purl": "pkg:rpm/amzn/bash@5.2"},
		{"type": "library", "name": "curl", "version": "8.5", "purl": "pkg:rpm/amzn/curl@8.5"},
		{"type": "library", "name": "flask", "version": "1", "purl": "pkg:npm/flask@1"},
		{"type": "library", "name": "c", "version": "2.0.0", "purl": "pkg:npm/c@2.0.0"},
		{"type": "library", "name": "c", "version": "3.0.0", "purl": "pkg:npm/c@3.0.0"}]}`
	got, err := Changes([]byte(from), []byte(to))
	want := []Change{
		{"c", "npm", "1.0.0", "3.0.0"}, {"flask", "npm", "", "1"}, {"flask", "pypi", "3.0.0", ""}, {"curl", "rpm", "", "8.5"}, {"openssl", "rpm", "3.0.8", "3.0.9"},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if same, err := Changes([]byte(from), []byte(from)); err != nil || same == nil || len(same) != 0 {
		t.Errorf("to itself it has %v, %v", same, err)
	}
	for _, wrong := range []string{"", "{}", `{"bomFormat": "SPDX"}`} {
		if _, err := Changes([]byte(from), []byte(wrong)); release.CodeOf(err) != release.Unexpected || strings.Contains(err.Error(), "%!") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}
