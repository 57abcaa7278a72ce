package main

import (
	"debug/elf"
	"debug/gosym"
	"os"
	"testing"
)

// The linker keeps every method of a type that html/template could find by its name: with all operations
// of EC2 the program would be half as large again. See step.Clients.
func TestProgramHasOnlyOperationsThatAreCalled(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	functions := functionsOf(t, program)
	const sdk = "github.com/aws/aws-sdk-go-v2/service/"
	if !functions[sdk+"ec2.(*Client).DescribeImages"] {
		t.Fatal("the names have changed their form: DescribeImages is not there")
	}
	for _, operation := range []string{
		"autoscaling.(*Client).AttachInstances", "cloudformation.(*Client).CreateStack", "ec2.(*Client).CreateVpc", "elasticloadbalancingv2.(*Client).CreateTrustStore",
		"route53.(*Client).CreateHostedZone", "ssm.(*Client).SendCommand",
	} {
		if functions[sdk+operation] {
			t.Errorf("%s is in the program: use the client of the service through the type in step.Clients or awsstack.Stacks", operation)
		}
	}
}

func functionsOf(t *testing.T, program string) map[string]bool {
	t.Helper()
	file, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := file.Section(".gopclntab").Data()
	if err != nil {
		t.Fatal(err)
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(lines, file.Section(".text").Addr))
	if err != nil {
		t.Fatal(err)
	}
	functions := map[string]bool{}
	for _, f := range table.Funcs {
		functions[f.Name] = true
	}
	return functions
}
