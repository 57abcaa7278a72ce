//go:build conformance

package deployed

import (
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"photogallery/conformance/emulator"
)

// student is who types commands of the compiled command line, in the repository's folder.
type student struct {
	*cloud
	root, program string
	caller        string // whose access key the commands use
}

func (c *cloud) student() *student {
	c.Helper()
	root, err := emulator.Root()
	if err != nil {
		c.Fatal(err)
	}
	s := &student{c, root, filepath.Join(c.TempDir(), "gallery"), emulator.Key}
	if out, err := exec.CommandContext(c.Context(), "go", "build", "-o", s.program, "photogallery/cmd/gallery").CombinedOutput(); err != nil {
		c.Fatalf("%v\n%s", err, out)
	}
	return s
}

// run returns all that a command writes.
func (s *student) run(arguments ...string) (string, error) {
	command := exec.CommandContext(s.Context(), s.program, arguments...)
	command.Dir, command.Env = s.root, append(emulator.Environment(s.root, s.server.Endpoint()), "AWS_ACCESS_KEY_ID="+s.caller)
	out, err := command.CombinedOutput()
	return string(out), err
}

// types runs a command that succeeds and writes certain words.
func (s *student) types(words string, arguments ...string) {
	s.Helper()
	if out, err := s.run(arguments...); err != nil || !strings.Contains(out, words) {
		s.Fatalf("gallery %s: %v, and not a word of %q:\n%s", strings.Join(arguments, " "), err, words, out)
	}
}

// ended has EventBridge hear of an execution that the student has started and seen to its end.
func (c *cloud) ended(machine, name string) run {
	c.Helper()
	return c.await(executionARN(stack+"-"+machine, name))
}

// gone checks that the stack is deleted.
func (c *cloud) gone() {
	c.Helper()
	if out, err := c.CloudFormation.DescribeStacks(c.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String(stack)}); err == nil {
		c.Errorf("the stack is still there: %s", out.Stacks[0].StackStatus)
	}
}
