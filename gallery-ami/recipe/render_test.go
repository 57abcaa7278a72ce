package recipe

import (
	"bytes"
	"testing"
	"text/template"

	"photogallery/internal/systemd"
)

func TestUserDataIsWhatTextTemplateMakesOfTheScripts(t *testing.T) {
	builder, err := baked.ReadFile("builder.sh")
	if err != nil {
		t.Fatal(err)
	}
	functions := template.FuncMap{"shell": shell, "setting": systemd.Quote, "json": quoted}
	for name, script := range map[string]string{"builder": string(builder), "fleet": fleetScript} {
		parsed, err := template.New(name).Funcs(functions).Option("missingkey=error").Parse(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range []string{"", "plain", `it's "$HOME" {{shell .Key}} \`} {
			values := map[string]string{}
			for _, field := range []string{
				"AllowUpload", "BootStream", "Bucket", "HealthPath", "Key", "LogGroup", "MaxBytes", "MaxFiles", "Photos", "Provision", "Region", "Release", "SBOM", "SBOMBucket", "SBOMKey", "SHA256", "Settings", "Source", "StartSeconds", "Stream", "UploadKey",
			} {
				values[field] = value
			}
			var want bytes.Buffer
			if err := parsed.Execute(&want, values); err != nil {
				t.Fatal(err)
			}
			if got, err := render(name, script, values); err != nil || got != want.String() {
				t.Errorf("%s of %q: %v\n%s", name, value, err, got)
			}
		}
	}
}
