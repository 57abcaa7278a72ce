package environment

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/lambdas/image"
	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// maxSBOM is more than a builder writes.
const maxSBOM = 16 << 20

// SBOM returns the software bill of materials of an image, as its builder wrote it. The error is
// ImageNotFound for an image that is none of the environment's, and NotFound for one that has none.
func (r Reader) SBOM(ctx context.Context, id string) ([]byte, error) {
	found, err := image.Existing(ctx, r.Clients.EC2, r.Environment, id)
	if err != nil {
		return nil, err
	}
	of := inventory.Tag(found.Tags, release.TagRelease)
	out, err := r.Clients.S3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(r.Bucket), Key: aws.String(release.SBOMKey(of))})
	if release.IsNotFound(err) {
		return nil, release.Errorf(release.NotFound, "image %s has no software bill of materials: it is older than those, or its builder could not write one, and then its log says why; `gallery release --rebake` bakes it again", id)
	}
	if err != nil {
		return nil, err
	}
	defer out.Body.Close()
	return io.ReadAll(io.LimitReader(out.Body, maxSBOM))
}

// Change is a package that two images have in different versions.
type Change struct {
	Package string `json:"package"`
	Kind    string `json:"kind"` // of the package, as its purl names it: rpm, deb, pypi or npm
	From    string `json:"from"` // "" if it was added
	To      string `json:"to"`   // "" if it was removed
}

// Changes lists the packages that were added, removed or changed from one software bill of materials
// to another, by kind and name. Several versions of a package stand behind each other.
func Changes(from, to []byte) ([]Change, error) {
	before, err := packages(from)
	if err != nil {
		return nil, err
	}
	after, err := packages(to)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(before)
	maps.Copy(all, after)
	changes := []Change{}
	for of := range all {
		gone, come := before[of].without(after[of]), after[of].without(before[of])
		if gone != come {
			changes = append(changes, Change{Package: of.name, Kind: of.kind, From: gone, To: come})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Package, b.Package)) })
	return changes, nil
}

type pack struct{ kind, name string }

type versions map[string]bool

func (v versions) without(others versions) string {
	return strings.Join(slices.DeleteFunc(slices.Sorted(maps.Keys(v)), func(one string) bool { return others[one] }), ", ")
}

// packages returns the versions of the packages in a document.
func packages(document []byte) (map[pack]versions, error) {
	var read struct {
		BOMFormat  string `json:"bomFormat"`
		Components []struct{ Type, Name, Version, PURL string }
	}
	err := json.Unmarshal(document, &read)
	if err == nil && read.BOMFormat != "CycloneDX" {
		err = fmt.Errorf("its bomFormat is %q", read.BOMFormat)
	}
	if err != nil {
		return nil, release.Errorf(release.Unexpected, "the software bill of materials cannot be read as CycloneDX: %w; bake the image again with `gallery release --rebake`", err)
	}
	found := map[pack]versions{}
	for _, component := range read.Components {
		kind, _, isPackage := strings.Cut(strings.TrimPrefix(component.PURL, "pkg:"), "/")
		if component.Type != "library" || !isPackage {
			continue
		}
		of := pack{kind, component.Name}
		if found[of] == nil {
			found[of] = versions{}
		}
		found[of][component.Version] = true
	}
	return found, nil
}
