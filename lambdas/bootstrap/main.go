// Command bootstrap is the binary that every function runs. The function's handler names its step.
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"

	"photogallery/lambdas"
	"photogallery/lambdas/step"
)

// homePageTimeout bounds one request for the home page. The check is repeated soon.
const homePageTimeout = 10 * time.Second

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	handler, err := newHandler(context.Background(), lambdas.Steps(), os.Getenv, log)
	if err != nil {
		handler = step.Refusing(os.Getenv("_HANDLER"), err, log)
	}
	lambda.Start(handler) // serves invocations and does not return
}

// newHandler returns the handler of the step that _HANDLER names, with the settings of the
// environment. The error names every missing variable.
func newHandler(ctx context.Context, steps []step.Step, getenv func(string) string, log *slog.Logger) (step.Handler, error) {
	chosen, err := find(steps, getenv("_HANDLER"))
	if err != nil {
		return step.Handler{}, err
	}
	settings, err := chosen.SettingsFrom(getenv)
	if err != nil {
		return step.Handler{}, err
	}
	settings.Metrics = os.Stdout
	aws, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return step.Handler{}, fmt.Errorf("load the AWS configuration: %w", err)
	}
	clients := step.NewClients(aws, web(settings.Domain))
	return chosen.Handler(clients, settings, log), nil
}

// web requests the home page from the load balancer. With a domain it sends that name and expects
// its certificate, whatever host it connects to.
func web(domain string) *http.Client {
	client := &http.Client{Timeout: homePageTimeout}
	if domain != "" {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.TLSClientConfig = &tls.Config{ServerName: domain, MinVersion: tls.VersionTLS12}
		client.Transport = transport
	}
	return client
}

func find(steps []step.Step, name string) (step.Step, error) {
	for _, s := range steps {
		if s.Name == name {
			return s, nil
		}
	}
	return step.Step{}, fmt.Errorf("the function's handler is %q, which is not a step: set it to a name of the step table", name)
}
