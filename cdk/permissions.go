package cdk

import (
	"fmt"
	"strings"

	"photogallery/gallery-ami/recipe/settings"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Statement is an Allow statement of a function's policy. Resources and conditions may contain
// CloudFormation's pseudo parameters and the names of Place, as ${AWS::Region} and ${Table}.
type Statement struct {
	Actions    []string
	Resources  []string
	Conditions map[string]map[string]string // operator, condition key, value; several values with anyOf
	Reason     string                       // why it is needed in addition to the step's own call, or has no resource
}

// Permissions returns the statements that a step's declared operations need, with dependent
// actions, each once. The error names an operation without known resources.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
func Permissions(environment release.Environment, declared step.Step) ([]Statement, error) {
	var statements []Statement
	for _, operation := range declared.Operations {
		needed, err := permissionsOf(environment, operation)
		if err != nil {
			return nil, fmt.Errorf("step %s: %w", declared.Name, err)
		}
		statements = append(statements, needed...)
	}
	return merge(statements), nil
}

func permissionsOf(environment release.Environment, operation step.Operation) ([]Statement, error) {
	if operation.Scope == step.FromOwnImage {
		return runRunner(environment), nil
	}
	if whole, isWhole := whole[operation.Name]; isWhole {
		return whole(environment), nil
	}
	action := operation.Name
	if other, differs := actionOf[action]; differs {
		action = other
	}
	own := Statement{Actions: []string{action}}
	if reason, isUnbound := unbound[operation.Name]; isUnbound || operation.Scope == step.Any {
		own.Resources, own.Reason = []string{"*"}, reason+operation.Reason
		return []Statement{own}, nil
	}
	own.Resources = resourcesOf(environment, operation)
	if len(own.Resources) == 0 {
		return nil, fmt.Errorf("operation %s with scope %s has no resources in permissions.go; write them down there", operation.Name, operation.Scope)
	}
	own.Conditions = conditionsOf(environment, operation)
	statements := []Statement{own}
	if dependents, hasDependents := dependents[operation.Name]; hasDependents {
		statements = append(statements, dependents(environment)...)
	}
	return statements, nil
}

// actionOf holds the operations whose IAM action has another name.
var actionOf = map[string]string{
	"s3:HeadObject":    "s3:GetObject",
	"s3:ListObjectsV2": "s3:ListBucket",
}

// unbound holds operations that a scope would bind but IAM cannot.
var unbound = map[string]string{
	"states:SendTaskSuccess": "a task token names its execution; IAM knows no resource for it",
	"states:SendTaskFailure": "a task token names its execution; IAM knows no resource for it",
}

func resourcesOf(environment release.Environment, operation step.Operation) []string {
	switch operation.Scope {
	case step.StackTable, step.WakingRecord:
		return []string{"${Table}"}
	case step.StackBucket:
		return []string{"${Bucket}/bundles/*", "${DefaultBundles}"}
	case step.StackSettings:
		if operation.Name == "s3:ListObjectsV2" {
			return []string{"${Bucket}"}
		}
		return []string{"${Bucket}/" + settings.DocumentPrefix + "*", "${Bucket}/" + settings.SecretPrefix + "*"}
	case step.UploadKey:
		return []string{"${Bucket}/" + release.UploadKeyObject}
	case step.StackSBOMs:
		return []string{"${Bucket}/" + release.SBOMPrefix + "*"}
	case step.StackTarget:
		return []string{"${TargetGroups}"}
	case step.StackEvents, step.BudgetEvents:
		return []string{arn("events", "event-bus/default")}
	case step.StackZone:
		return []string{"arn:${AWS::Partition}:route53:::hostedzone/${HostedZone}"}
	case step.PublicParameter:
		return []string{"arn:${AWS::Partition}:ssm:${AWS::Region}::parameter/aws/service/ami-amazon-linux-latest/*"}
	case step.ScheduleGroup:
		return []string{arn("scheduler", "schedule/"+environment.Name()+"/*")}
	case step.ReleaseMachine:
		return []string{arn("states", "stateMachine:"+environment.ReleaseMachine())}
	case step.StackMachines:
		return machinesOf(environment, operation.Name)
	}
	name := environment.Name()
	switch service, _, _ := strings.Cut(operation.Name, ":"); service {
	case "autoscaling":
		return groupsOf(environment)
	case "elasticloadbalancing":
		return balancerOf(name, operation.Name)
	case "cloudwatch":
		return alarmsOf(environment)
	case "ec2":
		return ec2Resources(operation.Name)
	}
	return nil
}

// groupsOf returns the Auto Scaling groups of both slots.
func groupsOf(environment release.Environment) (groups []string) {
	for _, slot := range release.Slots() {
		groups = append(groups, arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/"+environment.Group(slot)))
	}
	return groups
}

// alarmsOf returns the alarms of releases, without the stack's own.
func alarmsOf(environment release.Environment) (alarms []string) {
	for _, name := range environment.Alarms() {
		alarms = append(alarms, arn("cloudwatch", "alarm:"+name))
	}
	return alarms
}

func machinesOf(environment release.Environment, operation string) []string {
	kind := "execution:%s:*"
	if operation == "states:StartExecution" || operation == "states:ListExecutions" {
		kind = "stateMachine:%s"
	}
	return []string{
		arn("states", fmt.Sprintf(kind, environment.ReleaseMachine())),
		arn("states", fmt.Sprintf(kind, environment.TeardownMachine())),
	}
}

// balancerOf binds by the name in the ARN instead of the tag: for a moment after a creation Elastic
// Load Balancing's authorization does not know the tags yet, and changes follow right after it.
func balancerOf(name, operation string) []string {
	kind := "loadbalancer"
	switch operation {
	case "elasticloadbalancing:ModifyListener", "elasticloadbalancing:DeleteListener", "elasticloadbalancing:CreateRule":
		kind = "listener"
	case "elasticloadbalancing:DeleteRule":
		kind = "listener-rule"
	}
	return []string{arn("elasticloadbalancing", kind+"/app/"+name+"/*")}
}

func ec2Resources(operation string) []string {
	switch operation {
	case "ec2:TerminateInstances":
		return []string{arn("ec2", "instance/*")}
	case "ec2:DeregisterImage":
		return []string{amazon("image/*")}
	case "ec2:DeleteSnapshot":
		return []string{amazon("snapshot/*")}
	case "ec2:CreateLaunchTemplate", "ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate",
		"ec2:DeleteLaunchTemplate", "ec2:DeleteLaunchTemplateVersions":
		return []string{arn("ec2", "launch-template/*")}
	}
	return nil
}

func conditionsOf(environment release.Environment, operation step.Operation) map[string]map[string]string {
	switch operation.Scope {
	case step.Owned:
		return owned(environment)
	case step.CreatedTagged:
		return tagged(environment)
	case step.WakingRecord:
		return forAll(map[string]string{"dynamodb:LeadingKeys": records.WakingID})
	case step.StackEvents:
		return map[string]map[string]string{"StringEquals": {"events:source": environment.NoticeSource(), "events:detail-type": release.NoticeEvent}}
	case step.BudgetEvents:
		return map[string]map[string]string{"StringEquals": {"events:source": environment.NoticeSource(), "events:detail-type": release.BudgetEvent}}
	}
	switch operation.Name {
	case "s3:ListObjectsV2":
		return map[string]map[string]string{"StringEquals": {"s3:prefix": anyOf(settings.DocumentPrefix, settings.SecretPrefix)}}
	case "route53:ChangeResourceRecordSets":
		return forAll(map[string]string{
			"route53:ChangeResourceRecordSetsNormalizedRecordNames": "${Domain}",
			"route53:ChangeResourceRecordSetsRecordTypes":           "A",
		})
	}
	return nil
}

// forAll holds for requests all of whose values are these. ForAllValues alone holds for a request
// without the key, too.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
func forAll(values map[string]string) map[string]map[string]string {
	present := map[string]string{}
	for key := range values {
		present[key] = "false"
	}
	return map[string]map[string]string{"ForAllValues:StringEquals": values, "Null": present}
}

// anyOf returns a condition value that matches any of the values.
func anyOf(values ...string) string { return strings.Join(values, alternative) }

const alternative = ", " // not part of any value

// owned matches resources with the environment's tag.
func owned(environment release.Environment) map[string]map[string]string {
	return map[string]map[string]string{"StringEquals": {"aws:ResourceTag/" + release.TagEnvironment: string(environment)}}
}

// tagged matches calls that tag their resources with the environment's tag.
func tagged(environment release.Environment) map[string]map[string]string {
	return map[string]map[string]string{"StringEquals": {"aws:RequestTag/" + release.TagEnvironment: string(environment)}}
}

func arn(service, resource string) string {
	return "arn:${AWS::Partition}:" + service + ":${AWS::Region}:${AWS::AccountId}:" + resource
}

// amazon returns the ARN of an image or a snapshot, which has no account.
func amazon(resource string) string {
	return "arn:${AWS::Partition}:ec2:${AWS::Region}::" + resource
}
