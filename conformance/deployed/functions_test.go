//go:build conformance

package deployed

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"photogallery/cdk/executable"
	"photogallery/conformance/runtimeapi"
	"photogallery/release"
)

// functions are the deployed functions, run on this machine by the executable that would run on AWS,
// built for this machine.
type functions struct {
	executable string
	endpoint   string // of all of AWS
	deployed   *lambda.Client
	log        io.Writer

	mu    sync.Mutex
	hosts map[string]*runtimeapi.Host // by name
}

// buildBootstrap compiles the executable that is deployed, for this machine.
func buildBootstrap(t *testing.T) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "bootstrap")
	if err := executable.Functions(t.Context(), to, executable.Host()); err != nil {
		t.Fatal(err)
	}
	return to
}

// invoke runs a function, named by its ARN, by what was deployed of it.
func (f *functions) invoke(ctx context.Context, arn string, payload []byte) (runtimeapi.Answer, error) {
	host, err := f.host(ctx, arn)
	if err != nil {
		return runtimeapi.Answer{}, err
	}
	return host.Invoke(ctx, payload)
}

// nameOf returns the function's name in its ARN, which may have a version.
func nameOf(arn string) string {
	_, name, found := strings.Cut(arn, ":function:")
	if !found {
		return arn
	}
	name, _, _ = strings.Cut(name, ":")
	return name
}

func (f *functions) host(ctx context.Context, arn string) (*runtimeapi.Host, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := nameOf(arn)
	if running := f.hosts[name]; running != nil {
		return running, nil
	}
	found, err := f.deployed.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name})
	if err != nil {
		return nil, fmt.Errorf("function %s is not deployed: %w", name, err)
	}
	host, err := runtimeapi.Start(runtimeapi.Function{
		Executable: f.executable, Handler: aws.ToString(found.Handler), Environment: f.environment(name, found), Log: f.log,
		Timeout: time.Duration(aws.ToInt32(found.Timeout)) * time.Second,
	})
	if err == nil {
		f.hosts[name] = host
	}
	return host, err
}

// environment is what was deployed, and what Lambda adds. The access key says who calls, as the
// credentials of a function's role do.
func (f *functions) environment(name string, found *lambda.GetFunctionConfigurationOutput) map[string]string {
	variables := map[string]string{
		"AWS_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_NAME": name, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ACCESS_KEY_ID": name, "AWS_SECRET_ACCESS_KEY": "conformance",
		"AWS_ENDPOINT_URL": f.endpoint, "HTTP_PROXY": f.endpoint,
	}
	for variable, value := range found.Environment.Variables {
		variables[variable] = value
	}
	return variables
}

func (f *functions) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, host := range f.hosts {
		host.Close()
	}
}

// variable is what was deployed of a function's environment.
func (c *cloud) variable(step, name string) string {
	c.Helper()
	return c.variableOf(environment, step, name)
}

func (c *cloud) variableOf(of release.Environment, step, name string) string {
	c.Helper()
	function := of.Name() + "-" + kebab(step)
	found, err := c.functions.deployed.GetFunctionConfiguration(c.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: &function})
	if err != nil {
		c.Fatal(err)
	}
	return found.Environment.Variables[name]
}
