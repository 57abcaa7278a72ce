package fabric

import (
	"encoding/json"
	"time"
)

// Event is an event on the default bus, in EventBridge's form.
// https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
type Event struct {
	Version    string          `json:"version"`
	ID         string          `json:"id"`
	Source     string          `json:"source"`
	DetailType string          `json:"detail-type"`
	Account    string          `json:"account"`
	Region     string          `json:"region"`
	Time       time.Time       `json:"time"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// Courier delivers an event to a rule's target: at once, later, never or more than once, in any
// order, as EventBridge may. It runs without the lock and may block until the fabric closes.
type Courier func(event Event, deliver func())

// Deliver sets the courier of events that are published from now on.
func (f *Fabric) Deliver(with Courier) { f.Do(func() { f.courier = with }) }

func atOnce(_ Event, deliver func()) { deliver() }

type rule struct {
	match  func(Event) bool
	target func(Event)
}

// Rule sends the events that match to target, which runs without the lock in its own goroutine.
func (f *Fabric) Rule(match func(Event) bool, target func(Event)) {
	f.Do(func() { f.rules = append(f.rules, rule{match, target}) })
}

// Publish puts an event on the bus and returns its ID. detail is marshaled. It must be called under
// the lock and returns at once, because delivery is asynchronous, as on AWS.
func (f *Fabric) Publish(source, detailType string, detail any) (id string) {
	encoded, err := json.Marshal(detail)
	if err != nil {
		panic("an event's detail cannot be encoded: " + err.Error())
	}
	event := Event{
		Version: "0", ID: f.ID("event"), Source: source, DetailType: detailType, Account: Account, Region: Region,
		Time: time.Now().UTC(), Resources: []string{}, Detail: encoded,
	}
	courier := f.courier
	for _, rule := range f.rules {
		if rule.match(event) {
			f.Go(func() { courier(event, func() { rule.target(event) }) })
		}
	}
	return event.ID
}
