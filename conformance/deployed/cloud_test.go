//go:build conformance

package deployed

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"photogallery/conformance/emulator"
	"photogallery/conformance/moto"
	"photogallery/conformance/runtimeapi"
	"photogallery/lambdas/step"
)

const (
	account = emulator.Account
	region  = emulator.Region
	stack   = "photogallery-main"
)

// pace is how much quicker moto's waits are. Its functions take their own time.
const pace = 100

// cloud is moto with the product deployed.
type cloud struct {
	*testing.T
	step.Clients
	CloudFormation *cloudformation.Client
	IAM            *iam.Client
	server         *moto.Server
	front          *front
	functions      *functions
	assembly       string // what cdk synth wrote
	started        int    // executions that events have started
	plays          *builder
	maxSize        int32 // of a fleet where it is not the usual one
	sleeps         bool  // when nobody visits it

	accessLock sync.Mutex
	access     access
	launched   url.Values // the request for the last instance of a command
}

// deploy starts moto and puts the stack into it, with the CDK's own command.
func deploy(t *testing.T) *cloud {
	t.Helper()
	c := begin(t)
	c.sleeps = true
	if c.assembly = os.Getenv("CONFORMANCE_ASSEMBLY"); c.assembly == "" { // for who tries again and again
		c.assembly = filepath.Join(t.TempDir(), "cdk.out")
		c.cdk("synth", "--quiet", "--output", c.assembly, "--context", "budget=1000", "--context", "sleepAfter=45m", "--context", "wake=click", "--context", "github=octo-org/octo-repo")
	}
	c.cdk("bootstrap", "aws://"+account+"/"+region, "--app", c.assembly)
	c.cdk("deploy", "--app", c.assembly, "--method", "direct", "--require-approval", "never")
	return c
}

// begin starts moto, with nothing in it.
func begin(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{T: t, plays: &builder{}, access: access{policies: map[string][]statement{}, used: map[string]bool{}}}
	log := c.logFile("moto.log")
	c.functions = &functions{executable: buildBootstrap(t), log: c.logFile("functions.log"), hosts: map[string]*runtimeapi.Host{}}
	c.front = &front{functions: c.functions, made: c.authorize, seen: c.saw, invoked: c.ran, refuse: func(call) int { return 0 }}
	server, err := moto.Start(t.Context(), moto.Options{Pace: pace, Log: log, Around: func(moto http.Handler) http.Handler {
		c.front.moto = moto
		return c.front
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.functions.close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	c.server = server
	config := server.Config()
	c.Clients, c.CloudFormation = step.NewClients(config, http.DefaultClient), cloudformation.NewFromConfig(config)
	c.IAM = iam.NewFromConfig(config)
	c.functions.endpoint, c.functions.deployed = server.Endpoint(), lambda.NewFromConfig(config)
	return c
}

// logFile is kept where CONFORMANCE_LOGS says, for who looks for what went wrong.
func (c *cloud) logFile(name string) *os.File {
	c.Helper()
	folder := os.Getenv("CONFORMANCE_LOGS")
	if folder == "" {
		folder = c.TempDir()
	}
	log, err := os.Create(filepath.Join(folder, name))
	if err != nil {
		c.Fatal(err)
	}
	return log
}

// cdk runs the CDK's command line of package.json against moto.
func (c *cloud) cdk(arguments ...string) {
	c.Helper()
	if err := emulator.CDK(c.Context(), c.server.Endpoint(), arguments...); err != nil {
		c.Fatal(err)
	}
}

// ask makes a call for which the product has no client.
func (c *cloud) ask(ctx context.Context, service, target string, in, out any) error {
	return emulator.Ask(ctx, c.server.Endpoint(), service, target, in, out)
}
