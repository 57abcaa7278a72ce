package release

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var documents = map[string][]byte{"request": RequestSchema, "teardown": TeardownSchema}

// annotated is a field with the keywords that say nothing of values.
type annotated struct {
	field
	Title       string `json:"title"` // of its control in the console
	Description string `json:"description"`
	Examples    []any  `json:"examples"`
}

// evening is a scheduled size with other fields; nil removes one.
func evening(others map[string]any) map[string]any {
	size := map[string]any{"from": "18:00", "until": "21:00", "minSize": 6.0, "maxSize": 8.0}
	for name, value := range others {
		if size[name] = value; value == nil {
			delete(size, name)
		}
	}
	return size
}

func rising(length int) (numbers []any) {
	for i := range length {
		numbers = append(numbers, float64(i+1))
	}
	return numbers
}

// withoutInner removes the descriptions of the fields of a list's objects, and requires that each has
// one and that no other field is taken.
func withoutInner(t *testing.T, document []byte) []byte {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(document, &all); err != nil {
		t.Fatal(err)
	}
	for name, property := range all["properties"].(map[string]any) {
		items, isList := property.(map[string]any)["items"].(map[string]any)
		if !isList || items["type"] != "object" {
			continue
		}
		if items["additionalProperties"] != false {
			t.Errorf("%s takes fields of any name", name)
		}
		for inner, described := range items["properties"].(map[string]any) {
			if described.(map[string]any)["description"] == nil {
				t.Errorf("%s of %s has no description", inner, name)
			}
			delete(described.(map[string]any), "description")
		}
	}
	encoded, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func TestSchemasUseOnlyCheckedKeywords(t *testing.T) {
	for name, document := range documents {
		var described struct {
			Schema               string               `json:"$schema"`
			Title                string               `json:"title"`
			Description          string               `json:"description"`
			Type                 string               `json:"type"`
			AdditionalProperties *bool                `json:"additionalProperties"`
			Properties           map[string]annotated `json:"properties"`
			Examples             []any                `json:"examples"`
		}
		decoder := json.NewDecoder(bytes.NewReader(withoutInner(t, document)))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&described); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if described.Type != "object" || described.AdditionalProperties == nil || *described.AdditionalProperties {
			t.Errorf("%s takes fields of any name", name)
		}
	}
}

// A package for all of JSON Schema says which values fit.
func TestEveryFieldTakesWhatItsSchemaTakes(t *testing.T) {
	const hash = "#sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	values := []any{
		nil, true, false, 0.0, 1.0, -1.0, 2.5, 20.0, 21.0, 1e300, []any{}, []any{1.0}, []any{1.0, "a"}, []any{1.5}, []any{0.0}, []any{101.0}, make([]any, 2), map[string]any{}, map[string]any{"a": "b"},
		"", " ", "a", "a b", " a", "a ", "ü", "a\nb", "\x7f", strings.Repeat("v", 64), strings.Repeat("v", 65), strings.Repeat("ü", 64),
		strings.Repeat("x", 1000), strings.Repeat("x", 1001), strings.Repeat("ü", 1000), strings.Repeat("x", 1024), strings.Repeat("x", 1025),
		"s3://bucket/key" + hash, "s3://bucket/key", "s3://b/key" + hash, "https://example.org/a.tar.gz", "file:/a", `C:\lesson`, "C:/lesson", "examples/lesson",
		"ami-01234567", "ami-0123456789abcdef0", "ami-012345678", "AMI-01234567", "t4g.small", "small", "m7g-flex.large", ".small", "t4g.",
		"1m", "59s", "8760h", "1h30m", "1h1m1s1s", "90", "1.5h", "0.0000000000001h", "tomorrow", "0s", "29s", "30s", "24h", "24h1s",
		"rolling", "blueGreen", "bluegreen", "none", strings.Repeat("0f", 32), strings.Repeat("0F", 32), strings.Repeat("0", 63), rising(10), rising(11),
		"2026-01-31T14:30:00Z", "2026-01-31T14:30:00+01:00", "2026-01-31 14:30", "14:30",
		"Europe/Zurich", "America/Argentina/Buenos_Aires", "Etc/GMT+9", "a/b/c/d",
		[]any{evening(nil)}, []any{evening(map[string]any{"days": []any{"TUE", "SUN"}, "desired": 7.0})}, []any{evening(nil), evening(map[string]any{"from": nil})},
		[]any{evening(map[string]any{"color": "red"})}, []any{evening(map[string]any{"days": []any{"Tue"}})}, []any{evening(map[string]any{"days": []any{}})},
		[]any{evening(map[string]any{"until": "24:00"})}, []any{evening(map[string]any{"minSize": 0.0})}, []any{evening(nil), 6.0},
		slices.Repeat([]any{evening(nil)}, 10), slices.Repeat([]any{evening(nil)}, 11),
		"release", "environment", "keep-latest", "delete", "Delete", "release-20260131-0900", "a:b",
	}
	for name, document := range documents {
		parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
		if err != nil {
			t.Fatal(err)
		}
		compiler := jsonschema.NewCompiler()
		if err := compiler.AddResource("schema.json", parsed); err != nil {
			t.Fatal(err)
		}
		whole, ours := compiler.MustCompile("schema.json"), compile(document)()
		for named, field := range ours.fields {
			fit := 0
			for _, value := range values {
				text, isText := value.(string)
				want := whole.Validate(map[string]any{named: value}) == nil && (!isText || !field.outOfRange(text))
				if got := field.fits(value); got != want {
					t.Errorf("%s: %s takes %#v: %t, want %t", name, named, value, got, want)
				}
				if want {
					fit++
				}
			}
			if fit == 0 || fit == len(values) {
				t.Errorf("%s: of these values %s takes %d: add others", name, named, fit)
			}
		}
	}
}
