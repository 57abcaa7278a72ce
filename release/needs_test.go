package release_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"photogallery/release"
)

func TestNeedsGoWithTheBundlesURL(t *testing.T) {
	const plain = "s3://photos/bundles/a.tar.gz#sha256=0000000000000000000000000000000000000000000000000000000000000000"
	for _, test := range []struct {
		path   string
		start  time.Duration
		suffix string
	}{
		{"/", time.Minute, ""},
		{"/", time.Second, ""}, // what is usual is enough
		{"/healthz", time.Minute, "&healthPath=/healthz"},
		{"/health/ready.txt?full=1", 90 * time.Second, "&healthPath=/health/ready.txt?full=1&startSeconds=90"},
		{"/", release.MaxStart - time.Millisecond, "&startSeconds=600"},
	} {
		needs, err := release.NewNeeds(test.path, test.start)
		if err != nil {
			t.Fatal(err)
		}
		bundle, err := release.ParseBundle(plain)
		if err != nil || bundle.Health() != "/" || bundle.Start() != time.Minute || bundle.Longer() != 0 {
			t.Fatalf("without needs: %+v, %v", bundle, err)
		}
		if bundle.Needs = needs; bundle.URL() != plain+test.suffix {
			t.Errorf("%+v has the URL %s", needs, bundle.URL())
		}
		again, err := release.ParseBundle(bundle.URL())
		if err != nil || again != bundle || again.Health() != test.path || again.Start() < test.start {
			t.Errorf("%s is read as %+v, %v", bundle.URL(), again, err)
		}
		if _, err := release.ParseRequest([]byte(`{"bundle": "` + bundle.URL() + `"}`)); err != nil {
			t.Error(err)
		}
	}
	for _, suffix := range []string{"&healthPath=healthz", "&healthPath=/a%20b", "&startSeconds=601", "&startSeconds=0", "&startSeconds=90&healthPath=/a", "&"} {
		if got, err := release.ParseBundle(plain + suffix); release.CodeOf(err) != release.InvalidRequest {
			t.Errorf("%s is read as %+v, %v", suffix, got, err)
		}
	}
}

func TestUnfitNeedsAreNamedTogether(t *testing.T) {
	for path, start := range map[string]time.Duration{"healthz": 0, "": -time.Second, "http://other/": 11 * time.Minute, "/a b": 24 * time.Hour, "/" + strings.Repeat("a", 100): 601 * time.Second} {
		_, err := release.NewNeeds(path, start)
		var problems release.Problems
		if !errors.As(err, &problems) || len(problems) != 2 || problems[0].Field != "HealthPath" || problems[1].Field != "StartupTime" {
			t.Errorf("%q and %s: %v", path, start, err)
		}
	}
}
