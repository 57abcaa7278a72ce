package cdk

import (
	"errors"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/jsii-runtime-go"
)

// webhookSecret matches a form, and the name of a secret in Secrets Manager.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
var webhookSecret = regexp.MustCompile(`^(` + slack + `|` + teams + `):[A-Za-z0-9/_+=.@-]{1,512}$`)

// addWebhook makes an API destination, which posts JSON without a function, or returns nil without
// the option. Everybody who has a webhook's address can post, so the template only refers to the secret
// that holds it; CloudFormation puts the address into the destination.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
func (s *stack) addWebhook() awsevents.CfnApiDestination {
	_, secret, isGiven := strings.Cut(s.options.Webhook, ":")
	if !isGiven {
		return nil
	}
	return awsevents.NewCfnApiDestination(s.scope, jsii.String("Webhook"), &awsevents.CfnApiDestinationProps{
		Description:                  jsii.String("Tells how releases and teardowns end, and of alarms"),
		ConnectionArn:                s.addConnection().AttrArn(),
		HttpMethod:                   jsii.String("POST"),
		InvocationEndpoint:           jsii.String("{{resolve:secretsmanager:" + secret + "}}"),
		InvocationRateLimitPerSecond: jsii.Number(1), // of Slack: https://docs.slack.dev/apis/web-api/rate-limits
	})
}

// addConnection makes the authorization that a destination must have. A webhook needs none, so that
// its key is no secret: a header with the environment's name.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection-auth.html
func (s *stack) addConnection() awsevents.CfnConnection {
	return awsevents.NewCfnConnection(s.scope, jsii.String("WebhookConnection"), &awsevents.CfnConnectionProps{
		Description:       jsii.String("A header with the environment's name, which nobody checks"),
		AuthorizationType: jsii.String("API_KEY"),
		AuthParameters: &awsevents.CfnConnection_AuthParametersProperty{
			ApiKeyAuthParameters: &awsevents.CfnConnection_ApiKeyAuthParametersProperty{
				ApiKeyName: jsii.String("X-Photogallery-Environment"), ApiKeyValue: jsii.String(string(s.options.Environment)),
			},
		},
	})
}

// webhookForm returns slack or teams, or "" without a webhook.
func (o Options) webhookForm() string {
	form, _, _ := strings.Cut(o.Webhook, ":")
	return form
}

func parseWebhook(o *Options, value string) error {
	o.Webhook = value
	switch {
	case strings.Contains(value, "://"):
		o.Webhook = ""
		return errors.New("an address would stand in the template for all to read; put it into a secret")
	case value != "" && !webhookSecret.MatchString(value):
		return errors.New("neither slack: nor teams: and the name of a secret")
	}
	return nil
}
