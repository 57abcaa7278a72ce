package cdk

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"photogallery/lambdas/step"
)

// places maps the names in statements to values that only a deployment knows. A name may stand for
// several resources.
func (s *stack) places() map[string][]string {
	subnets := func(ids []string) (arns []string) {
		for _, id := range ids {
			arns = append(arns, arn("ec2", "subnet/")+id)
		}
		return arns
	}
	group := func(id *string) []string { return []string{arn("ec2", "security-group/") + *id} }
	return map[string][]string{
		"${Table}":                 {*s.storage.table.TableArn()},
		"${Bucket}":                {*s.storage.bucket.BucketArn()},
		"${DefaultBundles}":        {s.defaultBundlesARN()},
		"${TargetGroups}":          {*s.storage.blue.TargetGroupArn(), *s.storage.green.TargetGroupArn()},
		"${BuilderRole}":           {*s.roles.builder.RoleArn()},
		"${FleetRole}":             {*s.roles.fleet.RoleArn()},
		"${RunnerRole}":            {*s.roles.runner.RoleArn()},
		"${ScheduleRole}":          {*s.roles.schedule.RoleArn()},
		"${PublicSubnets}":         subnets(s.network.public),
		"${PrivateSubnets}":        subnets(s.network.private),
		"${BuilderSecurityGroup}":  group(s.network.builder.SecurityGroupId()),
		"${InstanceSecurityGroup}": group(s.network.fleet.SecurityGroupId()),
		"${HostedZone}":            {s.options.HostedZone},
		"${Domain}":                {s.options.Domain},
		"${EbsKey}":                {s.ownKey()},
	}
}

// pseudo replaces CloudFormation's pseudo parameters. It is built on first use, because it starts
// the CDK's own runtime, which readers of the tables do not need.
var pseudo = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer(
		"${AWS::Partition}", *awscdk.Aws_PARTITION(),
		"${AWS::Region}", *awscdk.Aws_REGION(),
		"${AWS::AccountId}", *awscdk.Aws_ACCOUNT_ID(),
	)
})

// document returns a policy of the statements, with every name replaced.
func document(statements []Statement, places map[string][]string) awsiam.PolicyDocument {
	document := awsiam.NewPolicyDocument(nil)
	for _, statement := range statements {
		if isOfNothing(statement, places) {
			continue
		}
		document.AddStatements(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Actions:    jsii.Strings(statement.Actions...),
			Resources:  jsii.Strings(resolve(statement.Resources, places)...),
			Conditions: conditions(statement.Conditions, places),
		}))
	}
	return document
}

// ownKey returns the ARN of the volumes' key, or "" for one of AWS's, which needs no permission.
func (s *stack) ownKey() string {
	if s.options.EBSKey == step.ManagedKey {
		return ""
	}
	return s.options.EBSKey
}

// isOfNothing reports whether a statement is about something that the stack does not have: a
// domain's hosted zone, or a key.
func isOfNothing(statement Statement, places map[string][]string) bool {
	return slices.ContainsFunc([]string{"${HostedZone}", "${EbsKey}"}, func(name string) bool {
		place, isKnown := places[name]
		return isKnown && place[0] == "" && strings.Contains(statement.Resources[0], name)
	})
}

func resolve(resources []string, places map[string][]string) (resolved []string) {
	for _, resource := range resources {
		for _, one := range expand(resource, places) {
			resolved = append(resolved, pseudo().Replace(one))
		}
	}
	return resolved
}

func expand(text string, places map[string][]string) []string {
	for _, name := range slices.Sorted(maps.Keys(places)) {
		if !strings.Contains(text, name) {
			continue
		}
		var expanded []string
		for _, value := range places[name] {
			expanded = append(expanded, strings.ReplaceAll(text, name, value))
		}
		return expanded
	}
	return []string{text}
}

func conditions(declared map[string]map[string]string, places map[string][]string) *map[string]any {
	if len(declared) == 0 {
		return nil
	}
	resolved := map[string]any{}
	for operator, keys := range declared {
		values := map[string]any{}
		for key, value := range keys {
			if values[key] = resolve([]string{value}, places)[0]; strings.Contains(value, alternative) {
				values[key] = resolve(strings.Split(value, alternative), places)
			}
		}
		resolved[operator] = values
	}
	return &resolved
}
