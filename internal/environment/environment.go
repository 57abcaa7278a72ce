// Package environment models an environment as it is, and reads it through SDK clients from a stack
// on AWS or from the embedded cloud of one machine.
package environment

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/release"
)

// Status is the state of an environment at one moment, on one machine or on AWS. Some fields are
// for one of the two only.
type Status struct {
	Version         string     `json:"version,omitempty"` // of the local cloud's program
	Stack           string     `json:"stack,omitempty"`   // the CloudFormation stack's name, on AWS
	Region          string     `json:"region,omitempty"`  // on AWS
	Environment     string     `json:"environment"`
	PID             int        `json:"pid,omitempty"`       // of a local cloud
	Started         time.Time  `json:"started,omitzero"`    // of a local cloud
	Pace            float64    `json:"pace,omitempty"`      // of a local cloud
	Data            string     `json:"data,omitempty"`      // a local cloud's data folder
	Gallery         string     `json:"gallery"`             // the load balancer's URL, or "" if there is none on AWS
	FrontDoor       string     `json:"frontDoor,omitempty"` // its address, or "" for none or the gallery's own
	Console         string     `json:"console,omitempty"`
	ReleaseMachine  string     `json:"releaseMachine"`  // ARN
	TeardownMachine string     `json:"teardownMachine"` // ARN
	LoadBalancer    string     `json:"loadBalancer"`    // active or provisioning, or "" if there is none
	Serving         *Serving   `json:"serving,omitempty"`
	Group           *Group     `json:"group,omitempty"` // of the fleet that serves; see Main
	Fleets          []Fleet    `json:"fleets"`          // blue before green
	Instances       []Instance `json:"instances"`       // live ones, including builders
	Alarms          []Alarm    `json:"alarms"`
	Activities      []Activity `json:"activities"` // of all fleets, newest first, at most 20
	Schedules       []Schedule `json:"schedules"`

	Spending *release.Spending `json:"spending,omitempty"` // of this month, or nil without a budget
	Visits   *Visits           `json:"visits,omitempty"`   // nil unless something serves that goes to sleep
}

// Serving is the serving release.
type Serving struct {
	Slot        release.Slot `json:"slot"`
	Release     string       `json:"release"`
	Version     string       `json:"version"`
	Image       string       `json:"image"`
	FormerImage string       `json:"formerImage,omitempty"`
	Base        *Base        `json:"base,omitempty"`   // of the image, or nil if that is not known
	Resize      *Resize      `json:"resize,omitempty"` // the next change of the fleet's size by its schedule
}

// Base is the base image of an image.
type Base struct {
	ID           string    `json:"id"`
	Created      time.Time `json:"created,omitzero"`      // zero if it cannot be seen any more
	Newer        string    `json:"newer,omitempty"`       // a newer one, or "" if there is none
	NewerCreated time.Time `json:"newerCreated,omitzero"` // of Newer
}

// Fleet is the group in a slot, with its targets.
type Fleet struct {
	Slot        release.Slot   `json:"slot"`
	Group       Group          `json:"group"`
	Health      map[string]int `json:"health"`      // how many targets are initial, healthy, unhealthy, draining
	Traffic     int            `json:"traffic"`     // percent of the visitors that the load balancer leads to it
	TargetGroup string         `json:"targetGroup"` // ARN
}

// Group is the Auto Scaling group's size.
type Group struct {
	Min       int    `json:"min"`
	Max       int    `json:"max"`
	Desired   int    `json:"desired"`
	InService int    `json:"inService"`
	Refresh   string `json:"refresh,omitempty"` // the running refresh's status and percentage
}

// Instance is an instance that has not been terminated.
type Instance struct {
	ID       string       `json:"id"`
	Role     string       `json:"role"`           // builder or fleet
	Slot     release.Slot `json:"slot,omitempty"` // of the fleet, or "" for a builder
	Zone     string       `json:"zone"`
	State    string       `json:"state"`  // in EC2's words
	Health   string       `json:"health"` // the target's: initial, healthy, unhealthy or draining, or "" for a builder
	Image    string       `json:"image"`
	Version  string       `json:"version,omitempty"` // of its image
	Address  string       `json:"address,omitempty"` // host:port of its service
	Launched time.Time    `json:"launched"`
	CPU      *float64     `json:"cpu,omitempty"` // percent of one core, on AWS of all that it has; nil if it is not known
}

// Alarm is an alarm of the release.
type Alarm struct {
	Name        string            `json:"name"`
	Slot        release.Slot      `json:"slot"` // of the fleet that it watches, or "" for the load balancer
	Kind        release.AlarmKind `json:"kind"`
	State       string            `json:"state"` // OK, ALARM or INSUFFICIENT_DATA
	Reason      string            `json:"reason"`
	Description string            `json:"description"` // its purpose and its effect
	Since       time.Time         `json:"since"`       // of its state
	Marks       []Mark            `json:"marks"`       // all of them must be crossed
	Minutes     int               `json:"minutes"`     // until it fires: in a row, or for the load balancer three of five
	Crossed     int               `json:"crossed"`     // how many minutes they have been crossed, up to Minutes

	MissingIsBad bool `json:"-"` // whether a minute without data crosses a mark

	metric types.Metric // what it watches, if that is one metric
}

// Mark is a threshold of an alarm.
type Mark struct {
	Metric    string  `json:"metric"` // requests, cpu, unhealthy, healthy or errors, as in Sample
	Threshold float64 `json:"threshold"`
	Below     bool    `json:"below"` // whether the alarm is for values below it
}

// Activity is a line of the group's activity log.
type Activity struct {
	Time        time.Time    `json:"time"`
	Status      string       `json:"status"`
	Description string       `json:"description"`
	Cause       string       `json:"cause"`
	Instance    string       `json:"instance,omitempty"`
	Slot        release.Slot `json:"slot"`
	Did         string       `json:"did"` // launched, terminated, or failed to launch
	Why         string       `json:"why"` // in a few words: requests-high, 312 per target > 200
}

// Resize is a change of the fleet's bounds by its scheduled sizes.
type Resize struct {
	At      time.Time `json:"at"`
	MinSize int       `json:"minSize"`
	MaxSize int       `json:"maxSize"`
}

// Schedule will start a state machine.
type Schedule struct {
	Name       string    `json:"name"`
	Expression string    `json:"expression"`
	TimeZone   string    `json:"timeZone,omitempty"`
	Starts     string    `json:"starts"` // release, rebake, teardown, or sleep for a teardown unless somebody visits
	Next       time.Time `json:"next,omitzero"`
}

// Image is an image of a release.
type Image struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	State   string    `json:"state"`
	Version string    `json:"version"`
	Release string    `json:"release"`
	Digest  string    `json:"digest"`
	Created time.Time `json:"created"`
	Bytes   int64     `json:"bytes"` // of its snapshot
	Serving bool      `json:"serving"`
	Former  bool      `json:"former"`         // for a rollback
	Base    *Base     `json:"base,omitempty"` // nil if it is not known
}
