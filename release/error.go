// Package release is the domain of Photogallery: the requests for releases, the names and tags of
// their resources, and the codes of their failures. It imports no SDK.
package release

import (
	"errors"
	"fmt"
)

// Code names one kind of failure. Codes are stable: the state machines' Retry and Catch, the
// command line and the documentation match them.
type Code string

// The codes. State machines retry Throttled, AwsUnavailable, CapacityUnavailable, StillInUse and
// NotSeenYet. Any other code ends the release and undoes it.
const (
	InvalidRequest      Code = "InvalidRequest"      // the request cannot be carried out as written
	ImageNotFound       Code = "ImageNotFound"       // the requested or needed image does not exist or cannot be used
	QuotaExceeded       Code = "QuotaExceeded"       // an account limit is too low; waiting does not help
	BudgetUsedUp        Code = "BudgetUsedUp"        // the month's budget is used up; the message has what was spent
	AccessDenied        Code = "AccessDenied"        // AWS denies the caller access
	Throttled           Code = "Throttled"           // AWS asks the caller to slow down
	AwsUnavailable      Code = "AwsUnavailable"      // AWS or the connection to it failed
	CapacityUnavailable Code = "CapacityUnavailable" // no zone that was tried has an instance of the type
	StillInUse          Code = "StillInUse"          // something else uses the resource for the moment
	NotSeenYet          Code = "NotSeenYet"          // AWS rejects what it may accept in a minute: something it needs was just made
	AwsRefused          Code = "AwsRefused"          // AWS rejects the request for another reason; the message has AWS's code
	BuildFailed         Code = "BuildFailed"         // provisioning failed or did not end, by the builder's report
	BuilderDied         Code = "BuilderDied"         // the builder ended before it reported a result
	RunFailed           Code = "RunFailed"           // the command of a run failed, took too long, or its instance ended before it
	ImageFailed         Code = "ImageFailed"         // AWS could not make the image, or not in time
	LoadBalancerFailed  Code = "LoadBalancerFailed"  // the load balancer did not become active in time
	FleetFailed         Code = "FleetFailed"         // the group did not become healthy in time
	RefreshFailed       Code = "RefreshFailed"       // the instance refresh failed or was canceled
	RefreshRolledBack   Code = "RefreshRolledBack"   // the instance refresh went back to the former version
	VerifyFailed        Code = "VerifyFailed"        // the release does not answer through the load balancer
	TrafficRejected     Code = "TrafficRejected"     // the new fleet serves its share of the traffic worse than the former one
	RolledBack          Code = "RolledBack"          // a person rolled the release back
	NotApproved         Code = "NotApproved"         // nobody approved the release in time
	LockLost            Code = "LockLost"            // another execution took the environment's lock
	SweepStuck          Code = "SweepStuck"          // a deletion did not finish in time
	LeftBehind          Code = "LeftBehind"          // a teardown ended with resources left; the message names them
	NothingUp           Code = "NothingUp"           // no local cloud is running
	NotFound            Code = "NotFound"            // the thing that the command line names does not exist
	Unexpected          Code = "Unexpected"          // a defect, or an unexpected answer
)

// Codes lists every Code in the order of declaration.
func Codes() []Code {
	return []Code{
		InvalidRequest, ImageNotFound, QuotaExceeded, BudgetUsedUp, AccessDenied, Throttled, AwsUnavailable,
		CapacityUnavailable, StillInUse, NotSeenYet, AwsRefused, BuildFailed, BuilderDied, RunFailed, ImageFailed,
		LoadBalancerFailed, FleetFailed, RefreshFailed, RefreshRolledBack, VerifyFailed, TrafficRejected,
		RolledBack, NotApproved, LockLost, SweepStuck, LeftBehind, NothingUp, NotFound, Unexpected,
	}
}

// Error is a failure with a stable Code and a Message for people: what was wrong, with the value,
// and what to do. Err is the cause, or nil.
type Error struct {
	Code    Code
	Message string
	Err     error
}

// Errorf returns an Error with a formatted message. A %w verb keeps the cause.
func Errorf(code Code, format string, args ...any) *Error {
	formatted := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: formatted.Error(), Err: errors.Unwrap(formatted)}
}

// Error returns the code and the message.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Unwrap returns the cause, or nil if there is none.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code that Classify gives to err, or "" for a nil error.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	return Classify(err).Code
}
