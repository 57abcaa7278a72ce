package stack

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"photogallery/release"
)

// An environment for x86_64 bakes and launches for that, on a newer base image, too.
func TestEnvironmentHasOneArchitecture(t *testing.T) {
	inVirtualTimeWith(t, Options{Architecture: release.X8664}, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.Offer(Base{"ami-0aaaaaaaaaaaaaaa1", time.Now()})
		e.release("r2", `{"rebake": true}`).ends("Succeeded")
		e.serves("r2", 2)
		out, err := e.Clients.EC2.DescribeImages(e.Context(), &ec2.DescribeImagesInput{ImageIds: []string{e.current().Image}})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(out.Images[0].Architecture); got != release.X8664 || e.current().InstanceType != "t3.small" {
			t.Errorf("an image for %s serves, on %s", got, e.current().InstanceType)
		}
		e.release("r3", `{"instanceType": "t4g.small"}`).ends("FailedClean", "t4g.small", release.X8664)
	})
}
