package release_test

import (
	"strings"
	"testing"

	"photogallery/release"
)

func TestDigestCoversBundleRecipeAndArchitecture(t *testing.T) {
	base := release.Digest("bundle", "recipe", "arm64")
	for _, other := range []string{
		release.Digest("other", "recipe", "arm64"), release.Digest("bundle", "other", "arm64"), release.Digest("bundle", "recipe", "x86_64"),
	} {
		if other == base {
			t.Errorf("%s is the digest of different content", base)
		}
	}
}

func TestBundleURLReadsBack(t *testing.T) {
	parsed, err := release.ParseBundle(bundle)
	if err != nil || parsed.Bucket != "photos" || parsed.Key != "bundles/a.tar.gz" || parsed.URL() != bundle {
		t.Errorf("got %+v, %v", parsed, err)
	}
	if url := (release.Bundle{}).URL(); url != "" {
		t.Errorf("no bundle has URL %q", url)
	}
}

func TestBadBundleURLIsRefused(t *testing.T) {
	hash := strings.Repeat("a", 64)
	for _, url := range []string{
		"", "s3://bucket/key", "s3://bucket/key#sha256=abc", "s3://B/key#sha256=" + hash, "s3://bucket/#sha256=" + hash,
		"s3://bucket/a b#sha256=" + hash, "https://bucket/key#sha256=" + hash, "s3://bucket/key#sha256=" + strings.ToUpper(hash),
		"s3://bucket/$(reboot)#sha256=" + hash, bundle + "\n",
	} {
		_, err := release.ParseBundle(url)
		if release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), "gallery release --bundle") {
			t.Errorf("%q: got %v", url, err)
		}
	}
}

func FuzzParseBundle(f *testing.F) {
	f.Add(bundle)
	f.Add("s3://bucket/key")
	f.Fuzz(func(t *testing.T, url string) {
		if parsed, err := release.ParseBundle(url); err == nil && parsed.URL() != url {
			t.Errorf("%q reads back as %q", url, parsed.URL())
		}
	})
}
