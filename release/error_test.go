package release_test

import (
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"photogallery/release"
)

func TestErrorfKeepsTheCauseAndTheWords(t *testing.T) {
	err := release.Errorf(release.ImageFailed, "image %s: %w", "ami-1", io.EOF)
	if err.Error() != "ImageFailed: image ami-1: EOF" || !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
	if plain := release.Errorf(release.LockLost, "gone"); plain.Unwrap() != nil {
		t.Errorf("%v has a cause", plain)
	}
}

func TestCodesListsEveryCode(t *testing.T) {
	source, err := os.ReadFile("error.go")
	if err != nil {
		t.Fatal(err)
	}
	var declared []release.Code
	for _, match := range regexp.MustCompile(`Code = "(\w+)"`).FindAllSubmatch(source, -1) {
		declared = append(declared, release.Code(match[1]))
	}
	if diff := cmp.Diff(declared, release.Codes()); diff != "" || len(declared) == 0 {
		t.Errorf("declared and not listed (-), or the other way round (+):\n%s", diff)
	}
}

func TestJoinReportsAllProblems(t *testing.T) {
	invalid := release.Errorf(release.InvalidRequest, "bundle: gone")
	quota := release.Errorf(release.QuotaExceeded, "quota: 5")
	tests := map[string]struct {
		errs []error
		want release.Code
		says []string
	}{
		"one":          {[]error{nil, quota}, release.QuotaExceeded, []string{"quota: 5"}},
		"of one kind":  {[]error{quota, quota}, release.QuotaExceeded, []string{"several", "- quota: 5"}},
		"of two kinds": {[]error{quota, nil, invalid}, release.InvalidRequest, []string{"- bundle: gone", "- quota: 5"}},
		"of strangers": {[]error{io.EOF}, release.Unexpected, []string{"EOF"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := release.Join(test.errs...)
			if release.CodeOf(err) != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
			for _, words := range test.says {
				if !strings.Contains(err.Error(), words) {
					t.Errorf("%q does not say %q", err, words)
				}
			}
			for _, cause := range test.errs {
				if cause != nil && !errors.Is(err, cause) {
					t.Errorf("%v is lost", cause)
				}
			}
		})
	}
	if err := release.Join(nil, nil); err != nil {
		t.Errorf("nothing joins to %v", err)
	}
}
