package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/customresources"
	"github.com/aws/jsii-runtime-go"
)

// addDestroyer makes the resource whose deletion tears the environment down. It depends on
// everything that a teardown uses and on the network, so that they outlive it. What can start a
// release depends on it.
// https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html#provider-framework
func (s *stack) addDestroyer() awscdk.CustomResource {
	log := []Statement{s.logStatement()}
	provider := customresources.NewProvider(s.scope, jsii.String("Destroyer"), &customresources.ProviderProps{
		OnEventHandler:    s.functions["Destroy"],
		IsCompleteHandler: s.functions["Destroyed"],
		// A check takes seconds in addition to the interval: a hundred of them must end well before
		// CloudFormation gives up, or only its own message would be shown. Destroyed gives up
		// before either.
		QueryInterval: awscdk.Duration_Seconds(jsii.Number(30)),
		TotalTimeout:  awscdk.Duration_Minutes(jsii.Number(50)),
		LogGroup:      s.logs.steps,
		// The CDK's own roles may make log groups: a late line would leave one behind, on which the
		// next deployment would fail.
		FrameworkOnEventRole:            s.role("DestroyerRole", "lambda.amazonaws.com", "Begins the teardown before the stack is deleted", log),
		FrameworkCompleteAndTimeoutRole: s.role("DestroyerWaitRole", "lambda.amazonaws.com", "Waits for the teardown before the stack is deleted", log),
		// The waiter needs no log: the teardown has its own.
		DisableWaiterStateMachineLogging: jsii.Bool(true),
	})
	if s.roles.given == nil {
		bindToAccount(provider)
	}
	destroyer := awscdk.NewCustomResource(s.scope, jsii.String("Everything"), &awscdk.CustomResourceProps{
		ServiceToken:   provider.ServiceToken(),
		ResourceType:   jsii.String("Custom::PhotogalleryEnvironment"),
		ServiceTimeout: awscdk.Duration_Minutes(jsii.Number(60)),
	})
	for _, child := range *s.scope.Node().Children() {
		if *child.Node().Id() != "Everything" {
			destroyer.Node().AddDependency(child)
		}
	}
	return destroyer
}

// bindToAccount allows only the state machine of this account to use the waiter's role, which the
// CDK makes.
// https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html#prevent-cross-service-confused-deputy
func bindToAccount(provider customresources.Provider) {
	role := provider.Node().FindChild(jsii.String("waiter-state-machine")).Node().FindChild(jsii.String("Role"))
	role.Node().DefaultChild().(awscdk.CfnResource).AddPropertyOverride(jsii.String("AssumeRolePolicyDocument.Statement.0.Condition"),
		conditions(map[string]map[string]string{"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}}, nil))
}
