package console

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/execution"
	"photogallery/internal/local/control"
	"photogallery/release"
)

// kind is release or teardown.
type kind string

const (
	releases  kind = "release"
	teardowns kind = "teardown"
)

// machine returns the ARN of a kind's state machine. The error is NotFound for any other kind.
func (c *Console) machine(of kind) (arn string, err error) {
	switch of {
	case releases:
		return c.ReleaseMachine, nil
	case teardowns:
		return c.TeardownMachine, nil
	}
	return "", release.Errorf(release.NotFound, "there is no state machine %q: choose release or teardown", string(of))
}

// listed is a line of the list.
type listed struct {
	Kind   kind                  `json:"kind"`
	Name   string                `json:"name"`
	Status types.ExecutionStatus `json:"status"`
	Began  time.Time             `json:"began"`
	Ended  time.Time             `json:"ended,omitzero"`
	Error  string                `json:"error,omitempty"` // of one that failed
}

// newest is how many executions of each kind are shown, and dry ones how many dry runs, which the page waits
// for and does not list.
const (
	newest = 25
	dry    = 5
)

// list returns the latest executions of both kinds, newest first.
func (c *Console) list(ctx context.Context, reasons *execution.Reasons) ([]listed, error) {
	found, err := execution.List(ctx, c.Executions, 4*newest, c.ReleaseMachine, c.TeardownMachine)
	if err != nil {
		return nil, err
	}
	all, count := []listed{}, map[kind]int{}
	for _, e := range found {
		of, counted, most := releases, kind(""), newest
		if e.MachineARN == c.TeardownMachine {
			of = teardowns
		}
		if counted = of; e.IsNamedDry() {
			counted, most = "dry "+of, dry
		}
		if count[counted]++; count[counted] > most {
			continue
		}
		reason, err := reasons.Of(ctx, c.Executions, e)
		if err != nil {
			return nil, err
		}
		all = append(all, listed{of, e.Name, e.Status, e.Began, e.Ended, reason.Error})
	}
	return all, nil
}

// execution answers with a whole execution without the data of its events.
func (c *Console) execution(w http.ResponseWriter, r *http.Request) {
	reader, err := c.reader(r)
	if err == nil {
		err = reader.Read(r.Context())
	}
	if err != nil {
		c.refuse(w, notThere(r, err))
		return
	}
	answer(w, http.StatusOK, reader.History)
}

func (c *Console) reader(r *http.Request) (*execution.Reader, error) {
	machine, err := c.machine(kind(r.PathValue("kind")))
	if err != nil {
		return nil, err
	}
	return execution.NewReader(c.Executions, release.ExecutionOf(machine, r.PathValue("name"))), nil
}

func notThere(r *http.Request, err error) error {
	if release.IsNotFound(err) {
		return release.Errorf(release.NotFound, "there is no %s %q any more: choose one from the list", r.PathValue("kind"), r.PathValue("name"))
	}
	return err
}

// event answers with the data of one event.
func (c *Console) event(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		control.Refuse(w, release.Errorf(release.InvalidRequest, "event %q: give its number", r.PathValue("id")))
		return
	}
	reader, err := c.reader(r)
	if err == nil {
		reader.Data = map[int64]string{}
		err = reader.Read(r.Context())
	}
	if err != nil {
		c.refuse(w, notThere(r, err))
		return
	}
	for _, event := range reader.History.Events {
		if event.ID == id {
			answer(w, http.StatusOK, carried{event.Type, reader.Data[id]})
			return
		}
	}
	control.Refuse(w, release.Errorf(release.NotFound, "the execution has no event %d", id))
}

// carried is the payload of an event, JSON as text.
type carried struct {
	Type types.HistoryEventType `json:"type"`
	Data string                 `json:"data"`
}

func (c *Console) schema(w http.ResponseWriter, r *http.Request) {
	schemas := map[kind][]byte{releases: release.RequestSchema, teardowns: release.TeardownSchema}
	document, known := schemas[kind(r.PathValue("kind"))]
	if !known {
		_, err := c.machine(kind(r.PathValue("kind")))
		control.Refuse(w, err)
		return
	}
	answer(w, http.StatusOK, json.RawMessage(document))
}
