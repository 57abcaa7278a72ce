// Package leftover finds what an environment has left in an account, whatever was meant to remove
// it: it asks each service by name and tag, and the Resource Groups Tagging API for the rest.
package leftover

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"photogallery/internal/patience"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Resource is a resource that is left.
type Resource struct {
	ARN    string
	Remove string // the command that removes it
	Doubt  string // why it may be gone after all, a sentence, or "" if its own service lists it
}

// Account is the account to look at.
type Account struct {
	Config    aws.Config
	ID        string // twelve digits
	Partition string // "aws"
}

// sweep is one search of an account.
type sweep struct {
	step.Clients
	Account
	environment release.Environment
	tags        *tagging.Client
	stacks      *cloudformation.Client
	logs        *cloudwatchlogs.Client
	functions   *lambda.Client
	iam         *iam.Client

	members map[string]bool // of the existing stack, by service and ID
	found   []Resource
}

// questions lists the searches in order. The last one skips what the others know.
var questions = []func(*sweep, context.Context) error{
	(*sweep).stack,
	(*sweep).group, (*sweep).instances, (*sweep).balancers, (*sweep).targetGroups,
	(*sweep).images, (*sweep).snapshots, (*sweep).volumes, (*sweep).templates, (*sweep).interfaces,
	(*sweep).alarms, (*sweep).dashboards, (*sweep).logGroups,
	(*sweep).schedules, (*sweep).machines, (*sweep).deployedFunctions, (*sweep).tables,
	(*sweep).profiles, (*sweep).roles, (*sweep).bucket,
	(*sweep).endpoints, (*sweep).flowLogs, (*sweep).securityGroups, (*sweep).subnets, (*sweep).routeTables, (*sweep).gateways, (*sweep).networks,
	(*sweep).taggedElsewhere,
}

// Find lists the resources of an environment, a stack first, and of its stack only the stack. A
// failed search is an error; the resources that the others found are listed anyway.
func (a Account) Find(ctx context.Context, environment release.Environment) (found []Resource, err error) {
	s := &sweep{
		Account: a, environment: environment, Clients: step.NewClients(a.Config, nil), tags: tagging.NewFromConfig(a.Config),
		stacks: cloudformation.NewFromConfig(a.Config), logs: cloudwatchlogs.NewFromConfig(a.Config),
		functions: lambda.NewFromConfig(a.Config), iam: iam.NewFromConfig(a.Config),
	}
	for _, ask := range questions {
		err = errors.Join(err, ask(s, ctx))
	}
	return s.found, err
}

// Await searches repeatedly, with a pause before each search, until nothing is found or the limit
// is over: AWS continues to delete after it has answered, and its lists are late. It returns the
// last result.
func (a Account) Await(ctx context.Context, environment release.Environment, pause, limit time.Duration) (found []Resource, err error) {
	for deadline := time.Now().Add(limit); ; {
		found, err = a.Find(ctx, environment)
		if len(found) == 0 && err == nil || time.Now().After(deadline) {
			return found, err
		}
		if ended := patience.Pause(ctx, pause); ended != nil {
			return found, errors.Join(err, ended)
		}
	}
}

// add adds a resource by its ARN, once, with the commands that remove it, which get the region.
func (s *sweep) add(arn string, commands ...string) {
	if !s.isKnown(arn) {
		s.found = append(s.found, Resource{ARN: arn, Remove: s.inRegion(commands...)})
	}
}

// isKnown reports whether a resource is listed already, or belongs to an existing stack and goes
// with it.
func (s *sweep) isKnown(arn string) bool {
	return s.members[keyOf(arn)] || slices.ContainsFunc(s.found, func(r Resource) bool { return r.ARN == arn })
}

func (s *sweep) inRegion(commands ...string) string {
	const program = "aws "
	for i, command := range commands {
		commands[i] = strings.ReplaceAll(command, program, program+"--region "+s.Config.Region+" ")
	}
	return strings.Join(commands, "; ")
}

// arn returns the ARN of something in the region and the account.
func (s *sweep) arn(service, resource string) string {
	return "arn:" + s.Partition + ":" + service + ":" + s.Config.Region + ":" + s.ID + ":" + resource
}

// tagged returns EC2's filters for the environment's tag.
func (s *sweep) tagged() []types.Filter {
	return []types.Filter{filter("tag:"+release.TagEnvironment, string(s.environment))}
}

// ours reports whether a name is the environment's own name or begins with it.
func (s *sweep) ours(name string) bool {
	return name == s.environment.Name() || strings.HasPrefix(name, s.environment.Name()+"-")
}
