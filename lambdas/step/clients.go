package step

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Doer sends one HTTP request; *http.Client is one.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Clients holds the real SDK clients. Each step uses a few of their methods through a narrow
// interface of its own.
//
// The clients of the largest services are types with only the operations that are called. In a program with
// html/template, which finds methods by their names, the linker keeps all methods of each type that an
// interface holds, and the 700 operations of EC2 would be a third of the command line.
type Clients struct {
	AutoScaling *AutoScaling
	CloudWatch  *cloudwatch.Client
	DynamoDB    *dynamodb.Client
	EC2         *EC2
	ELB         *ELB
	Events      *eventbridge.Client
	Quotas      *servicequotas.Client
	S3          *s3.Client
	Scheduler   *scheduler.Client
	SFN         *sfn.Client
	SSM         *SSM
	Route53     *Route53
	HTTP        Doer // requests the home page from the load balancer; for HTTPS it expects the domain's certificate
}

// NewClients returns the clients for one configuration. On AWS that is the function's own; in the
// local mode it has the embedded cloud's middleware.
func NewClients(config aws.Config, web Doer) Clients {
	return Clients{
		AutoScaling: (*AutoScaling)(autoscaling.NewFromConfig(config)),
		CloudWatch:  cloudwatch.NewFromConfig(config),
		DynamoDB:    dynamodb.NewFromConfig(config),
		EC2:         (*EC2)(ec2.NewFromConfig(config)),
		ELB:         (*ELB)(elb.NewFromConfig(config)),
		Events:      eventbridge.NewFromConfig(config),
		Quotas:      servicequotas.NewFromConfig(config),
		S3:          s3.NewFromConfig(config),
		Scheduler:   scheduler.NewFromConfig(config),
		SFN:         sfn.NewFromConfig(config),
		SSM:         (*SSM)(ssm.NewFromConfig(config)),
		Route53:     (*Route53)(route53.NewFromConfig(config)),
		HTTP:        web,
	}
}
