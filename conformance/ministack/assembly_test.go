//go:build conformance

package ministack_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"photogallery/cdk/executable"
)

// lacking are the template's types that MiniStack does not have. A resource that does nothing has their place.
var lacking = []string{"AWS::EC2::EgressOnlyInternetGateway", "AWS::EC2::FlowLog", "AWS::EC2::InstanceConnectEndpoint", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::VPCCidrBlock", "Custom::S3AutoDeleteObjects"}

// fit makes an assembly for MiniStack: without what it lacks, and with the functions' executable compiled for
// this machine, where MiniStack runs it.
func fit(t *testing.T, assembly, template string) {
	t.Helper()
	path := filepath.Join(assembly, template)
	var document map[string]any
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &document)
	}
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, resource := range document["Resources"].(map[string]any) {
		resource := resource.(map[string]any)
		if kind := resource["Type"].(string); slices.Contains(lacking, kind) {
			found = append(found, kind)
			resource["Type"], resource["Properties"] = "AWS::CloudFormation::WaitConditionHandle", map[string]any{}
		} else if kind == "AWS::EC2::Subnet" {
			delete(resource["Properties"].(map[string]any), "Ipv6CidrBlock") // of the network's, which has none
		}
	}
	slices.Sort(found)
	if found = slices.Compact(found); !slices.Equal(found, lacking) {
		t.Errorf("of what MiniStack lacks the template has %v, want %v", found, lacking)
	}
	if text, err = json.Marshal(document); err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	executables, failed := filepath.Glob(filepath.Join(assembly, "asset.*", "bootstrap"))
	if err != nil || failed != nil || len(executables) != 1 {
		t.Fatalf("the assembly's executables are %v: %v %v", executables, err, failed)
	}
	if err := executable.Functions(t.Context(), executables[0], executable.Host()); err != nil {
		t.Fatal(err)
	}
}
