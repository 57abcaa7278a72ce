package recipe_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"photogallery/gallery-ami/recipe"
)

// document has what CycloneDX demands, and what ours has in addition.
type document struct {
	BOMFormat    string `json:"bomFormat"`
	SpecVersion  string `json:"specVersion"`
	Version      int
	Metadata     struct{ Component component }
	Components   []component
	Compositions []struct{ Aggregate string }
}

type component struct {
	Type, Name, Version, PURL string
	Ref                       string `json:"bom-ref"`
	Hashes                    []struct{ Alg, Content string }
}

// check holds a document to the specification: required fields, their values, unique references.
// https://cyclonedx.org/docs/1.6/json/
func (d document) check(t *testing.T) {
	t.Helper()
	if d.BOMFormat != "CycloneDX" || d.SpecVersion != "1.6" || d.Version < 1 || d.Metadata.Component.Name == "" || d.Metadata.Component.Type == "" {
		t.Errorf("the document is %+v", d)
	}
	kinds, refs := []string{"operating-system", "library", "file"}, map[string]bool{}
	sum, purl := regexp.MustCompile(`^[0-9a-f]{64}$`), regexp.MustCompile(`^pkg:[a-z]+/[^@ ]+@[^@ ]+$`)
	for _, one := range d.Components {
		if !slices.Contains(kinds, one.Type) || one.Name == "" || one.Ref != "" && refs[one.Ref] || one.PURL != "" && !purl.MatchString(one.PURL) {
			t.Errorf("it has the component %+v", one)
		}
		refs[one.Ref] = true
		for _, hash := range one.Hashes {
			if hash.Alg != "SHA-256" || !sum.MatchString(hash.Content) {
				t.Errorf("%s has the hash %+v", one.Name, hash)
			}
		}
	}
	for _, one := range d.Compositions {
		if one.Aggregate != "incomplete" {
			t.Errorf("it is %s", one.Aggregate)
		}
	}
}

// system stands for the tools of a machine, which has these packages.
func system(t *testing.T, rpms, debs string) (tools string) {
	t.Helper()
	tools = t.TempDir()
	for name, says := range map[string]string{"rpm": rpms, "dpkg-query": debs} {
		write(t, filepath.Join(tools, name), "#!/bin/sh\ncat <<'SAYS'\n"+says+"SAYS\n")
	}
	return tools
}

// billed runs the program on an installed folder and what sha256sum said of a bundle.
func billed(t *testing.T, tools, folder, hashes string) (document, []byte) {
	t.Helper()
	script, files := filepath.Join(t.TempDir(), "sbom.py"), filepath.Join(t.TempDir(), "files")
	write(t, script, string(recipe.SBOM()))
	write(t, files, hashes)
	command := exec.CommandContext(t.Context(), "python3", script, "r1", files, folder)
	command.Env = []string{"PATH=" + tools + ":" + os.Getenv("PATH")}
	text, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var read document
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	read.check(t)
	return read, text
}

