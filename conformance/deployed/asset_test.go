//go:build conformance

package deployed

import (
	"archive/zip"
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/lambdas"
)

// maxZipped is how large the functions' asset may be. Lambda fetches and unpacks it at every cold start.
const maxZipped = 10_000_000

// asset checks what the CDK has uploaded for the functions, which this machine cannot run, and that what
// runs in its place was compiled like it.
// https://docs.aws.amazon.com/lambda/latest/dg/golang-package.html
func (c *cloud) asset() {
	executable := c.unpack(c.uploaded(c.assetKey()))
	c.isStatic(executable)
	c.want("how it was compiled", c.settingsOf(bytes.NewReader(executable)), c.hostSettings())
}

// assetKey is where the one asset of all steps' functions lies. It reads the template: moto has every
// function of a template for x86_64.
func (c *cloud) assetKey() string {
	c.Helper()
	text, err := os.ReadFile(filepath.Join(c.assembly, stack+".template.json"))
	if err != nil {
		c.Fatal(err)
	}
	var template struct {
		Resources map[string]struct{ Properties json.RawMessage }
	}
	if err := json.Unmarshal(text, &template); err != nil {
		c.Fatal(err)
	}
	var keys []string
	for _, declared := range lambdas.Steps() {
		name := environment.Name() + "-" + kebab(declared.Name)
		for _, resource := range template.Resources {
			var function struct {
				FunctionName, Runtime string
				Architectures         []string
				Code                  struct{ S3Key string }
			}
			// Properties of another form are another resource's.
			if json.Unmarshal(resource.Properties, &function) != nil || function.FunctionName != name || function.Runtime == "" {
				continue
			}
			c.want("the runtime of "+name, function.Runtime, "provided.al2023")
			c.want("its architectures", function.Architectures, []string{"arm64"})
			keys = append(keys, function.Code.S3Key)
		}
	}
	c.want("functions of steps", len(keys), len(lambdas.Steps()))
	if keys = slices.Compact(keys); len(keys) != 1 {
		c.Fatalf("the functions' assets are %v, want one", keys)
	}
	return keys[0]
}

// uploaded returns an asset as it lies in the bucket of cdk bootstrap.
func (c *cloud) uploaded(key string) []byte {
	c.Helper()
	bucket := "cdk-hnb659fds-assets-" + account + "-" + region // the CDK's own name
	object, err := c.S3.GetObject(c.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		c.Fatal(err)
	}
	defer object.Body.Close()
	content, err := io.ReadAll(object.Body)
	if err != nil {
		c.Fatal(err)
	}
	return content
}

// unpack returns the executable in the archive, as Lambda unpacks it.
func (c *cloud) unpack(archive []byte) []byte {
	c.Helper()
	c.Logf("zipped it has %.1f MB", float64(len(archive))/1e6)
	if len(archive) > maxZipped {
		c.Errorf("zipped it has %d bytes, want at most %d: does something look methods up by name, such as text/template?", len(archive), maxZipped)
	}
	unpacked, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		c.Fatal(err)
	}
	if len(unpacked.File) != 1 || unpacked.File[0].Name != "bootstrap" {
		c.Fatalf("the archive has %d files, the first of which is %s; want bootstrap alone", len(unpacked.File), unpacked.File[0].Name)
	}
	c.want("its mode", unpacked.File[0].Mode(), os.FileMode(0o755))
	file, err := unpacked.File[0].Open()
	if err != nil {
		c.Fatal(err)
	}
	defer file.Close()
	executable, err := io.ReadAll(file)
	if err != nil {
		c.Fatal(err)
	}
	return executable
}

// isStatic reads the ELF header: an executable for arm64 that needs no other file and has nothing for a
// debugger.
func (c *cloud) isStatic(executable []byte) {
	c.Helper()
	header, err := elf.NewFile(bytes.NewReader(executable))
	if err != nil {
		c.Fatal(err)
	}
	c.want("its machine", header.Machine, elf.EM_AARCH64)
	c.want("its class", header.Class, elf.ELFCLASS64)
	c.want("its type", header.Type, elf.ET_EXEC)
	for _, segment := range header.Progs {
		if segment.Type == elf.PT_INTERP || segment.Type == elf.PT_DYNAMIC {
			c.Errorf("it is linked dynamically: it has a segment %s", segment.Type)
		}
	}
	for _, section := range header.Sections {
		if strings.HasPrefix(section.Name, ".debug") || strings.HasPrefix(section.Name, ".zdebug") || section.Type == elf.SHT_SYMTAB {
			c.Errorf("it has the section %s", section.Name)
		}
	}
}

func (c *cloud) hostSettings() map[string]string {
	c.Helper()
	file, err := os.Open(c.functions.executable)
	if err != nil {
		c.Fatal(err)
	}
	defer file.Close()
	return c.settingsOf(file)
}

// settingsOf are what an executable says of how it was compiled, except for what each platform has of its
// own.
func (c *cloud) settingsOf(executable io.ReaderAt) map[string]string {
	c.Helper()
	info, err := buildinfo.Read(executable)
	if err != nil {
		c.Fatal(err)
	}
	settings := map[string]string{"path": info.Path, "go": info.GoVersion}
	for _, setting := range info.Settings {
		if !strings.HasPrefix(setting.Key, "GO") { // GOOS, GOARCH and the like
			settings[setting.Key] = setting.Value
		}
	}
	return settings
}
