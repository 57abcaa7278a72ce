//go:build conformance

package deployed

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"photogallery/conformance/emulator"
	"photogallery/release"
)

// TestLab deploys to an account in which nobody may make a role, with `gallery lab`, and goes the whole
// way there and back.
func TestLab(t *testing.T) {
	c := begin(t)
	c.giveRole("LabRole", "LabInstanceProfile")
	c.front.made = func(call) {} // one role may do everything; who may do what is another test's
	c.front.refuse = func(made call) int {
		if made.service == "iam" && !strings.HasPrefix(made.operation, "Get") && !strings.HasPrefix(made.operation, "List") {
			return http.StatusForbidden
		}
		return 0
	}
	c.maxSize = release.LabMaxSize
	gallery := c.gallery()
	gallery("lab", "init")
	gallery("lab", "deploy")
	c.plays.will("", "", false)
	c.run("release", "first", `{}`).ends("Succeeded")
	c.serves("first")
	c.run("release", "second", `{"traffic": [50, 100]}`).ends("Succeeded")
	c.serves("second")
	c.run("teardown", "teardown", `{"images": "delete"}`).ends("Succeeded")
	c.deleted()
	c.want("roles", c.roles(), "LabRole")
}

// giveRole makes what a lab's account has.
func (c *cloud) giveRole(role, profile string) {
	c.Helper()
	trust := `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}`
	_, err := c.IAM.CreateRole(c.Context(), &iam.CreateRoleInput{RoleName: &role, AssumeRolePolicyDocument: &trust})
	if err == nil {
		_, err = c.IAM.CreateInstanceProfile(c.Context(), &iam.CreateInstanceProfileInput{InstanceProfileName: &profile})
	}
	if err == nil {
		_, err = c.IAM.AddRoleToInstanceProfile(c.Context(), &iam.AddRoleToInstanceProfileInput{RoleName: &role, InstanceProfileName: &profile})
	}
	if err != nil {
		c.Fatal(err)
	}
}

// roles names the account's roles, without those that services make for themselves.
func (c *cloud) roles() string {
	c.Helper()
	out, err := c.IAM.ListRoles(c.Context(), &iam.ListRolesInput{})
	if err != nil {
		c.Fatal(err)
	}
	var names []string
	for _, role := range out.Roles {
		if !strings.HasPrefix(aws.ToString(role.Path), "/aws-service-role/") {
			names = append(names, aws.ToString(role.RoleName))
		}
	}
	return strings.Join(names, ", ")
}

// gallery compiles the command line, and returns what runs it in the repository's folder.
func (c *cloud) gallery() func(arguments ...string) {
	c.Helper()
	root, err := emulator.Root()
	if err != nil {
		c.Fatal(err)
	}
	program := filepath.Join(c.TempDir(), "gallery")
	if out, err := exec.CommandContext(c.Context(), "go", "build", "-o", program, "photogallery/cmd/gallery").CombinedOutput(); err != nil {
		c.Fatalf("%v\n%s", err, out)
	}
	return func(arguments ...string) {
		c.Helper()
		command := exec.CommandContext(c.Context(), program, arguments...)
		command.Dir, command.Env = root, emulator.Environment(root, c.server.Endpoint())
		if out, err := command.CombinedOutput(); err != nil {
			c.Fatalf("gallery %s: %v\n%s", strings.Join(arguments, " "), err, out)
		}
	}
}
