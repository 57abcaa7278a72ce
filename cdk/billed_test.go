package cdk_test

import (
	"testing"

	"photogallery/internal/price"
)

// `gallery cost` knows what every resource of the stack is billed by. An interface endpoint would be
// billed by the hour; a gateway's is free.
func TestEveryResourceOfTheStackHasItsPrices(t *testing.T) {
	billed := price.Load().Billed
	for name := range contexts() {
		for id, resource := range synthesize(t, name).Resources {
			if _, known := billed[resource.Type]; !known {
				t.Errorf("%s is a %s, which %s says nothing of", id, resource.Type, price.Path)
			}
			if kind := resource.Properties["VpcEndpointType"]; resource.Type == "AWS::EC2::VPCEndpoint" && kind != "Gateway" {
				t.Errorf("%s is a VPC endpoint of type %v, which is billed by the hour", id, kind)
			}
		}
	}
}
