package leftover

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/release"
)

func (s *sweep) balancers(ctx context.Context) error {
	out, err := s.ELB.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Names: []string{s.environment.Name()}})
	if release.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, balancer := range out.LoadBalancers {
		arn := aws.ToString(balancer.LoadBalancerArn)
		s.add(arn, "aws elbv2 delete-load-balancer --load-balancer-arn "+arn)
	}
	return nil
}

func (s *sweep) targetGroups(ctx context.Context) error {
	out, err := s.ELB.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{Names: []string{s.environment.Name()}})
	if release.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, group := range out.TargetGroups {
		arn := aws.ToString(group.TargetGroupArn)
		s.add(arn, "aws elbv2 delete-target-group --target-group-arn "+arn)
	}
	return nil
}

func (s *sweep) alarms(ctx context.Context) error {
	pages := cloudwatch.NewDescribeAlarmsPaginator(s.CloudWatch, &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String(s.environment.Name() + "-")})
	return each(ctx, pages, func(page *cloudwatch.DescribeAlarmsOutput) {
		for _, alarm := range page.MetricAlarms {
			s.add(s.arn("cloudwatch", "alarm:"+aws.ToString(alarm.AlarmName)), "aws cloudwatch delete-alarms --alarm-names "+aws.ToString(alarm.AlarmName))
		}
	})
}

// dashboards carry no tags.
func (s *sweep) dashboards(ctx context.Context) error {
	pages := cloudwatch.NewListDashboardsPaginator(s.CloudWatch, &cloudwatch.ListDashboardsInput{DashboardNamePrefix: aws.String(s.environment.Name())})
	return each(ctx, pages, func(page *cloudwatch.ListDashboardsOutput) {
		for _, dashboard := range page.DashboardEntries {
			if name := aws.ToString(dashboard.DashboardName); s.ours(name) {
				s.add("arn:"+s.Partition+":cloudwatch::"+s.ID+":dashboard/"+name, "aws cloudwatch delete-dashboards --dashboard-names "+name)
			}
		}
	})
}

// logGroups finds the stack's groups, and those that a service has made after the stack's were
// deleted.
func (s *sweep) logGroups(ctx context.Context) error {
	machines := "/aws/vendedlogs/states/photogallery/" + string(s.environment)
	for _, prefix := range []string{"/photogallery/" + string(s.environment) + "/", machines, "/aws/lambda/" + s.environment.Name() + "-"} {
		pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(s.logs, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String(prefix)})
		if err := each(ctx, pages, func(page *cloudwatchlogs.DescribeLogGroupsOutput) {
			for _, group := range page.LogGroups {
				name := aws.ToString(group.LogGroupName)
				if strings.HasPrefix(name, machines) && name != machines {
					continue // of an environment with the same prefix
				}
				s.add(s.arn("logs", "log-group:"+name), "aws logs delete-log-group --log-group-name "+name)
			}
		}); err != nil {
			return err
		}
	}
	return nil
}

// schedules finds the schedules of the environment's group, and the group.
func (s *sweep) schedules(ctx context.Context) error {
	group := s.environment.Name()
	err := each(ctx, scheduler.NewListSchedulesPaginator(s.Scheduler, &scheduler.ListSchedulesInput{GroupName: &group}), func(page *scheduler.ListSchedulesOutput) {
		for _, schedule := range page.Schedules {
			name := aws.ToString(schedule.Name)
			s.add(s.arn("scheduler", "schedule/"+group+"/"+name), "aws scheduler delete-schedule --group-name "+group+" --name "+name)
		}
	})
	if err != nil && !release.IsNotFound(err) {
		return err
	}
	_, err = s.Scheduler.GetScheduleGroup(ctx, &scheduler.GetScheduleGroupInput{Name: &group})
	if release.IsNotFound(err) {
		return nil
	}
	if err == nil {
		s.add(s.arn("scheduler", "schedule-group/"+group), "aws scheduler delete-schedule-group --name "+group)
	}
	return err
}

func (s *sweep) machines(ctx context.Context) error {
	return each(ctx, sfn.NewListStateMachinesPaginator(s.SFN, &sfn.ListStateMachinesInput{}), func(page *sfn.ListStateMachinesOutput) {
		for _, machine := range page.StateMachines {
			if s.ours(aws.ToString(machine.Name)) {
				arn := aws.ToString(machine.StateMachineArn)
				s.add(arn, "aws stepfunctions delete-state-machine --state-machine-arn "+arn)
			}
		}
	})
}

func (s *sweep) deployedFunctions(ctx context.Context) error {
	return each(ctx, lambda.NewListFunctionsPaginator(s.functions, &lambda.ListFunctionsInput{}), func(page *lambda.ListFunctionsOutput) {
		for _, function := range page.Functions {
			if name := aws.ToString(function.FunctionName); s.ours(name) {
				s.add(s.arn("lambda", "function:"+name), "aws lambda delete-function --function-name "+name)
			}
		}
	})
}

func (s *sweep) tables(ctx context.Context) error {
	return each(ctx, dynamodb.NewListTablesPaginator(s.DynamoDB, &dynamodb.ListTablesInput{}), func(page *dynamodb.ListTablesOutput) {
		for _, name := range page.TableNames {
			if s.ours(name) {
				s.add(s.arn("dynamodb", "table/"+name), "aws dynamodb delete-table --table-name "+name)
			}
		}
	})
}

// profiles and roles are found by the name of the stack, with which CloudFormation begins their
// names.
func (s *sweep) profiles(ctx context.Context) error {
	return each(ctx, iam.NewListInstanceProfilesPaginator(s.iam, &iam.ListInstanceProfilesInput{}), func(page *iam.ListInstanceProfilesOutput) {
		for _, profile := range page.InstanceProfiles {
			name := aws.ToString(profile.InstanceProfileName)
			if !s.ours(name) {
				continue
			}
			var commands []string
			for _, role := range profile.Roles {
				commands = append(commands, "aws iam remove-role-from-instance-profile --instance-profile-name "+name+" --role-name "+aws.ToString(role.RoleName))
			}
			s.add(aws.ToString(profile.Arn), append(commands, "aws iam delete-instance-profile --instance-profile-name "+name)...)
		}
	})
}

func (s *sweep) roles(ctx context.Context) error {
	return each(ctx, iam.NewListRolesPaginator(s.iam, &iam.ListRolesInput{}), func(page *iam.ListRolesOutput) {
		for _, role := range page.Roles {
			if name := aws.ToString(role.RoleName); s.ours(name) {
				s.add(aws.ToString(role.Arn),
					"for p in $(aws iam list-role-policies --role-name "+name+" --query 'PolicyNames[]' --output text); do aws iam delete-role-policy --role-name "+name+" --policy-name $p; done",
					"aws iam delete-role --role-name "+name)
			}
		}
	})
}

// bucket finds the bucket of photos, which a destroyed stack leaves. No single command empties a
// bucket with former versions.
func (s *sweep) bucket(ctx context.Context) error {
	name := Bucket(s.Account, s.environment)
	_, err := s.S3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &name, ExpectedBucketOwner: &s.ID})
	if release.IsNotFound(err) {
		return nil
	}
	if err == nil {
		s.add("arn:"+s.Partition+":s3:::"+name, "make aws-sweep ENVIRONMENT="+string(s.environment))
	}
	return err
}

// Bucket returns the name of an environment's bucket of photos.
func Bucket(account Account, environment release.Environment) string {
	return environment.Name() + "-" + account.ID + "-" + account.Config.Region
}
