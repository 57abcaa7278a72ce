//go:build conformance

package deployed

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	environments "photogallery/internal/environment"
	"photogallery/release"
)

// command runs a migration that succeeds, one that fails, and one that a person ends.
func (c *cloud) command() {
	c.plays.will("", "", false)
	c.storesCommand("migrate")
	r := c.run("release", "migrate", `{"run": "5m"}`).ends("Succeeded")
	if !slices.Contains(r.path, "TerminateRunner") || slices.Contains(r.path, "Prepare") {
		c.Errorf("it went by way of %v", r.path)
	}
	c.runsIn("migrate")
	c.serves("beside")

	c.plays.will("failure", "the command ended with exit status 3", false)
	c.run("release", "failed-migration", `{"run": "5m"}`).ends("FailedClean", "RunFailed: the command ended with exit status 3")
	c.serves("beside")

	c.plays.will("", "", true)
	execution := c.start("release", "ended-migration", `{"run": "5m"}`)
	c.eventually("the wait for the command", func() bool { return slices.Contains(c.path(execution), "AwaitRun") && c.builders() == 1 })
	c.stopped(execution)
	c.plays.will("", "", false)
	c.serves("beside")
}

// storesCommand stores and takes a command with the person's credentials, as `gallery run` does.
func (c *cloud) storesCommand(name string) {
	c.Helper()
	configurer := environments.Configurer{Reader: environments.Reader{Clients: c.Clients}, Bucket: c.variable("Plan", "BUCKET")}
	if err := configurer.StoreCommand(c.Context(), name, []byte("exec true\n")); err != nil {
		c.Fatal(err)
	}
	if _, err := configurer.TakeRun(c.Context(), name); release.CodeOf(err) != release.NotFound {
		c.Errorf("a command that has not run has the result %v", err)
	}
}

// runsIn checks the role and the network of a command's instance, which has ended.
func (c *cloud) runsIn(name string) {
	c.Helper()
	tag := "tag:" + release.TagRelease
	out, err := c.EC2.DescribeInstances(c.Context(), &ec2.DescribeInstancesInput{Filters: []types.Filter{{Name: &tag, Values: []string{name}}}})
	if err != nil || len(out.Reservations) != 1 {
		c.Fatalf("%v, the command ran on %d instances", err, len(out.Reservations))
	}
	instance := out.Reservations[0].Instances[0]
	c.want("its state", instance.State.Name, types.InstanceStateNameTerminated)
	c.accessLock.Lock()
	ordered := c.launched
	c.accessLock.Unlock()
	c.want("its role", strings.Contains(c.roleOf(ordered.Get("IamInstanceProfile.Arn")), "RunnerRole"), true)
	c.want("its subnet is public", strings.Contains(c.variable("LaunchRunner", "PUBLIC_SUBNETS"), ordered.Get("NetworkInterface.1.SubnetId")), true)
	groups := []string{ordered.Get("NetworkInterface.1.SecurityGroupId.1"), ordered.Get("NetworkInterface.1.SecurityGroupId.2")}
	c.want("its security groups", groups, []string{c.variable("LaunchRunner", "BUILDER_SECURITY_GROUP"), c.variable("LaunchRunner", "INSTANCE_SECURITY_GROUP")})
	c.want("its shutdown", ordered.Get("InstanceInitiatedShutdownBehavior"), "terminate")
	if userData := ordered.Get("UserData"); userData == "" {
		c.Error("it has no user data")
	}
}
