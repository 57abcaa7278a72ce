package cdk

import (
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/jsii-runtime-go"

	"photogallery/release"
)

// standardTopic matches ARNs of topics that are not FIFO, because those send no e-mail.
// https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html
var standardTopic = regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$`)

// addTopic returns the stack's topic or the one of the option, and subscribes the addresses.
func (s *stack) addTopic() awssns.ITopic {
	topic := s.ownTopic
	if s.options.Topic != "" {
		topic = func() awssns.ITopic {
			return awssns.Topic_FromTopicArn(s.scope, jsii.String("GivenTopic"), jsii.String(s.options.Topic))
		}
	}
	to := topic()
	for _, address := range s.options.addresses() {
		to.AddSubscription(awssnssubscriptions.NewEmailSubscription(jsii.String(address), nil))
	}
	return to
}

// ownTopic makes a topic. It has no encryption key: alarms and rules cannot publish with AWS's own
// one, and a customer managed one costs as much as the rest of an idle stack. The messages hold no
// secret.
func (s *stack) ownTopic() awssns.ITopic {
	topic := awssns.NewTopic(s.scope, jsii.String("Notifications"), &awssns.TopicProps{
		DisplayName: jsii.String("Photogallery " + string(s.options.Environment)),
		EnforceSSL:  jsii.Bool(true),
	})
	// https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
	topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("PublishAlarms"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sns:Publish"),
		Resources:  jsii.Strings(*topic.TopicArn()),
		Conditions: conditions(map[string]map[string]string{
			"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
			"ArnLike":      {"aws:SourceArn": arn("cloudwatch", "alarm:"+*s.name("*"))},
		}, nil),
	}))
	return topic
}

// parseNotify checks each address, and names every problem.
func parseNotify(o *Options, value string) error {
	o.Notify = value
	var problems release.Problems
	seen := map[string]bool{}
	for _, address := range o.addresses() {
		switch parsed, err := mail.ParseAddress(address); {
		case err != nil || parsed.Address != address:
			problems = append(problems, release.Problem{Message: fmt.Sprintf("%q is no e-mail address", address)})
		case seen[address]:
			problems = append(problems, release.Problem{Message: address + " is given twice"})
		}
		seen[address] = true
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// addresses returns the e-mail addresses that get messages.
func (o Options) addresses() []string {
	if o.Notify == "" {
		return nil
	}
	return strings.Split(strings.ReplaceAll(o.Notify, " ", ""), ",")
}

func parseTopic(o *Options, value string) error {
	if o.Topic = value; value != "" && !standardTopic.MatchString(value) {
		return errors.New("no ARN of a standard SNS topic")
	}
	return nil
}
