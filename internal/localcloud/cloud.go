// Package localcloud is AWS on one machine, as far as the steps use it: each service in its own
// folder, all on one fabric. Real SDK clients reach it with the fabric's configuration.
package localcloud

import (
	"net/http"
	"strings"

	"photogallery/internal/localcloud/autoscaling"
	"photogallery/internal/localcloud/cloudwatch"
	"photogallery/internal/localcloud/dynamodb"
	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/elb"
	"photogallery/internal/localcloud/eventbridge"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/localcloud/quotas"
	"photogallery/internal/localcloud/route53"
	"photogallery/internal/localcloud/s3"
	"photogallery/internal/localcloud/scheduler"
	"photogallery/internal/localcloud/ssm"
	"photogallery/internal/localcloud/stepfunctions"
)

// Options configure a Cloud.
type Options struct {
	Pace   float64        // divides AWS's durations; 0 means 1
	Kind   machine.Kind   // the machines of instances; the caller closes it, after the cloud
	Random func() float64 // returns numbers in [0,1) for the jitter of retries; nil means math/rand/v2
}

// Cloud is an embedded cloud, initially empty. The services' methods must be called under the
// fabric's lock unless they say otherwise.
type Cloud struct {
	Fabric        *fabric.Fabric
	AutoScaling   *autoscaling.Service
	CloudWatch    *cloudwatch.Service
	DynamoDB      *dynamodb.Service
	EC2           *ec2.Service
	ELB           *elb.Service
	EventBridge   *eventbridge.Service
	Route53       *route53.Service
	S3            *s3.Service
	Scheduler     *scheduler.Service
	SSM           *ssm.Service
	StepFunctions *stepfunctions.Service
}

// New returns a cloud. The caller closes it.
func New(options Options) *Cloud {
	c := &Cloud{Fabric: fabric.New(options.Pace)}
	c.Fabric.Do(func() { c.furnish(options) }) // a minute that ends meanwhile waits for all services
	return c
}

func (c *Cloud) furnish(options Options) {
	f := c.Fabric
	c.CloudWatch = cloudwatch.New(f)
	c.DynamoDB = dynamodb.New(f)
	c.EC2 = ec2.New(f, options.Kind)
	c.EventBridge = eventbridge.New(f)
	c.S3 = s3.New(f)
	c.SSM = ssm.New(f)
	c.StepFunctions = stepfunctions.New(f, stepfunctions.Options{Pace: options.Pace, Random: options.Random})
	c.ELB = elb.New(f, c.EC2, c.CloudWatch)
	c.Route53 = route53.New(f, c.ELB.Zone)
	c.AutoScaling = autoscaling.New(f, c.EC2, c.ELB, c.CloudWatch)
	c.Scheduler = scheduler.New(f, func(arn, input string) error {
		_, err := c.StepFunctions.Start(arn, "", input)
		return err
	})
	quotas.New(f, c.EC2)
}

// Close aborts all executions, stops all timers and waits for every goroutine of the cloud. API
// calls fail afterwards. Machines that run are their kind's to end.
func (c *Cloud) Close() {
	c.Fabric.Close()
	c.StepFunctions.Close()
}

// Handler serves the APIs that people use: Step Functions and EventBridge. The caller checks
// signatures.
func (c *Cloud) Handler() http.Handler {
	events, executions := c.EventBridge.Handler(), c.StepFunctions.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("X-Amz-Target"), eventbridge.Target+".") {
			events.ServeHTTP(w, r)
			return
		}
		executions.ServeHTTP(w, r)
	})
}
