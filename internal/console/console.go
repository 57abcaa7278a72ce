// Package console serves the page of an environment, on one machine or on AWS: what runs, the fleet,
// the traffic and the alarms, live, with the actions of the command line. All its files are embedded.
package console

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/internal/local/control"
)

// Cloud is the environment that a console shows. Its methods may be called from any goroutine.
type Cloud interface {
	Status(context.Context) (environment.Status, error)
	Images(context.Context) ([]environment.Image, error)
	// History returns what happened in the environment, newest first.
	History(context.Context) ([]environment.Past, error)
	Settings(context.Context) (environment.Settings, error)
	// Samples returns the samples after a time, oldest first.
	Samples(ctx context.Context, after time.Time) ([]environment.Sample, error)
	Terminate(ctx context.Context, instance string) error
	Log(ctx context.Context, instance string) (io.ReadSeekCloser, error)
	// LogsOf lists the instances of a release that have a log, also those that are gone.
	LogsOf(ctx context.Context, release string) ([]string, error)
}

// Executions starts, stops, lists and reads executions; *sfn.Client is one.
type Executions interface {
	execution.FollowAPI
	StartExecution(context.Context, *sfn.StartExecutionInput, ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error)
	StopExecution(context.Context, *sfn.StopExecutionInput, ...func(*sfn.Options)) (*sfn.StopExecutionOutput, error)
}

// Options are the options of a Console. All up to TeardownMachine are required.
type Options struct {
	Cloud           Cloud
	Executions      Executions
	Events          execution.EventPutter
	ReleaseMachine  string // ARN
	TeardownMachine string // ARN
	Polls           Polls
	ReadOnly        bool              // refuse everything that changes the environment
	Explain         func(error) error // words an error of AWS for people; nil leaves errors as they are
	Opener          string            // the command that prints an address which opens the console

	// Crash kills an instance. It is nil on AWS, where the console sends no load and takes no folder either.
	Crash func(ctx context.Context, instance string) error
	// Cost returns what the environment costs. It is nil on one machine.
	Cost func(context.Context) (Cost, error)
}

// Cost holds the costs of an hour by list prices.
type Cost struct {
	Hour     float64 `json:"hour"` // as it is now
	Idle     float64 `json:"idle"` // the part of Hour that a teardown leaves
	Least    float64 `json:"least"`
	Most     float64 `json:"most"` // between Least and Most while a release serves, by its size
	Currency string  `json:"currency"`
	Region   string  `json:"region"` // of the prices
	Date     string  `json:"date"`   // of the prices
}

// Console serves the page. The caller closes it.
type Console struct {
	Options
	feed    *feed
	keys    *keyring
	load    loader
	closing context.Context
	close   context.CancelFunc
	running sync.WaitGroup
}

// New returns a console. It calls the cloud only while a page is open.
func New(options Options) *Console {
	if options.Explain == nil {
		options.Explain = func(err error) error { return err }
	}
	c := &Console{Options: options, keys: newKeyring(options.Opener)}
	c.closing, c.close = context.WithCancel(context.Background())
	c.feed = &feed{console: c, subscribers: map[chan []byte]bool{}}
	return c
}

// Close ends the streams and the load, and waits for them.
func (c *Console) Close() {
	c.close()
	c.load.stop()
	c.running.Wait()
}

// isLocal reports whether the environment is on one machine.
func (c *Console) isLocal() bool { return c.Crash != nil }

// refuse answers a request with an error in words for people.
func (c *Console) refuse(w http.ResponseWriter, err error) { control.Refuse(w, c.Explain(err)) }
