package cdk

import (
	"errors"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"photogallery/release"
)

// iamName matches what IAM allows in a role's and a profile's name. One with a path is not at hand
// where the CDK takes a name.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names
var iamName = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{1,128}$`)

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// parseIAMName accepts a name, or an ARN of the account's own.
func parseIAMName(field *string, value, kind string) error {
	if value == "" {
		return nil
	}
	name := value
	if strings.HasPrefix(value, "arn:") {
		var isOne bool
		if _, name, isOne = strings.Cut(value, ":"+kind+"/"); !isOne {
			return errors.New("the ARN of something else")
		}
	}
	*field = name
	switch {
	case strings.Contains(name, "/"):
		return errors.New("has a path, and the stack takes only one without")
	case !iamName.MatchString(name):
		return errors.New("no name that IAM allows")
	}
	return nil
}

// roleConflicts lists what one role does not go with.
func (o Options) roleConflicts(context map[string]any) (problems release.Problems) {
	if (o.Role == "") != (o.InstanceProfile == "") {
		problems = append(problems, release.Problem{Field: "instanceProfile", Message: "role and instanceProfile go together: the instances get the role by the profile; give both or neither"})
	}
	if given, isGiven := context["flowLogs"]; o.Role != "" && isGiven && o.FlowLogs {
		problems = append(problems, release.Problem{Field: "flowLogs", Message: textOf(given) + ": a role for everything is hardly trusted by flow logs; leave flowLogs out, or leave role out"})
	}
	return problems
}

// isLab reports whether the account is one of an AWS Academy Learner Lab, which has a role of that name.
func (o Options) isLab() bool { return o.Role == release.LabRole }

// isTraced reports whether functions and state machines send traces to X-Ray. A role that was made
// for something else may not.
func (o Options) isTraced() bool { return o.Role == "" }

// hasFlowLogs reports whether the network has flow logs. A VPC that is given has its owner's.
func (o Options) hasFlowLogs() bool { return o.FlowLogs && o.Role == "" && o.VPC == "" }

// takeRole makes the stack use the given role wherever the CDK itself would make one, and tells what
// is off.
// https://docs.aws.amazon.com/cdk/v2/guide/define-iam-l2.html
func (s *stack) takeRole() {
	if s.options.Role == "" {
		return
	}
	awsiam.Role_CustomizeRoles(s.scope, &awsiam.CustomizeRolesOptions{UsePrecreatedRoles: &map[string]*string{
		"Destroyer/waiter-state-machine/Role":                    jsii.String(s.options.Role),
		"Custom::S3AutoDeleteObjectsCustomResourceProvider/Role": jsii.String(s.options.Role),
	}})
	s.roles.given = awsiam.Role_FromRoleName(s.scope, jsii.String("Given"), jsii.String(s.options.Role), &awsiam.FromRoleNameOptions{Mutable: jsii.Bool(false)})
	awscdk.Annotations_Of(s.scope).AddInfo(jsii.String("Everything uses the role " + s.options.Role + ": there are no flow logs and no traces, and each function may do what the role may."))
}

// profileARN returns the ARN of the given instance profile.
func (s *stack) profileARN() *string {
	return jsii.String(pseudo().Replace("arn:${AWS::Partition}:iam::${AWS::AccountId}:instance-profile/" + s.options.InstanceProfile))
}
