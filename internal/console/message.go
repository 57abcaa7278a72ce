package console

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/release"
)

// overview is a message with everything except executions' histories and samples.
type overview struct {
	Status     environment.Status  `json:"status"`
	Executions []listed            `json:"executions"`
	Images     []environment.Image `json:"images"`
	Settings   names               `json:"settings"`
	Cost       *Cost               `json:"cost"` // nil on one machine
	Load       *loadState          `json:"load"`
	Can        can                 `json:"can"`
}

// names are what the app is configured with, without values: people project the page.
type names struct {
	Settings []string `json:"settings"`
	Secrets  []string `json:"secrets"`
	Next     bool     `json:"next"` // whether they differ from those that serve
}

// can is what the console lets people do.
type can struct {
	Act  bool `json:"act"`  // false if it is read-only
	Play bool `json:"play"` // crash instances and send load
}

// progress is a message about a running execution. Events are those after the ID.
type progress struct {
	Kind   kind                  `json:"kind"`
	Name   string                `json:"name"`
	Status types.ExecutionStatus `json:"status"`
	After  int64                 `json:"after"`
	Run    *execution.History    `json:"run"`
}

// trouble is a message about what cannot be read. Its zero value takes the last one back.
type trouble struct {
	Message string `json:"message,omitempty"` // for people
	Stale   bool   `json:"stale,omitempty"`   // all that is shown may be out of date
}

// names reads the names of the settings and the secrets.
func (c *Console) names(ctx context.Context) (names, error) {
	found, err := c.Cloud.Settings(ctx)
	all := names{Settings: []string{}, Secrets: []string{}, Next: found.Digest != found.Serving}
	for _, one := range found.Values {
		all.Settings = append(all.Settings, one.Name)
	}
	for _, one := range found.Secrets {
		all.Secrets = append(all.Secrets, one.Name)
	}
	return all, err
}

func (c *Console) cost(ctx context.Context) (*Cost, error) {
	if c.Cost == nil {
		return nil, nil
	}
	cost, err := c.Cost(ctx)
	return &cost, err
}

func (c *Console) followed(e listed) *followed {
	machine := map[kind]string{releases: c.ReleaseMachine, teardowns: c.TeardownMachine}[e.Kind]
	return &followed{e, execution.NewReader(c.Executions, release.ExecutionOf(machine, e.Name))}
}

// news returns the run with only the events after one.
func (f *followed) news(after int64) progress {
	run := *f.reader.History
	for len(run.Events) > 0 && run.Events[0].ID <= after {
		run.Events = run.Events[1:]
	}
	return progress{f.execution.Kind, f.execution.Name, run.Status, after, &run}
}
