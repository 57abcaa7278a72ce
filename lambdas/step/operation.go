package step

// Operation is one AWS API operation that a step calls, with the resources it may reach.
type Operation struct {
	Name   string // "ec2:RunInstances", as the SDK names it: service prefix and operation
	Scope  Scope
	Reason string // why Any is needed, or empty for every other scope
}

// Scope is one of a closed set of resources. Only cdk/permissions.go turns a scope into ARNs and
// conditions.
type Scope string

// The scopes.
const (
	Owned           Scope = "Owned"           // resources with the environment's tag
	CreatedTagged   Scope = "CreatedTagged"   // resources made by this call, tagged in the same call
	FromOwnImage    Scope = "FromOwnImage"    // instances made by this call from the environment's images, tagged in the same call
	Named           Scope = "Named"           // resources whose ARN contains the environment's name
	StackTable      Scope = "StackTable"      // the lock-and-result table
	StackBucket     Scope = "StackBucket"     // bundles in the stack's bucket
	StackSettings   Scope = "StackSettings"   // the app's settings and secrets in the stack's bucket
	UploadKey       Scope = "UploadKey"       // the upload key in the stack's bucket
	StackSBOMs      Scope = "StackSBOMs"      // the images' software bills of materials in the stack's bucket
	WakingRecord    Scope = "WakingRecord"    // the front door's own item of the table
	ReleaseMachine  Scope = "ReleaseMachine"  // the release state machine alone
	StackMachines   Scope = "StackMachines"   // the environment's state machines and their executions
	StackTarget     Scope = "StackTarget"     // the stack's target group
	ScheduleGroup   Scope = "ScheduleGroup"   // schedules in the environment's group
	StackEvents     Scope = "StackEvents"     // what releases tell people, on the default event bus
	BudgetEvents    Scope = "BudgetEvents"    // what the budget tells people, on the default event bus
	StackZone       Scope = "StackZone"       // the hosted zone of the gallery's domain, or none without a domain
	PublicParameter Scope = "PublicParameter" // Amazon's public parameters of base images
	Any             Scope = "Any"             // operations without resource types, with a Reason
)
