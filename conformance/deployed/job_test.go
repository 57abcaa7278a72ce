//go:build conformance

package deployed

import (
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"photogallery/conformance/document"
)

// jobs is who makes the calls of a job of GitHub.
const jobs = "job"

// asked are commands of people, each of whom may do no more than some rows of docs/commands.md say.
var asked = []struct {
	rows      []string
	arguments []string
}{
	{[]string{"`release`, `teardown`", "`execution`, `executions`"}, []string{"teardown", "--dry-run"}},
	{[]string{"`execution`, `executions`"}, []string{"executions"}},
	{[]string{"`execution`, `executions`", "`execution --html`", "`status`"}, []string{"execution", "job", "--html", os.DevNull}},
	{[]string{"`status`"}, []string{"status"}},
	{[]string{"`history`"}, []string{"history"}},
	{[]string{"`images`"}, []string{"images"}},
	{[]string{"`status`", "`cost --stack`"}, []string{"cost"}},
}

// job releases a bundle as the action for GitHub does, with the role that the option github makes. Then people look
// at it.
func (c *cloud) job() {
	c.held(jobs, c.jobStatements())
	c.plays.will("", "", false)
	bundle := c.bundle()
	s := c.student()
	s.caller = jobs
	s.types("", "release", "--stack", stack, "--dry-run", "--bundle", bundle)
	s.types("elb.amazonaws.com", "release", "--stack", stack, "--name", "job", "--by", "octocat", "--bundle", bundle, "--ttl", "2h")
	s.types("job", "execution", "job", "--stack", stack, "--markdown")
	if err := c.state().Serves(c.Context(), "job", 2); err != nil {
		c.Error(err)
	}
	c.usesAll(jobs)
	for _, one := range asked {
		s.caller = one.arguments[0]
		rows := document.Operations(c.T, "../../docs/commands.md", append(one.rows, "every command")...)
		c.held(s.caller, []statement{{Effect: "Allow", Action: rows, Resource: several{"*"}}})
		s.types("", append(one.arguments, "--stack", stack)...)
	}
	c.run("release", "own", `{"bundle": "own"}`).ends("Succeeded") // the job's bundle goes with the bucket, which the parts that follow delete
}

// held has each call of a caller authorized by statements.
func (c *cloud) held(caller string, to []statement) {
	c.accessLock.Lock()
	defer c.accessLock.Unlock()
	c.access.policies[caller] = to
}

// jobStatements returns those of the role in the stack's output.
func (c *cloud) jobStatements() []statement {
	c.Helper()
	name := stack
	out, err := c.CloudFormation.DescribeStacks(c.Context(), &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		c.Fatal(err)
	}
	for _, output := range out.Stacks[0].Outputs {
		if *output.OutputKey == "GitHubRoleArn" {
			statements, err := c.roleStatements(*output.OutputValue)
			if err != nil {
				c.Fatal(err)
			}
			return statements
		}
	}
	c.Fatal("the stack has no role for jobs of GitHub")
	return nil
}

// bundle is a folder with an app that nothing has released yet.
func (c *cloud) bundle() string {
	c.Helper()
	folder := c.TempDir()
	for name, text := range map[string]string{
		"install.sh": "#!/bin/sh\n", "app.service": "[Service]\nExecStart=/usr/bin/python3 -m http.server 80\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700); err != nil { //nolint:gosec // a script
			c.Fatal(err)
		}
	}
	return folder
}

// usesAll wants a caller to have used each action of its statements.
func (c *cloud) usesAll(caller string) {
	c.Helper()
	c.accessLock.Lock()
	defer c.accessLock.Unlock()
	for _, statement := range c.access.policies[caller] {
		for _, action := range statement.Action {
			if !c.access.used[caller+" "+action] {
				c.Errorf("%s needs no %s", caller, action)
			}
		}
	}
}
