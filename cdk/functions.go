package cdk

import (
	"maps"
	"strconv"
	"strings"
	"unicode"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"photogallery/lambdas"
	"photogallery/lambdas/door"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// functions holds the steps' published versions: an execution continues with the code that it was
// started with, whatever is deployed in the meantime.
type functions map[string]awslambda.Version

func (s *stack) addFunctions() {
	s.functions = functions{}
	code := awslambda.Code_FromAsset(jsii.String(s.assets.Functions), nil)
	settings, places := s.settings(), s.places()
	for _, declared := range lambdas.Steps() {
		if declared.Name != door.FrontDoor.Name {
			s.functions[declared.Name] = version(s.function(declared, code, settings, places))
		}
	}
}

func (s *stack) architecture() awslambda.Architecture {
	return awslambda.Architecture_Custom(jsii.String(s.options.Architecture), nil)
}

// settingsOf returns the settings of a step, with the bundle only if the step reads it, so that a
// deployment that changes only the app publishes only those versions.
func (s *stack) settingsOf(declared step.Step, settings map[string]*string) *map[string]*string {
	if declared.DefaultBundle {
		settings = maps.Clone(settings)
		settings["DEFAULT_BUNDLE"] = jsii.String(s.defaultBundleURL())
	}
	return &settings
}

func (s *stack) function(declared step.Step, code awslambda.Code, settings map[string]*string, places map[string][]string) awslambda.Function {
	tracing := awslambda.Tracing_DISABLED
	if s.options.isTraced() {
		tracing = awslambda.Tracing_ACTIVE
	}
	return awslambda.NewFunction(s.scope, jsii.String(declared.Name), &awslambda.FunctionProps{
		FunctionName:  s.name(kebab(declared.Name)),
		Description:   jsii.String(declared.Summary),
		Runtime:       awslambda.Runtime_PROVIDED_AL2023(),
		Architecture:  s.architecture(),
		Handler:       jsii.String(declared.Name),
		Code:          code,
		Environment:   s.settingsOf(declared, settings),
		Timeout:       awscdk.Duration_Millis(jsii.Number(declared.Timeout.Milliseconds())),
		MemorySize:    jsii.Number(declared.MemoryMB),
		LogGroup:      s.logs.steps,
		LoggingFormat: awslambda.LoggingFormat_JSON,
		Tracing:       tracing,
		Role:          s.stepRole(declared, places),
	})
}

// version publishes a function. An update must keep the former version for running executions; all go
// with the function. A version from a failed update is removed: the next update has the same code and
// would conflict with it.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
func version(function awslambda.Function) awslambda.Version {
	version := function.CurrentVersion()
	version.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE)
	return version
}

// stepRole is a role without the statements that the CDK would add to it.
func (s *stack) stepRole(declared step.Step, places map[string][]string) awsiam.IRole {
	if s.roles.given != nil {
		return s.roles.given
	}
	statements, err := Permissions(s.options.Environment, declared)
	if err != nil {
		panic(err)
	}
	trust := awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil)
	role := s.newRole(declared.Name+"Role", trust, "Step "+declared.Name+" of "+s.options.Environment.Name(), append(statements, s.runtimeStatements()...), places)
	return role.WithoutPolicyUpdates(nil)
}

