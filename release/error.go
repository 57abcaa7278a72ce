// Package release is the domain of Photogallery: what a release is asked to be, what its
// resources are called and tagged, and how its failures are named. It knows no SDK.
package release

import (
	"errors"
	"fmt"
)

// Code names one kind of failure. Codes are stable: the state machines' Retry and Catch, the
// command line and the documentation match on them.
type Code string

// The codes. Those that a state machine retries are Throttled, AwsUnavailable,
// CapacityUnavailable, StillInUse and NotSeenYet; every other ends the release and undoes it.
const (
	InvalidRequest      Code = "InvalidRequest"      // the request cannot be carried out as written
	ImageNotFound       Code = "ImageNotFound"       // the image asked for, or needed, does not exist or is not usable
	QuotaExceeded       Code = "QuotaExceeded"       // an account limit stands in the way; waiting does not help
	AccessDenied        Code = "AccessDenied"        // AWS refuses the caller
	Throttled           Code = "Throttled"           // AWS asks to slow down
	AwsUnavailable      Code = "AwsUnavailable"      // AWS, or the way to it, failed on its side
	CapacityUnavailable Code = "CapacityUnavailable" // no instance of the type is to be had in the zones tried
	StillInUse          Code = "StillInUse"          // something else holds on to the resource for the moment
	NotSeenYet          Code = "NotSeenYet"          // AWS refuses what it may take in a minute: something it needs was just made
	AwsRefused          Code = "AwsRefused"          // AWS rejects the request for a reason of its own; the message has AWS's code
	BuildFailed         Code = "BuildFailed"         // provisioning failed, as the builder reported, or had no end
	BuilderDied         Code = "BuilderDied"         // the builder stopped before it reported a result
	ImageFailed         Code = "ImageFailed"         // AWS could not make the image, or not in time
	LoadBalancerFailed  Code = "LoadBalancerFailed"  // the load balancer did not become active in time
	FleetFailed         Code = "FleetFailed"         // the group did not become healthy in time
	RefreshFailed       Code = "RefreshFailed"       // the instance refresh failed or was canceled
	RefreshRolledBack   Code = "RefreshRolledBack"   // the instance refresh went back to the former version
	VerifyFailed        Code = "VerifyFailed"        // the release does not answer through the load balancer
	LockLost            Code = "LockLost"            // another execution took the environment's lock
	SweepStuck          Code = "SweepStuck"          // a deletion did not finish in time
	LeftBehind          Code = "LeftBehind"          // a teardown ended with resources left; the message names them
	NothingUp           Code = "NothingUp"           // no local cloud answers
	NotFound            Code = "NotFound"            // what the command line was told to act on does not exist
	Unexpected          Code = "Unexpected"          // a defect, or an answer nobody foresaw
)

// Codes lists every Code, in the order of their declaration.
func Codes() []Code {
	return []Code{
		InvalidRequest, ImageNotFound, QuotaExceeded, AccessDenied, Throttled, AwsUnavailable,
		CapacityUnavailable, StillInUse, NotSeenYet, AwsRefused, BuildFailed, BuilderDied, ImageFailed,
		LoadBalancerFailed, FleetFailed, RefreshFailed, RefreshRolledBack, VerifyFailed, LockLost,
		SweepStuck, LeftBehind, NothingUp, NotFound, Unexpected,
	}
}

// Error is a failure with a stable Code and a Message for the person who reads it: what was
// wrong, with the value, and what to do. Err, where set, is what caused it.
type Error struct {
	Code    Code
	Message string
	Err     error
}

// Errorf makes an Error whose message is formatted; a %w verb keeps the cause.
func Errorf(code Code, format string, args ...any) *Error {
	formatted := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: formatted.Error(), Err: errors.Unwrap(formatted)}
}

// Error returns the code and the message.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Unwrap gives the cause, nil if there is none.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of err as Classify names it, or "" for a nil error.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	return Classify(err).Code
}