func TestSBOMListsPackagesOfSystemPythonAndNodeAndTheFiles(t *testing.T) {
	folder := t.TempDir()
	for path, content := range map[string]string{
		"lib/Flask_Cors-4.0.dist-info/METADATA":      "Metadata-Version: 2.1\nName: Flask_Cors\nVersion: 4.0\n\nName: not this\n",
		"lib/broken.dist-info/METADATA":              "nothing\n",
		"node_modules/@a/b/package.json":             `{"name": "@a/b", "version": "1.2.3"}`,
		"node_modules/c/package.json":                `{"name": "c", "version": "2.0.0-rc.1+7"}`,
		"node_modules/c/lib/package.json":            `{"name": "no package", "version": "0"}`,
		"node_modules/d/package.json":                `{"name": ["x"]}`,
		"package.json":                               `{"name": "the app itself", "version": "1"}`,
		"node_modules/c/node_modules/c/package.json": `{"name": "c", "version": "1.0.0"}`,
	} {
		write(t, filepath.Join(folder, path), content)
	}
	rpms := "bash\t5.2.15-1.amzn2023.0.2\taarch64\t0\ndnf\t4.14.0-1\tnoarch\t2\ngpg-pubkey\td832c631-6515c85e\t(none)\t0\n"
	debs := "adduser\t3.134\tall\tii \ngone\t1\tall\trc \nlibc++1\t1:14.0-12~deb\tarm64\tii \n"
	sum := strings.Repeat("0f", 32)
	hashes := sum + "  ./b b\x00" + sum + "  ./a\\n\x00"
	read, text := billed(t, system(t, rpms, debs), folder, hashes)
	var got []string
	for _, one := range read.Components[1:] {
		switch one.Type {
		case "file":
			got = append(got, one.Name+" "+one.Hashes[0].Content)
		default:
			url, _, _ := strings.Cut(one.PURL, "&distro")
			got = append(got, regexp.MustCompile(`^pkg:(rpm|deb)/[a-z]+/`).ReplaceAllString(url, "$1 ")+" = "+one.Name+" "+one.Version)
		}
	}
	want := []string{
		"deb adduser@3.134?arch=all = adduser 3.134", "deb libc%2B%2B1@1:14.0-12~deb?arch=arm64 = libc++1 1:14.0-12~deb",
		"pkg:npm/%40a/b@1.2.3 = @a/b 1.2.3", "pkg:npm/c@1.0.0 = c 1.0.0", "pkg:npm/c@2.0.0-rc.1%2B7 = c 2.0.0-rc.1+7",
		"pkg:pypi/flask-cors@4.0 = flask-cors 4.0",
		"rpm bash@5.2.15-1.amzn2023.0.2?arch=aarch64 = bash 5.2.15-1.amzn2023.0.2", "rpm dnf@4.14.0-1?arch=noarch = dnf 4.14.0-1",
		`a\n ` + sum, "b b " + sum,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if !strings.Contains(string(text), "epoch=2") || read.Components[0].Type != "operating-system" || read.Metadata.Component.Version != "r1" || read.Compositions != nil {
		t.Errorf("it is %s", text)
	}
	if _, again := billed(t, system(t, rpms, debs), folder, hashes); !bytes.Equal(text, again) {
		t.Error("it is another one the second time")
	}
}

func TestSBOMIsBounded(t *testing.T) {
	var hashes strings.Builder
	for i := range recipe.MaxBundleFiles {
		fmt.Fprintf(&hashes, "%s  ./%d%s\x00", strings.Repeat("a", 64), i, strings.Repeat("n", 1000))
	}
	read, text := billed(t, system(t, "", ""), t.TempDir(), hashes.String())
	if len(text) > 5<<20 || len(read.Compositions) != 1 || len(read.Components) < 1000 {
		t.Errorf("it has %d bytes, %d components and says %+v", len(text), len(read.Components), read.Compositions)
	}
}

// kept returns the document that a builder put into the bucket, if there is one.
func (w workshop) kept() string {
	text, _ := os.ReadFile(filepath.Join(w.root, "sbom")) // absent where nothing was put
	return string(text)
}

func TestBuilderKeepsTheSBOM(t *testing.T) {
	w := newWorkshop(t, install+"mkdir -p \"$INSTALL_DIR/x.dist-info\" && printf 'Name: x\\nVersion: 9\\n' >\"$INSTALL_DIR/x.dist-info/METADATA\"\n")
	w.build(w.sha256)
	var read document
	if err := json.Unmarshal([]byte(w.kept()), &read); err != nil {
		t.Fatalf("%v in %q; the log is %s", err, w.kept(), w.log())
	}
	read.check(t)
	for _, name := range []string{"x", "install.sh", "app.service"} {
		if !slices.ContainsFunc(read.Components, func(one component) bool { return one.Name == name }) {
			t.Errorf("it has no %s", name)
		}
	}
	put, err := os.ReadFile(filepath.Join(w.root, "put"))
	if err != nil || !strings.Contains(string(put), "--key sboms/r1.json") || !strings.Contains(string(put), "--if-none-match *") {
		t.Errorf("it was put with %s, %v", put, err)
	}
}

func TestBuildSucceedsWithoutTheSBOM(t *testing.T) {
	for name, stub := range map[string]string{"python3": "#!/bin/sh\nexit 3\n", "sha256sum": "#!/bin/sh\ncase $* in *--zero*) exit 3 ;; esac\ncat >/dev/null\n"} {
		t.Run(name, func(t *testing.T) {
			w := newWorkshop(t, install)
			write(t, filepath.Join(w.root, "bin", name), stub)
			w.build(w.sha256)
			if said := w.events(); len(said) != 1 || said[0].Status != "success" || w.kept() != "" || !strings.Contains(w.log(), "the image has no software bill of materials") {
				t.Errorf("it says %+v, and the log %s", said, w.log())
			}
		})
	}
}

func (w workshop) log() string {
	text, _ := os.ReadFile(filepath.Join(w.root, "run/photogallery/build.log"))
	return string(text)
}
