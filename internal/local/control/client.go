package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/environment"
	"photogallery/release"
)

// Client calls one local cloud. Its errors are release.Errors: those of the cloud, and NothingUp if
// nothing or another program answers.
type Client struct {
	endpoint Endpoint
	http     *http.Client
}

// NewClient returns a client. It sends nothing yet.
func NewClient(of Endpoint) *Client {
	return &Client{of, &http.Client{Timeout: time.Minute, Transport: proving{of.Key}}}
}

// StepFunctions returns the SDK's client of the cloud's Step Functions API. It signs with the key
// and accepts answers only from the holder of the key.
func (e Endpoint) StepFunctions() *sfn.Client {
	return sfn.New(sfn.Options{HTTPClient: &http.Client{Transport: proving{e.Key}}, BaseEndpoint: aws.String(e.API), Region: signedRegion, Credentials: credentials.NewStaticCredentialsProvider(accessKeyID, e.Key, "")})
}

// Events returns the SDK's client of the cloud's EventBridge API, as StepFunctions does.
func (e Endpoint) Events() *eventbridge.Client {
	return eventbridge.New(eventbridge.Options{HTTPClient: &http.Client{Transport: proving{e.Key}}, BaseEndpoint: aws.String(e.API), Region: signedRegion, Credentials: credentials.NewStaticCredentialsProvider(accessKeyID, e.Key, "")})
}

// Status returns the present status of the cloud.
func (c *Client) Status(ctx context.Context) (status environment.Status, err error) {
	return status, c.get(ctx, "status", &status)
}

// Images returns the images of releases, newest first.
func (c *Client) Images(ctx context.Context) (images []environment.Image, err error) {
	return images, c.get(ctx, "images", &images)
}

// History returns what happened in the environment, newest first.
func (c *Client) History(ctx context.Context) (history []environment.Past, err error) {
	return history, c.get(ctx, "history", &history)
}

