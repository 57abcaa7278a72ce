//go:build conformance

package deployed

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"photogallery/release"
)

// TestLab goes the way of docs/lab.md by the commands that it names, there and back, with the end of a
// session in between, in an account in which nobody may make a role.
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
	most := c.meter()
	s := c.student()
	s.types("Made bucket", "lab", "init")
	s.types("There is bucket", "lab", "init")
	s.types("cdk deploy", "lab", "deploy")
	c.plays.will("", "", false)
	s.types("elb.amazonaws.com", "release", "--stack", stack, "--name", "first", "--session-ends", time.Now().Add(3*time.Hour).Format(time.RFC3339))
	c.ended("release", "first").ends("Succeeded")
	c.serves("first")
	c.nextSession(s)
	c.serves("first")
	s.types("elb.amazonaws.com", "release", "--stack", stack, "--name", "second", "--traffic", "50,100")
	c.ended("release", "second").ends("Succeeded")
	c.serves("second")
	s.types("", "teardown", "--stack", stack, "--name", "teardown", "--images", "delete")
	c.ended("teardown", "teardown").ends("Succeeded")
	c.deleted()
	s.types("cdk destroy", "lab", "destroy", "--yes")
	c.gone()
	c.want("roles", c.roles(), "LabRole")
	if most() > release.LabInstances {
		t.Errorf("%d instances ran at a time", most())
	}
}

// nextSession ends the lab's session, as docs/lab.md says, and starts the next one.
func (c *cloud) nextSession(s *student) {
	c.Helper()
	fleet, err := c.state().Fleet(c.Context())
	if err == nil {
		_, err = (*ec2.Client)(c.EC2).StopInstances(c.Context(), &ec2.StopInstancesInput{InstanceIds: fleet})
	}
	if err != nil {
		c.Fatal(err)
	}
	inSession := c.front.refuse
	c.front.refuse = func(call) int { return http.StatusUnauthorized }
	if out, err := s.run("status", "--stack", stack); err == nil || !strings.Contains(out, "start the lab again") {
		c.Errorf("without a session gallery status says\n%s", out)
	}
	c.front.refuse = inSession
	if _, err := (*ec2.Client)(c.EC2).StartInstances(c.Context(), &ec2.StartInstancesInput{InstanceIds: fleet}); err != nil {
		c.Fatal(err)
	}
}

// meter returns a function that returns the most instances that have run at a time since.
func (c *cloud) meter() func() int {
	var mu sync.Mutex
	most := 0
	c.front.seen = func(made call) {
		c.saw(made)
		if !slices.Contains([]string{"RunInstances", "CreateAutoScalingGroup", "UpdateAutoScalingGroup", "SetDesiredCapacity", "StartInstances"}, made.operation) {
			return
		}
		running := types.Filter{Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}}
		out, err := c.EC2.DescribeInstances(c.Context(), &ec2.DescribeInstancesInput{Filters: []types.Filter{running}})
		if err != nil {
			c.Error(err)
			return
		}
		count := 0
		for _, reservation := range out.Reservations {
			count += len(reservation.Instances)
		}
		mu.Lock()
		defer mu.Unlock()
		most = max(most, count)
	}
	return func() int {
		mu.Lock()
		defer mu.Unlock()
		return most
	}
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
