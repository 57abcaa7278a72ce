// Package cdk is the stack of one environment: its free and static resources, and what runs
// releases and teardowns. Resources that cost money by the hour are made by a release and removed
// by a teardown.
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

// stack holds what the files of this package share.
type stack struct {
	scope   awscdk.Stack
	options Options
	assets  Assets

	network   network
	storage   storage
	console   string // the console's address
	frontDoor *string
	logs      logs
	roles     roles
	domain    domain
	functions functions
	machines  machines

	deadLetters   awssqs.Queue
	scheduleGroup awsscheduler.CfnScheduleGroup
	bundle        awss3assets.Asset
	bundleSHA256  string
	notifications notifications
	alarms        []interfacesawscloudwatch.IAlarmRef
	alarmNames    []string
	dashboard     awscloudwatch.Dashboard
}

// GalleryStackProps holds the properties of a stack, and those of Photogallery's. Description,
// StackName, Synthesizer and Tags have defaults. A custom synthesizer must put assets below the
// prefix that AssetsPrefix returns: functions and builders may read no others.
type GalleryStackProps struct {
	awscdk.StackProps
	Options Options // from ParseOptions, which checks them, and LookUp
	Assets  Assets  // from Build
}

// NewGalleryStack adds the stack of one environment to an app. Without Env the stack knows neither
// account nor region, and its synthesis needs no credentials.
func NewGalleryStack(scope constructs.Construct, id string, props *GalleryStackProps) awscdk.Stack {
	s := &stack{options: props.Options, assets: props.Assets}
	of := s.options.withDefaults(props.StackProps)
	s.scope = awscdk.NewStack(scope, jsii.String(id), &of)
	s.addTags()
	s.takeRole()
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
	s.addNotifications()
	s.addAlarms()
	s.tellAlarms()
	s.addDashboard()
	s.addGitHub(destroyer)
	s.addFrontDoor(destroyer)
	s.addOutputs()
	return s.scope
}

// withDefaults fills in the defaults of a stack's properties.
func (o Options) withDefaults(of awscdk.StackProps) awscdk.StackProps {
	if of.StackName == nil {
		of.StackName = jsii.String(o.Environment.Name())
	}
	if of.Description == nil {
		of.Description = jsii.String("Photogallery, environment " + string(o.Environment) + ": bakes, releases, scales and tears down a gallery of photos.")
	}
	if of.Tags == nil {
		of.Tags = o.stackTags()
	}
	if of.Synthesizer == nil {
		// All apps of an account share the bucket of assets.
		// https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.DefaultStackSynthesizer.html
		of.Synthesizer = o.synthesizer()
	}
	return of
}

// synthesizer puts assets into the bucket of cdk bootstrap, with its roles, or into the one that is
// given, with the caller's own credentials.
// https://docs.aws.amazon.com/cdk/v2/guide/configure-synth.html#bootstrapping-synthesizers
func (o Options) synthesizer() awscdk.IReusableStackSynthesizer {
	if o.AssetsBucket != "" {
		return awscdk.NewCliCredentialsStackSynthesizer(&awscdk.CliCredentialsStackSynthesizerProps{
			FileAssetsBucketName: jsii.String(o.AssetsBucket), BucketPrefix: jsii.String(o.AssetsPrefix()),
		})
	}
	return awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{BucketPrefix: jsii.String(o.AssetsPrefix())})
}

// name returns the environment's name followed by another part.
func (s *stack) name(part string) *string {
	return jsii.String(s.options.Environment.Name() + "-" + part)
}
