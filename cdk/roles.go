package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"photogallery/gallery-ami/recipe/settings"
	"photogallery/release"
)

// roles holds the roles that a release passes on: to its builder, to the fleet, to the instance of a
// command and to the ttl schedule. A bundle's install script runs with the builder's role and reaches neither photos nor
// upload key.
type roles struct {
	builder, fleet, runner, schedule            awsiam.IRole
	builderProfile, fleetProfile, runnerProfile *string // ARNs

	given awsiam.IRole // that all of the stack uses, or nil
}

func (s *stack) addRoles() {
	s.roles.builder = s.role("BuilderRole", "ec2.amazonaws.com", "Fetches a bundle, writes its image's bill of materials, reports the result", s.builderStatements())
	s.roles.fleet = s.role("FleetRole", "ec2.amazonaws.com", "Serves photos and logs", append(s.fleetStatements(), s.settingsStatements()...))
	s.roles.runner = s.role("RunnerRole", "ec2.amazonaws.com", "Runs a command once with the app's settings, reports the result", append(s.runnerStatements(), s.settingsStatements()...))
	s.roles.schedule = s.scheduleRole()
	s.roles.builderProfile = s.profile("BuilderProfile", s.roles.builder)
	s.roles.fleetProfile = s.profile("FleetProfile", s.roles.fleet)
	s.roles.runnerProfile = s.profile("RunnerProfile", s.roles.runner)
}

func (s *stack) builderStatements() []Statement {
	return []Statement{
		{Actions: []string{"s3:GetObject"}, Resources: []string{*s.storage.bucket.BucketArn() + "/" + bundlesPrefix + "*", s.defaultBundlesARN()}},
		{Actions: []string{"s3:PutObject"}, Resources: []string{*s.storage.bucket.BucketArn() + "/" + release.SBOMPrefix + "*"}},
		s.reportStatement(),
		s.streams("i-*/build"),
	}
}

func (s *stack) reportStatement() Statement {
	return Statement{
		Actions: []string{"events:PutEvents"}, Resources: []string{arn("events", "event-bus/default")},
		Conditions: map[string]map[string]string{"StringEquals": {"events:source": s.options.Environment.BuildSource(), "events:detail-type": release.BuildResultEvent}},
	}
}

// streams allows writes to the log streams of instances with such a name. A builder, which runs a
// bundle's script, cannot write to the stream of a fleet instance. No name can identify the calling
// instance: IAM has its ID only in ec2:SourceInstanceARN and aws:userid, which contain a colon, and
// log stream names cannot.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html
func (s *stack) streams(name string) Statement {
	return Statement{
		Actions:   []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		Resources: []string{arn("logs", "log-group:"+*s.logs.instances.LogGroupName()+":log-stream:"+name)},
	}
}

func (s *stack) fleetStatements() []Statement {
	return append(s.photoStatements(),
		Statement{Actions: []string{"s3:GetObject", "s3:PutObject"}, Resources: []string{*s.storage.bucket.BucketArn() + "/" + release.UploadKeyObject}},
		s.streams("i-*"),
		Statement{Actions: []string{"logs:DescribeLogStreams"}, Resources: []string{*s.logs.instances.LogGroupArn()}},
	)
}

func (s *stack) photoStatements() []Statement {
	bucket := *s.storage.bucket.BucketArn()
	return []Statement{
		{Actions: []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"}, Resources: []string{bucket + "/" + photosPrefix + "*"}},
		{
			// S3 answers 404 instead of 403 for a missing photo to callers that may list, and a
			// request for one object has no prefix.
			Actions: []string{"s3:ListBucket"}, Resources: []string{bucket},
			Conditions: map[string]map[string]string{"StringLikeIfExists": {"s3:prefix": photosPrefix + "*"}},
		},
	}
}

// runnerStatements let a command reach the photos, as the app does, and let its instance read the
// command, keep the output and report the result. The fleet, which visitors reach, can do neither.
func (s *stack) runnerStatements() []Statement {
	objects := *s.storage.bucket.BucketArn() + "/" + release.RunsPrefix + "*"
	return append(s.photoStatements(),
		Statement{Actions: []string{"s3:GetObject"}, Resources: []string{objects + ".command"}},
		Statement{Actions: []string{"s3:PutObject"}, Resources: []string{objects + ".output"}},
		s.reportStatement(),
	)
}

// settingsStatements let the fleet and the instance of a command, and nobody else of the stack, read the app's settings and secrets.
// S3 decrypts them with its caller's permission, so the fleet needs no way to KMS.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
func (s *stack) settingsStatements() []Statement {
	bucket := *s.storage.bucket.BucketArn()
	statements := []Statement{{
		Actions: []string{"s3:GetObject"}, Resources: []string{bucket + "/" + settings.DocumentPrefix + "*", bucket + "/" + settings.SecretPrefix + "*"},
	}}
	if s.options.SettingsKey == "" {
		return statements
	}
	const s3 = "s3.${AWS::Region}.amazonaws.com"
	return append(statements, Statement{
		Actions: []string{"kms:Decrypt"}, Resources: []string{s.options.SettingsKey},
		Conditions: map[string]map[string]string{"StringEquals": {"kms:ViaService": anyOf(s3, s3+".cn")}},
	})
}

// scheduleRole may start the two state machines, for schedules of this environment's group.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
func (s *stack) scheduleRole() awsiam.IRole {
	trust := awsiam.NewServicePrincipal(jsii.String("scheduler.amazonaws.com"), &awsiam.ServicePrincipalOpts{
		Conditions: conditions(map[string]map[string]string{
			"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
			"ArnEquals":    {"aws:SourceArn": arn("scheduler", "schedule-group/"+s.options.Environment.Name())},
		}, nil),
	})
	environment := s.options.Environment
	return s.roleOf("ScheduleRole", trust, "Starts releases and teardowns on schedule", []Statement{
		{
			Actions: []string{"states:StartExecution"},
			Resources: []string{
				arn("states", "stateMachine:"+environment.ReleaseMachine()),
				arn("states", "stateMachine:"+environment.TeardownMachine()),
			},
		},
		{Actions: []string{"sqs:SendMessage"}, Resources: []string{*s.deadLetters.QueueArn()}, Reason: "Scheduler delivers dead letters as the schedule's role"},
	})
}

func (s *stack) role(id, service, description string, statements []Statement) awsiam.IRole {
	return s.roleOf(id, awsiam.NewServicePrincipal(jsii.String(service), nil), description, statements)
}

// roleOf returns a role of its own, or the one that is given for everything.
func (s *stack) roleOf(id string, trust awsiam.IPrincipal, description string, statements []Statement) awsiam.IRole {
	if s.roles.given != nil {
		return s.roles.given
	}
	return s.newRole(id, trust, description, statements, nil)
}

func (s *stack) newRole(id string, trust awsiam.IPrincipal, description string, statements []Statement, places map[string][]string) awsiam.Role {
	return awsiam.NewRole(s.scope, jsii.String(id), &awsiam.RoleProps{
		AssumedBy:      trust,
		Description:    jsii.String(description),
		InlinePolicies: &map[string]awsiam.PolicyDocument{"own": document(statements, places)},
	})
}

// profile returns the ARN of a role's instance profile.
func (s *stack) profile(id string, role awsiam.IRole) *string {
	if s.roles.given != nil {
		return s.profileARN()
	}
	return awsiam.NewInstanceProfile(s.scope, jsii.String(id), &awsiam.InstanceProfileProps{Role: role}).InstanceProfileArn()
}
