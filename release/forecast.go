package release

// Forecast is what a release would do. Only the plan of a dry run has one.
type Forecast struct {
	StoresBundle bool `json:"storesBundle"` // the bundle is not there yet

	Bakes   bool   `json:"bakes"`   // a builder makes a new image
	Image   string `json:"image"`   // the ID of the one that is released, or "" if it is baked
	Reason  string `json:"reason"`  // why that one, or why one is baked
	Builder string `json:"builder"` // its instance type, or "" if there is none

	MakesLoadBalancer bool `json:"makesLoadBalancer"`

	Fleet    FleetChange `json:"fleet"`
	Slot     Slot        `json:"slot"`     // of the fleet that serves in the end
	Former   Slot        `json:"former"`   // of the fleet beside which a second one is made, or ""
	Running  int         `json:"running"`  // instances that serve now
	Size     int         `json:"size"`     // instances that serve in the end
	Launched int         `json:"launched"` // instances of the fleet that the release launches
	Ended    int         `json:"ended"`    // instances of the fleet that it ends
	Most     int         `json:"most"`     // instances at a time, a builder and those that drain among them
	Left     int         `json:"left"`     // instances that an earlier run left in the other slot, which go first

	Holder string   `json:"holder"` // the execution that holds the environment now, or ""
	Will   []string `json:"will"`   // all of it in sentences
}

// DryRun is the output of a release that was dry. Its only field is where the rules of the stack look,
// so that nobody gets a message.
type DryRun struct {
	Plan Plan `json:"dryRun"`
}

// FleetChange is how a release comes to its fleet.
type FleetChange string

// The changes.
const (
	FirstFleet  FleetChange = "first"  // nothing serves
	RolledFleet FleetChange = "rolled" // the instances of the one that serves are replaced
	SecondFleet FleetChange = "second" // another one takes over from the one that serves
)
