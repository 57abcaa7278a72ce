// Package cdk is the stack of one environment: all that is free or static, and what runs releases
// and teardowns. What costs by the hour is made by a release and removed by a teardown.
package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// stack is what the concerns of one environment give each other.
type stack struct {
	scope   awscdk.Stack
	options Options
	assets  Assets

	network   network
	storage   storage
	console   string // the console's address
	logs      logs
	roles     roles
	domain    domain
	functions functions
	machines  machines

	deadLetters   awssqs.Queue
	scheduleGroup awsscheduler.CfnScheduleGroup
	bundle        awss3assets.Asset
	bundleSHA256  string
	alarms        []interfacesawscloudwatch.IAlarmRef
	dashboard     awscloudwatch.Dashboard
}

// NewStack adds the stack of an environment to an app. Stacks know neither account nor region, so
// that a synthesis needs no credentials.
func NewStack(scope constructs.Construct, options Options, assets Assets) awscdk.Stack {
	s := &stack{options: options, assets: assets}
	s.scope = awscdk.NewStack(scope, jsii.String(options.Environment.Name()), &awscdk.StackProps{
		Description: jsii.String("Photogallery, environment " + string(options.Environment) + ": bakes, releases, scales and tears down a gallery of photos."),
		Tags:        options.stackTags(),
		// All apps of the account share the bucket of assets, and a role that reads this app's bundles is to read no
		// other app's.
		// https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.DefaultStackSynthesizer.html
		Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{BucketPrefix: jsii.String(options.assetsPrefix())}),
	})
	s.addTags()
	s.addConsole()
	s.addLogs()
	s.addBundle()
	s.addNetwork()
	s.addStorage()
	s.addDeadLetters()
	s.addRoles()
	s.addDomain()
	s.addScheduleGroup()
	s.addFunctions()
	s.addMachines()
	s.addRules()
	destroyer := s.addDestroyer()
	s.addSchedules(destroyer)
	topic := s.addNotifications()
	s.addAlarms(topic)
	s.addDashboard()
	s.addOutputs()
	return s.scope
}

// name is the environment's name with a part of its own behind it.
func (s *stack) name(part string) *string {
	return jsii.String(s.options.Environment.Name() + "-" + part)
}
