package doctor

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// The first user of a service in an account causes its service-linked role to be made: the
// deployment that of Elastic Load Balancing with the target group, the first release that of Auto
// Scaling with the group. Both may do so unless the organization forbids it.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-service-linked-role.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-service-linked-roles.html

func (e *examination) autoScalingRole(ctx context.Context) Finding {
	return e.linkedRole(ctx, "AWSServiceRoleForAutoScaling", "autoscaling.amazonaws.com", "the first release")
}

func (e *examination) loadBalancingRole(ctx context.Context) Finding {
	return e.linkedRole(ctx, "AWSServiceRoleForElasticLoadBalancing", "elasticloadbalancing.amazonaws.com", "the deployment")
}

func (e *examination) linkedRole(ctx context.Context, name, service, by string) Finding {
	_, err := e.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	var absent *types.NoSuchEntityException
	if err == nil {
		return well("%s is there", name)
	}
	if !errors.As(err, &absent) {
		return e.unseen(err)
	}
	command := "`aws iam create-service-linked-role --aws-service-name " + service + "`"
	may, err := e.mayMakeRoles(ctx, service)
	switch {
	case err != nil:
		return well("%s is not there yet, which is usual in a new account; %s makes it, unless your organization forbids that", name, by).
			but(Warning, "Make it now with %s, if you want to be sure.", command)
	case !may:
		return well("%s does not exist yet, and you may not make it", name).
			but(Warning, "%s makes it, unless your organization forbids that: have someone who may run %s.", upper(by), command)
	}
	return well("%s is not there yet, and you may make it; %s does", name, by)
}

// mayMakeRoles simulates the caller's policies, including the organization's. The error is AWS's,
// which does not let everybody simulate.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
func (e *examination) mayMakeRoles(ctx context.Context, service string) (bool, error) {
	if strings.HasSuffix(e.caller, ":root") {
		return true, nil
	}
	out, err := e.iam.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String(principal(e.caller)),
		ActionNames:     []string{"iam:CreateServiceLinkedRole"},
		ContextEntries: []types.ContextEntry{{
			ContextKeyName: aws.String("iam:AWSServiceName"), ContextKeyType: types.ContextKeyTypeEnumString, ContextKeyValues: []string{service},
		}},
	})
	if err != nil {
		return false, err
	}
	for _, result := range out.EvaluationResults {
		organization := result.OrganizationsDecisionDetail
		if result.EvalDecision != types.PolicyEvaluationDecisionTypeAllowed || organization != nil && !organization.AllowedByOrganizations {
			return false, nil
		}
	}
	return true, nil
}

// principal returns the role of a session: arn:aws:sts::123456789012:assumed-role/name/session is a
// session of arn:aws:iam::123456789012:role/name. The session's ARN lacks a role's path, and AWS
// then finds no such role.
func principal(caller string) string {
	parts := strings.SplitN(caller, ":", 6)
	if len(parts) < 6 || parts[2] != "sts" {
		return caller
	}
	name := strings.Split(parts[5], "/")
	if name[0] != "assumed-role" || len(name) < 3 {
		return caller
	}
	return strings.Join([]string{parts[0], parts[1], "iam", "", parts[4], "role/" + name[1]}, ":")
}
