package app

import (
	"cmp"
	"errors"
	"net/http"
)

// Code names one kind of failure. It is stable: scripts read it in JSON answers and operators find
// it in the log.
type Code string

// The codes of an Error.
const (
	InvalidConfig      Code = "InvalidConfig"
	AddressUnavailable Code = "AddressUnavailable"
	StorageUnavailable Code = "StorageUnavailable"
	StorageFull        Code = "StorageFull"
	Busy               Code = "Busy"
	NotFound           Code = "NotFound"
	BadRequest         Code = "BadRequest"
	CrossOrigin        Code = "CrossOrigin"
	UnknownHost        Code = "UnknownHost"
	UploadsOff         Code = "UploadsOff"
	SignInFirst        Code = "SignInFirst"
	WrongKey           Code = "WrongKey"
	TooManyAttempts    Code = "TooManyAttempts"
	TooManyFiles       Code = "TooManyFiles"
	FileTooLarge       Code = "FileTooLarge"
	TooManyPixels      Code = "TooManyPixels"
	NotAnImage         Code = "NotAnImage"
	ImageDamaged       Code = "ImageDamaged"
	UnsupportedImage   Code = "UnsupportedImage"
	TooHardToDecode    Code = "TooHardToDecode"
)

// Error is every failure that this package reports on purpose. Message is one or two sentences for
// people: what was wrong, with the value, and what to do. Err, which may be nil, is the cause; it
// goes to the log, never to a visitor.
type Error struct {
	Code    Code
	Message string
	Err     error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + " (" + e.Err.Error() + ")"
}

// Unwrap returns the cause, or nil if there is none.
func (e *Error) Unwrap() error { return e.Err }

// problem returns the Error in err. Visitors see any other error as a storage failure, because only
// the storage can fail by itself here.
func problem(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	return &Error{StorageUnavailable, "The photo storage does not answer right now. Please try again in a minute.", err}
}

var statuses = map[Code]int{
	NotFound:         http.StatusNotFound,
	BadRequest:       http.StatusBadRequest,
	CrossOrigin:      http.StatusForbidden,
	UnknownHost:      http.StatusMisdirectedRequest,
	UploadsOff:       http.StatusForbidden,
	SignInFirst:      http.StatusUnauthorized,
	WrongKey:         http.StatusUnauthorized,
	TooManyAttempts:  http.StatusTooManyRequests,
	TooManyFiles:     http.StatusRequestEntityTooLarge,
	FileTooLarge:     http.StatusRequestEntityTooLarge,
	TooManyPixels:    http.StatusRequestEntityTooLarge,
	NotAnImage:       http.StatusUnprocessableEntity,
	ImageDamaged:     http.StatusUnprocessableEntity,
	UnsupportedImage: http.StatusUnprocessableEntity,
	TooHardToDecode:  http.StatusRequestEntityTooLarge,
	StorageFull:      http.StatusInsufficientStorage,
}

func (e *Error) status() int { return cmp.Or(statuses[e.Code], http.StatusServiceUnavailable) }
