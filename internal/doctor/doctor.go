// Package doctor looks for problems that would make a deployment or a release fail, in the account,
// in the stack and on this machine. It changes nothing.
package doctor

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"photogallery/internal/awsstack"
	"photogallery/internal/environment"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Verdict is the result of a check.
type Verdict string

// The verdicts.
const (
	OK      Verdict = "ok"
	Warning Verdict = "warning" // something may fail, or could not be checked
	Failed  Verdict = "failed"  // something will fail
)

// Finding is the result of one check.
type Finding struct {
	Check   string  `json:"check"`
	Verdict Verdict `json:"verdict"`
	Saw     string  `json:"saw"`
	Remedy  string  `json:"remedy,omitempty"` // a sentence with the command, or "" if there is nothing to do
}

// Options describes the deployment to check.
type Options struct {
	Config       aws.Config
	Unconfigured error  // why there is no Config; then nothing on AWS is checked
	Stack        string // also checked, or "" before the first deployment
	Architecture string // arm64 or x86_64, or "" for the stack's, and arm64 without one
	InstanceType string // or "" for the usual one of the architecture
	MinSize      int    // of a release's request; the group of the stack overrides it unless Asked
	MaxSize      int
	Asked        bool

	Here *environment.Serving // what serves in a local cloud, or nil

	// Tool runs a program of this machine and returns the first line of its output.
	Tool func(ctx context.Context, name string, arguments ...string) (string, error)
}

// examination is one run of the checks, with results that later checks use.
type examination struct {
	Options
	step.Clients
	sts    *sts.Client
	iam    *iam.Client
	lambda *lambda.Client
	stacks *awsstack.Stacks

	account     string
	caller      string // ARN
	inLab       bool   // the caller is a user of an AWS Academy Learner Lab
	zones       []string
	vcpus       int                 // of one instance, or 0 for an unusable type
	environment release.Environment // the stack's, or "" if there is no usable stack
	table       string              // the stack's
	own         ownNetwork          // the stack's, if it did not make one
	key         string              // of the stack's volumes, or "" for the account's default
	hasDoor     bool                // the stack has a front door
	unreserved  int                 // concurrent executions of functions, or 0 if that is not known
}

type check struct {
	name string
	look func(*examination, context.Context) Finding
}

var onThisMachine = []check{
	{"Node.js", (*examination).node},
	{"npm", (*examination).npm},
	{"Go", (*examination).golang},
	{"base image here", (*examination).baseHere},
}

var onAWS = []check{
	{"CDK bootstrap", (*examination).bootstrap},
	{"stack", (*examination).stack},
	{"Learner Lab", (*examination).lab},
	{"zones", (*examination).twoZones},
	{"network", (*examination).network},
	{"instance type", (*examination).instanceType},
	{"EBS key", (*examination).ebsKey},
	{"vCPU quota", (*examination).vcpuQuota},
	{"VPC quota", (*examination).vpcQuota},
	{"photo bucket", (*examination).photoBucket},
	{"Lambda concurrency", (*examination).concurrency},
	{"front door", (*examination).frontDoor},
	{"Lambda code storage", (*examination).codeStorage},
	{"Step Functions quota", (*examination).transitions},
	{"Auto Scaling role", (*examination).autoScalingRole},
	{"Elastic Load Balancing role", (*examination).loadBalancingRole},
	{"base image", (*examination).baseThere},
	{"lock", (*examination).lock},
	{"fleet", (*examination).fleet},
	{"leftovers", (*examination).leftovers},
}

// Examine runs the checks one after the other and passes each finding to report. A check that does
// not apply finds nothing. It blocks until the last one.
func Examine(ctx context.Context, options Options, report func(Finding)) {
	e := &examination{Options: options}
	run := func(checks ...check) (worst Verdict) {
		worst = OK
		for _, c := range checks {
			finding := c.look(e, ctx)
			if finding == (Finding{}) {
				continue
			}
			finding.Check = c.name
			report(finding)
			if finding.Verdict == Failed {
				worst = Failed
			}
		}
		return worst
	}
	run(onThisMachine...)
	if options.Unconfigured == nil {
		e.connect()
	}
	if run(check{"credentials", (*examination).credentials}) == Failed {
		report(Finding{Check: "everything else", Verdict: Warning, Saw: "not looked at", Remedy: "Run `gallery doctor` again when the credentials are good."})
		return
	}
	run(onAWS...)
}

func (e *examination) connect() {
	e.Clients = step.NewClients(e.Config, nil)
	e.sts, e.iam = sts.NewFromConfig(e.Config), iam.NewFromConfig(e.Config)
	e.lambda, e.stacks = lambda.NewFromConfig(e.Config), awsstack.NewStacks(e.Config)
}

func well(format string, args ...any) Finding {
	return Finding{Verdict: OK, Saw: fmt.Sprintf(format, args...)}
}

func (f Finding) but(verdict Verdict, format string, args ...any) Finding {
	f.Verdict, f.Remedy = verdict, fmt.Sprintf(format, args...)
	return f
}

// unseen returns the finding of a check without an answer of AWS. A nil error is an empty answer.
// No problem is known.
func (e *examination) unseen(err error) Finding {
	if err == nil {
		err = release.Errorf(release.Unexpected, "AWS's answer is empty")
	}
	told := release.Classify(awsstack.Explain(err, e.Config.Region))
	f := well("cannot be looked at: %s", told.Message)
	if told.Code == release.AccessDenied {
		return f.but(Warning, "Have someone run `gallery doctor` who may read this, or grant it.")
	}
	return f.but(Warning, "Run `gallery doctor` again; nothing is known to be wrong.")
}
