// Package door holds the function behind the standing address of an environment. It leads visitors to
// the gallery while that serves. While the gallery sleeps it shows a page with a button that wakes it.
package door

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/internal/execution"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// FrontDoor answers a visitor's request. Its payload and its answer are those of a function URL, and of the HTTP
// API under the domain.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
var FrontDoor = step.Define(step.Step{
	Name:     "FrontDoor",
	Summary:  "Lead visitors to the gallery, or let them wake it.",
	Timeout:  20 * time.Second,
	MemoryMB: 256,
	Event:    true,
	Operations: []step.Operation{
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		{Name: "dynamodb:PutItem", Scope: step.WakingRecord},
		{Name: "s3:GetObject", Scope: step.UploadKey},
		{Name: "states:StartExecution", Scope: step.ReleaseMachine},
		{Name: "states:DescribeExecution", Scope: step.StackMachines},
		{Name: "states:GetExecutionHistory", Scope: step.StackMachines},
		step.Unbound("elasticloadbalancing:DescribeLoadBalancers"),
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, json.RawMessage) (Answer, error) {
	return (&door{table: clients.DynamoDB, executions: clients.SFN, balancers: clients.ELB, objects: clients.S3, settings: settings}).run
})

// Answer is the answer to a visitor.
type Answer struct {
	events.LambdaFunctionURLResponse
	trouble error
}

// Trouble returns why the visitor got an apology, for the log, or nil.
func (a Answer) Trouble() error { return a.trouble }

type tableAPI interface {
	records.Reader
	records.Writer
}

type executionAPI interface {
	execution.FollowAPI
	execution.Starter
}

type objectAPI interface {
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
}

// door lives as long as the function's machine, and looks at the environment once for all requests of
// two seconds.
type door struct {
	table      tableAPI
	executions executionAPI
	balancers  elb.DescribeLoadBalancersAPIClient
	objects    objectAPI
	settings   step.Settings

	guard  sync.Mutex // an embedded cloud's function serves several requests at a time
	last   sight
	lastAt time.Time
}

// run never fails: a visitor would see an error page of AWS.
func (d *door) run(ctx context.Context, payload json.RawMessage) (Answer, error) {
	var asked request
	if err := json.Unmarshal(payload, &asked); err != nil {
		return Answer{}, release.Errorf(release.Unexpected, "the request of the function URL does not fit: %w", err)
	}
	v, refused := visitOf(asked.LambdaFunctionURLRequest)
	if refused != 0 {
		return plain(refused), nil
	}
	if d.settings.Door && v.host == d.settings.Domain {
		return d.underDomain(ctx, v, asked.StageVariables[AddressVariable]), nil
	}
	if v.path == "/robots.txt" {
		return text("User-agent: *\nDisallow: /\n"), nil
	}
	answer, err := d.answer(ctx, v)
	if err != nil {
		answer, answer.trouble = d.page(v, sight{state: troubled}), err
	}
	return answer, nil
}

func (d *door) answer(ctx context.Context, v visit) (Answer, error) {
	if v.wakes {
		return d.click(ctx, v)
	}
	seen, err := d.seen(ctx)
	if err != nil {
		return Answer{}, err
	}
	if v.isReader && seen.isDue(time.Now()) || v.isPerson && d.settings.Wake == step.WakeByVisit && seen.mayBeAsked() {
		if err := d.wake(ctx, ""); err != nil {
			return Answer{}, err
		}
		d.forget()
		if seen, err = d.seen(ctx); err != nil {
			return Answer{}, err
		}
	}
	if seen.state == serving {
		return redirect(http.StatusFound, seen.gallery+v.address()), nil
	}
	return d.page(v, seen), nil
}

// click wakes the gallery and leads back to the page, which shows what became of it. A wrong key is
// answered at once.
func (d *door) click(ctx context.Context, v visit) (Answer, error) {
	answer := redirect(http.StatusSeeOther, v.address())
	if d.isAwake() {
		return answer, nil
	}
	err := d.wake(ctx, v.key)
	d.forget()
	if !errors.Is(err, errWrongKey) {
		answer.trouble = err
		return answer, nil
	}
	seen, err := d.seen(ctx)
	seen.isWrong = true
	return d.page(v, seen), err
}

// seen returns what was seen at most two seconds ago.
func (d *door) seen(ctx context.Context) (sight, error) {
	d.guard.Lock()
	defer d.guard.Unlock()
	if time.Since(d.lastAt) < d.settings.Requested(2) {
		return d.last, nil
	}
	seen, err := d.look(ctx)
	if err != nil {
		return sight{}, err
	}
	d.last, d.lastAt = seen, time.Now()
	return seen, nil
}

// isAwake reports whether the last look needs no other one for a click.
func (d *door) isAwake() bool {
	d.guard.Lock()
	defer d.guard.Unlock()
	return time.Since(d.lastAt) < d.settings.Requested(2) && (d.last.state == serving || d.last.state == waking)
}

func (d *door) forget() {
	d.guard.Lock()
	defer d.guard.Unlock()
	d.lastAt = time.Time{}
}

// execution returns the ARN of a release by its name.
func (d *door) execution(name string) string {
	return release.ExecutionOf(d.settings.ReleaseMachine, name)
}
