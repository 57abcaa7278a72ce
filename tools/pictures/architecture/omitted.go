package main

import (
	"maps"
	"slices"
)

// omitted lists the kinds of resources that the picture leaves out, each with its reason.
var omitted = map[kind]string{
	"AWS::EC2::Route":                            "how a subnet reaches the gateways that are shown",
	"AWS::EC2::RouteTable":                       "holds routes",
	"AWS::EC2::SubnetRouteTableAssociation":      "gives a subnet its routes",
	"AWS::EC2::VPCGatewayAttachment":             "the gateway is shown in its place",
	"AWS::EC2::VPCCidrBlock":                     "IPv6 is written on the network",
	"AWS::EC2::SecurityGroupIngress":             "arrows show who reaches whom",
	"AWS::IAM::Policy":                           "belongs to a role that is shown",
	"AWS::IAM::InstanceProfile":                  "hands a role to an instance",
	"AWS::Lambda::Function":                      "a step's is shown by its version; the others are the custom resources'",
	"AWS::Lambda::Url":                           "of the front door, which leads visitors to what is shown",
	"AWS::ApiGatewayV2::Integration":             "of the HTTP API that is shown",
	"AWS::ApiGatewayV2::Route":                   "of the HTTP API that is shown",
	"AWS::ApiGatewayV2::Stage":                   "of the HTTP API that is shown",
	"AWS::ApiGatewayV2::DomainName":              "of the HTTP API that is shown",
	"AWS::ApiGatewayV2::ApiMapping":              "of the HTTP API that is shown",
	"AWS::Lambda::Permission":                    "arrows show who calls whom",
	"AWS::S3::BucketPolicy":                      "belongs to a bucket",
	"AWS::SNS::TopicPolicy":                      "belongs to the topic",
	"AWS::SQS::QueuePolicy":                      "belongs to the queue",
	"AWS::Logs::MetricFilter":                    "feeds an alarm that is shown",
	"AWS::StepFunctions::StateMachine/Destroyer": "waits for the teardown that the custom resource starts",
	"Custom::S3AutoDeleteObjects":                "empties the bucket of access logs when that is deleted",
}

func leftOut() []kind { return slices.Collect(maps.Keys(omitted)) }

// records lists operations that make no resource, despite their names.
var records = []string{"dynamodb:PutItem", "events:PutEvents"}
