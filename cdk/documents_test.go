package cdk_test

import (
	"os"
	"strings"
	"testing"

	"photogallery/cdk"
)

func TestDocumentsMatchTheStack(t *testing.T) {
	permissions, err := cdk.PermissionsDocument()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"../docs/configuration.md": cdk.OptionsDocument(), "../docs/aws.md": permissions} {
		document, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(document), want) {
			t.Errorf("%s is not what the stack says now: run make documents", path)
		}
	}
}

func TestDocumentNamesEveryResourceType(t *testing.T) {
	document, err := os.ReadFile("../docs/aws.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range contexts() {
		for id, resource := range synthesize(t, name).Resources {
			kind := strings.TrimPrefix(resource.Type, "AWS::")
			if !strings.Contains(string(document), kind) {
				t.Errorf("docs/aws.md says nothing of %s, of which %s is one", kind, id)
			}
		}
	}
}
