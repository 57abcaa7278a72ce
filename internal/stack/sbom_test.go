package stack

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/localcloud/machine"
	"photogallery/release"
)

// writesSBOMs lets each builder keep its software bill of materials as soon as it runs.
func (e *environment) writesSBOMs() {
	former := e.behave
	e.behave = func(spec machine.Spec) machine.Behavior {
		if spec.Role == release.RoleBuilder {
			e.Cloud.Fabric.Go(func() {
				_, err := e.Clients.S3.PutObject(e.Context(), &s3.PutObjectInput{
					Bucket: &e.Settings.Bucket, Key: aws.String(release.SBOMKey(spec.Tags[release.TagRelease])), Body: strings.NewReader("{}"), IfNoneMatch: aws.String("*"),
				})
				if err != nil {
					e.Errorf("the builder of %s keeps none: %v", spec.Tags[release.TagRelease], err)
				}
			})
		}
		return former(spec)
	}
}

// hasSBOMs checks whose software bills of materials are in the bucket.
func (e *environment) hasSBOMs(of ...string) {
	e.Helper()
	out, err := e.Clients.S3.ListObjectsV2(e.Context(), &s3.ListObjectsV2Input{Bucket: &e.Settings.Bucket, Prefix: aws.String(release.SBOMPrefix)})
	if err != nil {
		e.Fatal(err)
	}
	var got, want []string
	for _, object := range out.Contents {
		got = append(got, *object.Key)
	}
	for _, name := range of {
		want = append(want, release.SBOMKey(name))
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		e.Errorf("the bucket has %v, want %v", got, want)
	}
}

func TestSBOMGoesWithItsImage(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.writesSBOMs()
		e.release("r1", `{}`).ends("Succeeded")
		e.release("r2", `{"rebake": true}`).ends("Succeeded")
		e.hasSBOMs("r1", "r2")
		e.release("r3", `{"rebake": true}`).ends("Succeeded")
		e.hasSBOMs("r2", "r3")
		e.teardown("t1", `{}`).ends("Succeeded")
		e.hasSBOMs("r3")
		e.teardown("t2", `{"images": "delete"}`).ends("Succeeded")
		e.hasSBOMs()
	})
}

func TestUndoRemovesTheSBOMOfABuildWithoutAnImage(t *testing.T) {
	for name, serves := range map[string]bool{"of a first release": false, "beside what serves": true} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				var kept []string
				if serves {
					e.writesSBOMs()
					e.release("r0", `{}`).ends("Succeeded")
					kept = []string{"r0"}
				}
				e.failsToBuild("r1")
				e.writesSBOMs()
				e.release("r1", `{"rebake": true}`).ends("FailedClean", "BuildFailed")
				e.hasSBOMs(kept...)
			})
		})
	}
}

func TestAbortedBuildLeavesNoSBOM(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.writesSBOMs()
		execution := e.start(e.StartRelease(t.Context(), "r1", `{}`))
		time.Sleep(time.Minute)
		e.hasSBOMs("r1")
		if _, err := e.SFN.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Minute) // its undo
		synctest.Wait()
		e.hasSBOMs()
	})
}
