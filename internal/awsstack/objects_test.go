package awsstack

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"photogallery/internal/environment"
	"photogallery/release"
)

func writes(content string) func(io.Writer) error {
	return func(to io.Writer) error {
		_, err := io.WriteString(to, content)
		return err
	}
}

func TestBundleIsSentOnce(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		s := a.open()
		first, err := s.UploadBundle(t.Context(), writes("one"))
		if err != nil {
			t.Fatal(err)
		}
		const sum = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed" // of "one"
		if want := (release.Bundle{Bucket: a.Settings.Bucket, Key: "bundles/" + sum + ".tar.gz", SHA256: sum}); first != want {
			t.Errorf("it is %+v", first)
		}
		if got := a.object(first.Key); got != "one" {
			t.Errorf("the object holds %q", got)
		}
		if _, err := release.ParseBundle(first.URL()); err != nil {
			t.Error(err)
		}
		again, err := s.UploadBundle(t.Context(), writes("one"))
		if err != nil || again != first || a.puts != 1 {
			t.Errorf("again it is %+v after %d puts, %v", again, a.puts, err)
		}
	})
}

func TestBundleUploadFailuresAreExplained(t *testing.T) {
	tests := map[string]struct {
		operation, code string
		times           int
		want            release.Code
	}{
		"nobody may ask whether it is there": {"S3.HeadObject", "Forbidden", 1, ""},
		"another puts it at that moment":     {"S3.PutObject", "ConditionalRequestConflict", 2, ""},
		"another does not end":               {"S3.PutObject", "ConditionalRequestConflict", 3, release.AwsRefused},
		"another was first":                  {"S3.PutObject", "PreconditionFailed", 1, ""},
		"nobody may put it":                  {"S3.PutObject", "AccessDenied", 1, release.AccessDenied},
		"there is no bucket":                 {"S3.PutObject", "NoSuchBucket", 1, release.AwsRefused},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				s := a.open()
				a.refuse(test.operation, test.code, test.times)
				if _, err := s.UploadBundle(t.Context(), writes("one")); release.CodeOf(err) != test.want {
					t.Errorf("%v", err)
				}
			})
		})
	}
	inAccount(t, func(t *testing.T, a *account) {
		full := errors.New("disk full")
		if _, err := a.open().UploadBundle(t.Context(), func(io.Writer) error { return full }); !errors.Is(err, full) || a.puts > 0 {
			t.Errorf("%v after %d puts", err, a.puts)
		}
	})
}

func TestUploadKeyIsRead(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		s := a.open()
		_, err := s.UploadKey(t.Context())
		wantError(t, err, release.NotFound, "upload-key/key", "npx cdk deploy")
		a.put("upload-key/key", "correct horse battery\n")
		if key, err := s.UploadKey(t.Context()); key != "correct horse battery" || err != nil {
			t.Errorf("it is %q, %v", key, err)
		}
	})
}

// log lets an instance have logged at a moment.
func (a *account) log(id, stream, text string, at time.Time) {
	a.events = append(a.events, logtypes.FilteredLogEvent{
		EventId: aws.String(id), LogStreamName: aws.String(stream), Message: aws.String(text), Timestamp: aws.Int64(at.UnixMilli()),
	})
}

func TestLogsAreReadOnceAndInOrder(t *testing.T) {
	const first, second = "i-0123456789abcdef0", "i-0123456789abcdef1"
	inAccount(t, func(t *testing.T, a *account) {
		s, now := a.open(), time.Now()
		reads := func(logs *Logs, want ...string) {
			t.Helper()
			lines, err := logs.Next(t.Context())
			if err != nil || len(lines) != len(want) {
				t.Fatalf("it reads %+v, %v, want %q", lines, err, want)
			}
			for i, line := range lines {
				if line.Instance+" "+line.Text != want[i] {
					t.Errorf("line %d is %+v, want %q", i, line, want[i])
				}
			}
		}
		all, err := s.Logs(environment.LogQuery{Since: now.Add(-time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		reads(all)
		a.log("1", first, "too old", now.Add(-2*time.Hour))
		a.log("2", second+"/r1", "b", now.Add(-2*time.Second))
		a.log("3", first, "a", now.Add(-3*time.Second))
		reads(all, first+" a", second+" b")
		reads(all)
		a.log("4", first, "late", now.Add(-30*time.Second))
		a.log("5", "other", "c", now)
		reads(all, first+" late", "other c")
		for i := range 5 {
			a.log("more"+string(rune('a'+i)), first, "d", now.Add(time.Duration(i+1)*time.Hour))
		}
		reads(all, first+" d", first+" d", first+" d", first+" d", first+" d")
		if len(all.seen) != 1 {
			t.Errorf("it keeps %d events in mind for ever", len(all.seen))
		}
		one, err := s.Logs(environment.LogQuery{Instance: second, Since: now.Add(-time.Hour), HealthChecks: true})
		if err != nil {
			t.Fatal(err)
		}
		a.log("6", second+"/r1", `"GET /" 200 "ELB-HealthChecker/2.0"`, now)
		a.log("7", first+"/r2/build", "e", now)
		reads(one, second+" b", second+` "GET /" 200 "ELB-HealthChecker/2.0"`)
		of, err := s.Logs(environment.LogQuery{Release: "r1", Since: now.Add(-time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		reads(of, second+" b")
		if of.query.Release = "r2"; err == nil {
			a.log("8", first+"/r2/boot", "f", now.Add(5*time.Hour))
			reads(of, first+" f")
		}
		_, err = s.Logs(environment.LogQuery{Instance: "web-1", Since: now})
		wantError(t, err, release.InvalidRequest, "web-1")
	})
}
