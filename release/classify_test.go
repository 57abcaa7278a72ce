package release_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"syscall"
	"testing"

	"photogallery/release"
)

// awsError is an error as SDK clients return it.
type awsError struct{ code string }

// refusal is one whose message matters.
type refusal struct {
	awsError
	message string
}

func (r refusal) ErrorMessage() string { return r.message }

func (e awsError) Error() string        { return "api error " + e.code }
func (e awsError) ErrorCode() string    { return e.code }
func (e awsError) ErrorMessage() string { return "as AWS puts it" }

// response is an error that carries an HTTP response's status, as the SDK's transport wraps them.
type response struct {
	error
	status int
}

func (r response) HTTPStatusCode() int { return r.status }
func (r response) Unwrap() error       { return r.error }

func TestErrorsAreClassifiedByCode(t *testing.T) {
	own := release.Errorf(release.BuildFailed, "exit 1")
	tests := map[string]struct {
		err  error
		want release.Code
	}{
		"nil":                      {nil, ""},
		"our own":                  {own, release.BuildFailed},
		"our own, wrapped":         {fmt.Errorf("bake: %w", own), release.BuildFailed},
		"our own, joined":          {errors.Join(errors.New("other"), own), release.BuildFailed},
		"our own about AWS's":      {release.Errorf(release.ImageFailed, "image: %w", awsError{"Throttling"}), release.ImageFailed},
		"throttled by EC2":         {awsError{"RequestLimitExceeded"}, release.Throttled},
		"throttled, wrapped twice": {fmt.Errorf("a: %w", fmt.Errorf("b: %w", awsError{"ThrottlingException"})), release.Throttled},
		"S3 slows down":            {awsError{"SlowDown"}, release.Throttled},
		"AWS fails":                {awsError{"InternalError"}, release.AwsUnavailable},
		"no capacity":              {awsError{"InsufficientInstanceCapacity"}, release.CapacityUnavailable},
		"quota of vCPUs":           {awsError{"VcpuLimitExceeded"}, release.QuotaExceeded},
		"not allowed":              {awsError{"UnauthorizedOperation"}, release.AccessDenied},
		"forbidden to look":        {awsError{"Forbidden"}, release.AccessDenied},
		"a dependency":             {awsError{"DependencyViolation"}, release.StillInUse},
		"a fresh account's role":   {awsError{"ServiceLinkedRoleFailure"}, release.AwsUnavailable},
		"a fresh account":          {awsError{"PendingVerification"}, release.AccessDenied},
		"snapshots under way":      {awsError{"PendingSnapshotLimitExceeded"}, release.Throttled},
		"CloudWatch's quota":       {awsError{"LimitExceededFault"}, release.QuotaExceeded},
		"Scheduler changes it":     {awsError{"ConflictException"}, release.StillInUse},
		"a former load balancer's": {awsError{"TargetGroupAssociationLimit"}, release.StillInUse},
		"a profile's name, by Auto Scaling": {refusal{awsError{"ValidationError"}, "You must use a valid fully-formed launch template. " +
			"Value (fleet) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"}, release.NotSeenYet},
		"a template, by Auto Scaling": {refusal{awsError{"AccessDenied"}, "You are not authorized to use launch template: lt-0123456789abcdef0"}, release.NotSeenYet},
		"a profile's ARN, by EC2": {refusal{awsError{"InvalidParameterValue"}, "Value (arn:aws:iam::123456789012:instance-profile/builder) " +
			"for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN"}, release.NotSeenYet},
		"another refusal of such a code": {refusal{awsError{"AccessDenied"}, "User is not authorized to perform: autoscaling:CreateAutoScalingGroup"}, release.AccessDenied},
		"a code no list has":             {awsError{"InvalidParameterValue"}, release.AwsRefused},
		"such a code, server fault":      {response{awsError{"Mystery"}, 503}, release.AwsUnavailable},
		"such a code, client fault":      {response{awsError{"Mystery"}, 400}, release.AwsRefused},
		"deadline":                       {fmt.Errorf("call: %w", context.DeadlineExceeded), release.AwsUnavailable},
		"connection refused":             {&net.OpError{Op: "dial", Err: errors.New("refused")}, release.AwsUnavailable},
		"a full disk":                    {fmt.Errorf("pack: %w", &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}), release.StillInUse},
		"a file that is not to be read":  {&fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, release.Unexpected},
		"connection cut off":             {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), release.AwsUnavailable},
		"cancelled":                      {context.Canceled, release.Unexpected},
		"an error nobody classified":     {errors.New("no idea"), release.Unexpected},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := release.CodeOf(test.err); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if test.err != nil && !errors.Is(release.Classify(test.err), test.err) && !errors.Is(test.err, release.Classify(test.err)) {
				t.Error("the cause is lost")
			}
		})
	}
	if release.Classify(nil) != nil {
		t.Error("no error is classified as one")
	}
}

func TestAWSErrorKeepsItsCodeInTheMessage(t *testing.T) {
	got := release.Classify(fmt.Errorf("run: %w", awsError{"InvalidSubnetID.NotFound"}))
	if got.Message != "InvalidSubnetID.NotFound: as AWS puts it" {
		t.Errorf("got %q", got.Message)
	}
}

func TestPredicatesLookThroughWrapping(t *testing.T) {
	predicates := map[string]func(error) bool{
		"not found": release.IsNotFound, "already exists": release.IsAlreadyExists, "task over": release.IsTaskOver,
	}
	tests := map[string]string{
		"InvalidInstanceID.NotFound":      "not found",
		"InvalidAMIID.Malformed":          "not found",
		"InvalidAMIID.Unavailable":        "not found",
		"NoSuchKey":                       "not found",
		"ExecutionDoesNotExist":           "not found",
		"InvalidAMIName.Duplicate":        "already exists",
		"ConditionalCheckFailedException": "already exists",
		"TaskTimedOut":                    "task over",
		"InvalidToken":                    "task over",
		"Throttling":                      "",
	}
	for code, want := range tests {
		for name, holds := range predicates {
			err := awsError{code}
			if got := holds(err); got != (name == want) {
				t.Errorf("%s of %s: %v", name, code, got)
			}
			if holds(fmt.Errorf("wrapped: %w", err)) != holds(err) {
				t.Errorf("%s of a wrapped %s differs", name, code)
			}
		}
	}
	for name, holds := range predicates {
		if holds(nil) || holds(errors.New("NoSuchKey")) || holds(release.Errorf(release.Unexpected, "x")) {
			t.Errorf("%s holds of what is no AWS error", name)
		}
	}
}