// SBOM returns the software bill of materials of an image.
func (c *Client) SBOM(ctx context.Context, image string) (text []byte, err error) {
	body, err := c.send(ctx, http.MethodGet, "images/"+url.PathEscape(image)+"/sbom")
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

// Samples returns at most the last hour's samples, oldest first.
func (c *Client) Samples(ctx context.Context) (samples []environment.Sample, err error) {
	return samples, c.get(ctx, "samples", &samples)
}

// Settings returns the settings of the app.
func (c *Client) Settings(ctx context.Context) (settings environment.Settings, err error) {
	return settings, c.get(ctx, "settings", &settings)
}

// Configure changes the settings that the next release takes. It checks the change before JSON replaces
// what is not UTF-8.
func (c *Client) Configure(ctx context.Context, change environment.SettingsChange) (outcome environment.Configured, err error) {
	if err := change.Check(); err != nil {
		return environment.Configured{}, err
	}
	content, err := json.Marshal(change)
	if err != nil {
		return environment.Configured{}, err
	}
	body, err := c.sendBody(ctx, http.MethodPost, "settings", content)
	if err != nil {
		return environment.Configured{}, err
	}
	defer body.Close()
	return outcome, json.NewDecoder(body).Decode(&outcome)
}

// StoreCommand stores the command of a run.
func (c *Client) StoreCommand(ctx context.Context, name string, script []byte) error {
	content, err := json.Marshal(Command{script})
	if err != nil {
		return err
	}
	body, err := c.sendBody(ctx, http.MethodPost, "runs/"+url.PathEscape(name), content)
	if err != nil {
		return err
	}
	return body.Close()
}

// TakeRun returns how a run's command ended, and deletes what the cloud has of it.
func (c *Client) TakeRun(ctx context.Context, name string) (result release.RunResult, err error) {
	body, err := c.send(ctx, http.MethodPost, "runs/"+url.PathEscape(name)+"/take")
	if err != nil {
		return release.RunResult{}, err
	}
	defer body.Close()
	return result, json.NewDecoder(body).Decode(&result)
}

// Scale changes the sizes of the fleet that serves.
func (c *Client) Scale(ctx context.Context, sizes environment.Sizes) (outcome environment.Scaled, err error) {
	content, err := json.Marshal(sizes)
	if err != nil {
		return environment.Scaled{}, err
	}
	body, err := c.sendBody(ctx, http.MethodPost, "sizes", content)
	if err != nil {
		return environment.Scaled{}, err
	}
	defer body.Close()
	return outcome, json.NewDecoder(body).Decode(&outcome)
}

// Shell returns where a shell on an instance of the fleet starts.
func (c *Client) Shell(ctx context.Context, instance string) (start Shell, err error) {
	return start, c.get(ctx, "instances/"+url.PathEscape(instance)+"/shell", &start)
}

// Terminate drains and terminates an instance, which its group replaces. It returns at once.
func (c *Client) Terminate(ctx context.Context, instance string) error {
	return c.post(ctx, "instances/"+url.PathEscape(instance)+"/terminate")
}

// Crash kills an instance without warning.
func (c *Client) Crash(ctx context.Context, instance string) error {
	return c.post(ctx, "instances/"+url.PathEscape(instance)+"/crash")
}

// Console returns an address that opens the console once, in one browser, for as long as the cloud
// runs, or "" if there is no console.
func (c *Client) Console(ctx context.Context) (address string, err error) {
	body, err := c.send(ctx, http.MethodPost, "console")
	if err != nil {
		return "", err
	}
	defer body.Close()
	var opened Opened
	err = json.NewDecoder(body).Decode(&opened)
	return opened.Address, err
}

// Log reads an instance's log from an offset in bytes, even of an instance that is gone. The caller
// closes it.
func (c *Client) Log(ctx context.Context, instance string, offset int64) (io.ReadCloser, error) {
	return c.send(ctx, http.MethodGet, fmt.Sprintf("instances/%s/log?offset=%d", url.PathEscape(instance), offset))
}

// LogsOf lists the instances of a release that have a log, also those that are gone.
func (c *Client) LogsOf(ctx context.Context, name string) (instances []string, err error) {
	return instances, c.get(ctx, "releases/"+url.PathEscape(name)+"/logs", &instances)
}

func (c *Client) get(ctx context.Context, path string, answer any) error {
	body, err := c.send(ctx, http.MethodGet, path)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(answer); err != nil {
		return release.Errorf(release.NothingUp, "what answers at %s is not a local cloud of this version (%w): start one with `gallery up`", c.endpoint.API, err)
	}
	return nil
}

func (c *Client) post(ctx context.Context, path string) error {
	body, err := c.send(ctx, http.MethodPost, path)
	if err != nil {
		return err
	}
	return body.Close()
}

func (c *Client) send(ctx context.Context, method, path string) (io.ReadCloser, error) {
	return c.sendBody(ctx, method, path, nil)
}

func (c *Client) sendBody(ctx context.Context, method, path string, content []byte) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.endpoint.API+Prefix+path, bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	if err := sign(request, c.endpoint.Key, content); err != nil {
		return nil, err
	}
	response, err := c.http.Do(request)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &unproven{}):
		return nil, cause(err)
	case err != nil:
		return nil, release.Errorf(release.NothingUp, "nothing answers at %s any more (%w): start it with `gallery up`", c.endpoint.API, cause(err))
	case response.StatusCode < 300:
		return response.Body, nil
	}
	defer response.Body.Close()
	var refusal Refusal
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&refusal); err != nil || refusal.Code == "" {
		return nil, release.Errorf(release.NothingUp, "what answers at %s is not a local cloud (%s): start one with `gallery up`", c.endpoint.API, response.Status)
	}
	return nil, release.Errorf(refusal.Code, "%s", refusal.Message)
}

// cause drops the method and the URL, which mean nothing to people.
func cause(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		return outer.Err
	}
	return err
}
