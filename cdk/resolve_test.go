package cdk_test

import (
	"fmt"
	"strings"
)

// pseudo parameters, each as long as it can be.
var pseudoParameters = map[string]string{
	"AWS::Partition": "aws", "AWS::Region": "ap-southeast-2", "AWS::AccountId": "123456789012", "AWS::URLSuffix": "amazonaws.com",
}

// attributes holds what AWS answers for the references in policies, of the length that it has there. The
// logical ID stands for a name that CloudFormation makes.
var attributes = map[string]string{
	"AWS::DynamoDB::Table Arn":                     "arn:aws:dynamodb:ap-southeast-2:123456789012:table/%s",
	"AWS::EC2::SecurityGroup GroupId":              "sg-0123456789abcdef0",
	"AWS::EC2::Subnet Ref":                         "subnet-0123456789abcdef0",
	"AWS::ElasticLoadBalancingV2::TargetGroup Ref": "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:targetgroup/%s/0123456789abcdef",
	"AWS::IAM::Role Arn":                           "arn:aws:iam::123456789012:role/%s",
	"AWS::IAM::InstanceProfile Arn":                "arn:aws:iam::123456789012:instance-profile/%s",
	"AWS::Lambda::Function Arn":                    "arn:aws:lambda:ap-southeast-2:123456789012:function:%s",
	"AWS::Lambda::Version Ref":                     "arn:aws:lambda:ap-southeast-2:123456789012:function:%s:12",
	"AWS::Logs::LogGroup Arn":                      "arn:aws:logs:ap-southeast-2:123456789012:log-group:%s:*",
	"AWS::S3::Bucket Arn":                          "arn:aws:s3:::%s",
	"AWS::SQS::Queue Arn":                          "arn:aws:sqs:ap-southeast-2:123456789012:%s",
	"AWS::StepFunctions::StateMachine Ref":         "arn:aws:states:ap-southeast-2:123456789012:stateMachine:%s",
	"AWS::CertificateManager::Certificate Ref":     "arn:aws:acm:ap-southeast-2:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
}

// resolve gives a value as CloudFormation would hand it to AWS.
func resolve(made template, value any) any {
	switch value := value.(type) {
	case []any:
		resolved := make([]any, len(value))
		for i, inner := range value {
			resolved[i] = resolve(made, inner)
		}
		return resolved
	case map[string]any:
		if text, isFunction := call(made, value); isFunction {
			return text
		}
		resolved := map[string]any{}
		for key, inner := range value {
			resolved[key] = resolve(made, inner)
		}
		return resolved
	}
	return value
}

func call(made template, function map[string]any) (string, bool) {
	if len(function) != 1 {
		return "", false
	}
	for name, argument := range function {
		switch name {
		case "Fn::Join":
			var text strings.Builder
			for _, part := range argument.([]any)[1].([]any) {
				fmt.Fprint(&text, resolve(made, part))
			}
			return text.String(), true
		case "Fn::Sub":
			text := argument.(string)
			for parameter, value := range pseudoParameters {
				text = strings.ReplaceAll(text, "${"+parameter+"}", value)
			}
			return text, true
		case "Ref":
			return attribute(made, argument.(string), "Ref"), true
		case "Fn::GetAtt":
			return attribute(made, argument.([]any)[0].(string), argument.([]any)[1].(string)), true
		}
	}
	return "", false
}

func attribute(made template, id, name string) string {
	if value, isPseudo := pseudoParameters[id]; isPseudo {
		return value
	}
	if form, known := attributes[made.Resources[id].Type+" "+name]; known {
		return strings.ReplaceAll(form, "%s", id)
	}
	return id
}

// grant is one statement of a policy of the stack, as AWS gets it.
type grant struct {
	of         string // the logical ID of the role, or of the resource that the policy is on
	effect     string
	actions    []string
	resources  []string
	conditions map[string]any // operator to keys
	principal  any
}

// grants lists the statements of all policies of a role, of every role for "".
func grants(made template, role string) (all []grant) {
	for id, resource := range made.Resources {
		switch resource.Type {
		case "AWS::IAM::Role":
			policies, _ := resource.Properties["Policies"].([]any)
			for _, policy := range policies {
				all = append(all, statementsOf(made, id, policy.(map[string]any)["PolicyDocument"])...)
			}
		case "AWS::IAM::Policy":
			for _, of := range resource.Properties["Roles"].([]any) {
				all = append(all, statementsOf(made, attributeOf(of), resource.Properties["PolicyDocument"])...)
			}
		}
	}
	if role == "" {
		return all
	}
	var own []grant
	for _, one := range all {
		if strings.HasPrefix(one.of, role) {
			own = append(own, one)
		}
	}
	return own
}

func statementsOf(made template, of string, document any) (all []grant) {
	statements := resolve(made, document).(map[string]any)["Statement"].([]any)
	for _, statement := range statements {
		s := statement.(map[string]any)
		conditions, _ := s["Condition"].(map[string]any)
		all = append(all, grant{
			of: of, effect: s["Effect"].(string), principal: s["Principal"],
			actions: list(s["Action"]), resources: list(s["Resource"]), conditions: conditions,
		})
	}
	return all
}

func list(value any) (texts []string) {
	if many, isMany := value.([]any); isMany {
		for _, one := range many {
			texts = append(texts, one.(string))
		}
		return texts
	}
	text, _ := value.(string)
	return []string{text}
}
