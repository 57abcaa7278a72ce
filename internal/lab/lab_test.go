package lab_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"photogallery/internal/lab"
	"photogallery/release"
)

// store is S3 with at most one bucket.
type store struct {
	bucket, location string
	refuses          string // the code of each answer, or ""
}

func (s *store) answer(code string) error {
	if s.refuses != "" {
		code = s.refuses
	}
	if code == "" {
		return nil
	}
	return &smithy.GenericAPIError{Code: code, Message: "no"}
}

func (s *store) HeadBucket(_ context.Context, in *s3.HeadBucketInput, _ ...func(*s3.Options)) (*s3.HeadBucketOutput, error) {
	if *in.Bucket == s.bucket {
		return &s3.HeadBucketOutput{}, s.answer("")
	}
	return nil, s.answer("NotFound")
}

func (s *store) CreateBucket(_ context.Context, in *s3.CreateBucketInput, _ ...func(*s3.Options)) (*s3.CreateBucketOutput, error) {
	s.bucket = *in.Bucket
	if in.CreateBucketConfiguration != nil {
		s.location = string(in.CreateBucketConfiguration.LocationConstraint)
	}
	return &s3.CreateBucketOutput{}, s.answer("")
}

func TestInitMakesTheBucketOnce(t *testing.T) {
	for region, location := range map[string]string{"us-east-1": "", "us-west-2": "us-west-2"} {
		of := &store{}
		for _, want := range []bool{true, false} {
			if made, err := lab.Init(t.Context(), of, "123456789012", region); err != nil || made != want {
				t.Errorf("in %s it made one: %t, %v, want %t", region, made, err, want)
			}
		}
		if of.bucket != "photogallery-lab-123456789012-"+region || of.location != location {
			t.Errorf("the bucket is %s in %q", of.bucket, of.location)
		}
	}
}

// S3 names a bucket of another account by 403 alone.
func TestBucketOfSomebodyElseIsNotUsed(t *testing.T) {
	_, err := lab.Init(t.Context(), &store{refuses: "Forbidden"}, "123456789012", "us-east-1")
	if release.CodeOf(err) != release.AccessDenied || !strings.Contains(err.Error(), "another account's") {
		t.Errorf("the error is %v", err)
	}
}

func TestCommandCanBeRunByHand(t *testing.T) {
	d := lab.Deployment{Role: "LabRole", InstanceProfile: "LabInstanceProfile", Bucket: "b", Context: []string{"environment=mine", "role=Other"}}
	want := "npx cdk destroy --context instanceProfile=LabInstanceProfile --context assetsBucket=b --context architecture=x86_64 --context environment=mine --context role=Other"
	if got := strings.Join(d.Command("destroy"), " "); got != want {
		t.Errorf("it is\n%s, want\n%s", got, want)
	}
	d.Yes = true
	if got := strings.Join(d.Command("destroy"), " "); got != want+" --force" {
		t.Errorf("it is\n%s, want\n%s --force", got, want)
	}
	if got := strings.Join(d.Command("deploy"), " "); !strings.HasSuffix(got, "--require-approval never --import-existing-resources") {
		t.Errorf("it is %s", got)
	}
}