// runtimeStatements returns the statements that every function needs.
func (s *stack) runtimeStatements() []Statement {
	return []Statement{
		s.logStatement(),
		{Actions: []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"}, Resources: []string{"*"}, Reason: "X-Ray knows no resource for segments"},
	}
}

func (s *stack) logStatement() Statement {
	return Statement{Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resources: []string{*s.logs.steps.LogGroupArn()}}
}

// settings returns the variables that step.SettingsFrom reads in every function, and those of the
// Go runtime.
func (s *stack) settings() map[string]*string {
	settings := map[string]*string{
		"ENVIRONMENT":                  jsii.String(string(s.options.Environment)),
		"ARCHITECTURE":                 jsii.String(s.options.Architecture),
		"PUBLIC_SUBNETS":               jsii.String(strings.Join(s.network.public, ",")),
		"PRIVATE_SUBNETS":              jsii.String(strings.Join(s.network.private, ",")),
		"LOAD_BALANCER_SECURITY_GROUP": s.network.entrance.SecurityGroupId(),
		"INSTANCE_SECURITY_GROUP":      s.network.fleet.SecurityGroupId(),
		"BUILDER_SECURITY_GROUP":       s.network.builder.SecurityGroupId(),
		"TARGET_GROUP":                 s.storage.blue.TargetGroupArn(),
		"GREEN_TARGET_GROUP":           s.storage.green.TargetGroupArn(),
		"BUILDER_PROFILE":              s.roles.builderProfile,
		"FLEET_PROFILE":                s.roles.fleetProfile,
		"RUNNER_PROFILE":               s.roles.runnerProfile,
		"TABLE":                        s.storage.table.TableName(),
		"BUCKET":                       s.storage.bucket.BucketName(),
		"BASE_IMAGE_PARAMETER":         jsii.String(release.BaseImageParameter(s.options.Architecture)),
		"RELEASE_MACHINE":              jsii.String(s.machineARN(s.options.Environment.ReleaseMachine())),
		"TEARDOWN_MACHINE":             jsii.String(s.machineARN(s.options.Environment.TeardownMachine())),
		"SCHEDULE_ROLE":                s.roles.schedule.RoleArn(),
		"SCHEDULE_DEAD_LETTERS":        s.deadLetters.QueueArn(),
		"UPLOADS":                      jsii.String(onOrOff(s.options.Uploads())),
		"INSTANCE_LOG_GROUP":           s.logs.instances.LogGroupName(),
		// Go would first collect garbage at 4 MB, which a function exceeds when it has started.
		// With these values it does at 16, and later at five times what is in use, of the 128 MB
		// that there are.
		"GOGC": jsii.String("400"),
	}
	if s.options.isLab() {
		settings["LAB"] = jsii.String("on")
	}
	if s.options.VPC != "" {
		settings["VPC"] = jsii.String(s.options.VPC)
	}
	if s.options.CIDR != anywhere {
		settings["ENTRANCE"] = jsii.String("closed")
	}
	if s.storage.accessLogs != nil {
		settings["ACCESS_LOG_BUCKET"] = s.storage.accessLogs.BucketName()
	}
	if s.options.Budget != "" {
		settings["BUDGET"] = jsii.String(s.options.Budget)
	}
	if s.options.Dashboard {
		settings["DASHBOARD"] = jsii.String("on")
	}
	if s.options.Tags != "" {
		settings["TAGS"] = jsii.String(s.options.Tags)
	}
	if s.options.SleepAfter > 0 {
		settings["SLEEP_AFTER"] = jsii.String(strconv.Itoa(int(s.options.SleepAfter.Minutes())))
	}
	s.addWaking(settings)
	if s.options.EBSKey != "" {
		settings["EBS_KEY"] = jsii.String(s.options.EBSKey)
	}
	if s.options.Domain != "" {
		settings["DOMAIN"] = jsii.String(s.options.Domain)
		settings["HOSTED_ZONE"] = jsii.String(s.options.HostedZone)
		settings["CERTIFICATE"] = s.domain.certificate.CertificateArn()
	}
	return settings
}

func onOrOff(is bool) string {
	if is {
		return "on"
	}
	return off
}

// machineARN is known before the machine exists, because its name is fixed. So functions can name
// machines whose roles name functions.
func (s *stack) machineARN(name string) string {
	return pseudo().Replace(arn("states", "stateMachine:"+name))
}

// kebab returns a step's name in the form of function names: EnsureLoadBalancer is
// ensure-load-balancer.
func kebab(name string) string {
	var kebab strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			kebab.WriteByte('-')
		}
		kebab.WriteRune(unicode.ToLower(r))
	}
	return kebab.String()
}
