//go:build conformance

package leftover

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func TestLeftoversAreJudgedByTheirService(t *testing.T) {
	for arn, want := range map[string]bool{
		"arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abcdef0":                          true,
		"arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/photogallery-e2ex/1": true,
		"arn:aws:logs:us-east-1:123456789012:log-group:/photogallery/e2ex/steps":                   true,
		"arn:aws:s3:::photogallery-e2ex-123456789012-us-east-1":                                    true,
		"arn:aws:sns:us-east-1:123456789012:photogallery-e2ex-Topic":                               false,
		"arn:aws:states:us-east-1:123456789012:stateMachine:Waiter-1a2b3c":                         false,
		"arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/fs-1":                        false,
		"no ARN": false,
	} {
		if got := isAsked(arn); got != want {
			t.Errorf("%s: its own service was asked: %t", arn, got)
		}
	}
}

// A stack's resources have IDs, URLs or ARNs, and are told from those of other services by the service.
func TestCloudFormationTypesMatchARNs(t *testing.T) {
	for arn, id := range map[string]string{
		"arn:aws:sns:us-east-1:123456789012:photogallery-e2ex-Topic":       "sns arn:aws:sns:us-east-1:123456789012:photogallery-e2ex-Topic",
		"arn:aws:sqs:us-east-1:123456789012:photogallery-e2ex-Letters":     "sqs https://sqs.us-east-1.amazonaws.com/123456789012/photogallery-e2ex-Letters",
		"arn:aws:events:us-east-1:123456789012:rule/photogallery-e2ex-a":   "events photogallery-e2ex-a",
		"arn:aws:states:us-east-1:123456789012:stateMachine:Waiter-1a2b3c": "states arn:aws:states:us-east-1:123456789012:stateMachine:Waiter-1a2b3c",
	} {
		service, physical, _ := strings.Cut(id, " ")
		if keyOf(arn) != service+" "+last(physical) {
			t.Errorf("%s is not taken for %s", arn, id)
		}
	}
	group := "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:0:autoScalingGroupName/photogallery-e2ex"
	if dashboard := "cloudwatch " + last("photogallery-e2ex"); keyOf(group) == dashboard {
		t.Error("the group is taken for the dashboard of the same name")
	}
}

func TestEachCommandIsForTheRegion(t *testing.T) {
	s := sweep{Account: Account{Config: aws.Config{Region: "eu-central-1"}, ID: "123456789012", Partition: "aws"}}
	for arn, want := range map[string]string{
		"arn:aws:sqs:eu-central-1:123456789012:letters": "aws --region eu-central-1 sqs delete-queue --queue-url $(aws --region eu-central-1 sqs get-queue-url --queue-name letters --query QueueUrl --output text)",
		"arn:aws:sns:eu-central-1:123456789012:topic":   "aws --region eu-central-1 sns delete-topic --topic-arn arn:aws:sns:eu-central-1:123456789012:topic",
		"arn:aws:kms:eu-central-1:123456789012:key/1":   "look for it in the console of kms in eu-central-1",
	} {
		if got := s.removal(arn); got != want {
			t.Errorf("%s: %s", arn, got)
		}
	}
	s.add(s.arn("ec2", "vpc/vpc-1"), "aws ec2 delete-vpc --vpc-id vpc-1")
	s.add(s.arn("ec2", "vpc/vpc-1"), "aws ec2 delete-vpc --vpc-id vpc-1")
	if len(s.found) != 1 || s.found[0] != (Resource{ARN: "arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-1", Remove: "aws --region eu-central-1 ec2 delete-vpc --vpc-id vpc-1"}) {
		t.Errorf("found %v", s.found)
	}
}
