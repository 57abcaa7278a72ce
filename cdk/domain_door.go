package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2integrations"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/jsii-runtime-go"

	"photogallery/lambdas/dns"
	"photogallery/lambdas/door"
)

// What the front door answers under the domain, at most, beside its function's concurrency.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
const (
	requestsPerSecond = 5
	requestsAtOnce    = 10
)

// hasDomainDoor reports whether the domain leads to the front door while nothing serves.
func (o Options) hasDomainDoor() bool { return o.hasFrontDoor() && o.Domain != "" }

// addDomainDoor makes an HTTP API that passes the domain's requests to the front door, with the domain's
// certificate, and the record that leads to it. Neither costs anything while nobody comes.
func (s *stack) addDomainDoor(function awslambda.IFunction, address *string) {
	if !s.options.hasDomainDoor() {
		return
	}
	api := awsapigatewayv2.NewHttpApi(s.scope, jsii.String("DomainDoor"), &awsapigatewayv2.HttpApiProps{
		ApiName: s.name("door"), Description: jsii.String("Answers under the domain while the gallery sleeps"),
		CreateDefaultStage: jsii.Bool(false), DisableExecuteApiEndpoint: jsii.Bool(true),
		DefaultIntegration: awsapigatewayv2integrations.NewHttpLambdaIntegration(jsii.String("FrontDoor"), function, nil),
	})
	name := awsapigatewayv2.NewDomainName(s.scope, jsii.String("DoorDomain"), &awsapigatewayv2.DomainNameProps{
		DomainName: jsii.String(s.options.Domain), Certificate: s.domain.certificate,
		EndpointType: awsapigatewayv2.EndpointType_REGIONAL, SecurityPolicy: awsapigatewayv2.SecurityPolicy_TLS_1_2,
	})
	stage := awsapigatewayv2.NewHttpStage(s.scope, jsii.String("DoorStage"), &awsapigatewayv2.HttpStageProps{
		HttpApi: api, AutoDeploy: jsii.Bool(true),
		StageVariables: &map[string]*string{door.AddressVariable: address},
		Throttle:       &awsapigatewayv2.ThrottleSettings{RateLimit: jsii.Number(requestsPerSecond), BurstLimit: jsii.Number(requestsAtOnce)},
	})
	awsapigatewayv2.NewApiMapping(s.scope, jsii.String("DoorMapping"), &awsapigatewayv2.ApiMappingProps{Api: api, DomainName: name, Stage: stage})
	// A release adds a record of weight 1, with which Route 53 then answers alone, and a teardown removes that.
	// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-weighted.html
	awsroute53.NewCfnRecordSet(s.scope, jsii.String("DoorRecord"), &awsroute53.CfnRecordSetProps{
		HostedZoneId: jsii.String(s.options.HostedZone), Name: jsii.String(s.options.Domain), Type: jsii.String("A"),
		SetIdentifier: jsii.String(dns.DoorRecord), Weight: jsii.Number(0),
		AliasTarget: &awsroute53.CfnRecordSet_AliasTargetProperty{
			DnsName: name.RegionalDomainName(), HostedZoneId: name.RegionalHostedZoneId(), EvaluateTargetHealth: jsii.Bool(false),
		},
	})
}
