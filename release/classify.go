package release

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"slices"
	"strings"
	"syscall"
)

// apiError is implemented by the errors of AWS SDK clients. It is declared here so that the domain
// imports no SDK.
type apiError interface {
	error
	ErrorCode() string
	ErrorMessage() string
}

// codesOf maps AWS's error codes to ours. Each service names the same condition differently. The
// codes are those of the SDK's modeled errors, and of
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, because EC2 models
// none.
var codesOf = index(map[Code][]string{
	Throttled: {
		"RequestLimitExceeded", "Throttling", "ThrottlingException", "ThrottledException",
		"RequestThrottled", "RequestThrottledException", "TooManyRequestsException",
		"ProvisionedThroughputExceededException", "SlowDown", "EC2ThrottledException",
		"BandwidthLimitExceeded", "TransactionInProgressException", "PriorRequestNotComplete",
		"KmsThrottlingException", "SnapshotCreationPerVolumeRateExceeded",
		"ConcurrentSnapshotLimitExceeded", "PendingSnapshotLimitExceeded",
	},
	AwsUnavailable: {
		"InternalError", "InternalFailure", "InternalServerError", "InternalServerException",
		"InternalServiceError", "ServiceUnavailable", "ServiceUnavailableException", "Unavailable",
		"ServerInternal", "RequestTimeout", "RequestTimeoutException", "InternalServiceFault",
		"RequestExpired", "ServiceException", "HealthUnavailable",
		"ServiceLinkedRoleFailure", // a new account's service-linked role, which is not ready yet
	},
	CapacityUnavailable: {
		"InsufficientInstanceCapacity", "InsufficientHostCapacity", "InsufficientCapacity",
		"InsufficientReservedInstanceCapacity", "InsufficientCapacityOnHost", "InsufficientVolumeCapacity",
		"Unsupported", "InsufficientFreeAddressesInSubnet",
	},
	QuotaExceeded: {
		"VcpuLimitExceeded", "InstanceLimitExceeded", "LimitExceeded", "LimitExceededException", "LimitExceededFault",
		"TooManyLoadBalancers", "TooManyListeners", "TooManyRules", "TooManyTargetGroups", "TooManyTargets",
		"ResourceLimitExceeded", "ResourceCountExceeded", "ServiceQuotaExceededException", "QuotaExceededException",
		"ImageLimitExceeded", "SnapshotLimitExceeded", "VolumeLimitExceeded", "AddressLimitExceeded",
		"NetworkInterfaceLimitExceeded", "ExecutionLimitExceeded",
	},
	AccessDenied: {
		"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedAccess",
		"AuthFailure", "InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException", "ExpiredToken",
		"ExpiredTokenException", "OptInRequired", "PendingVerification", "SignatureDoesNotMatch", "OperationNotPermitted",
		"Blocked", "Forbidden", "KmsAccessDeniedException", "DependencyAccessDeniedException",
	},
	StillInUse: {
		"DependencyViolation", "ResourceInUse", "ResourceInUseException", "InvalidSnapshot.InUse",
		"ScalingActivityInProgress", "ResourceContention", "InstanceRefreshInProgress",
		"IncorrectInstanceState", "IncorrectState", "ConcurrentModificationException", "ConcurrentTagAccess",
		"ConflictException",           // EventBridge Scheduler, whose name is not taken
		"TargetGroupAssociationLimit", // a load balancer that was just deleted still uses the target group
	},
})

var notFound = set(
	"InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed", "InvalidAMIID.NotFound", "InvalidAMIID.Malformed", "InvalidAMIID.Unavailable",
	"InvalidSnapshot.NotFound", "InvalidSubnetID.NotFound", "InvalidLaunchTemplateId.NotFound",
	"InvalidLaunchTemplateName.NotFoundException", "InvalidLaunchTemplateId.VersionNotFound",
	"LoadBalancerNotFound", "ListenerNotFound", "RuleNotFound", "TargetGroupNotFound",
	"ResourceNotFound", "ResourceNotFoundException", "NoSuchResourceException", "NoSuchKey", "NotFound", "ParameterNotFound",
	"ExecutionDoesNotExist", "StateMachineDoesNotExist", "ActiveInstanceRefreshNotFound",
)

var alreadyExists = set(
	"InvalidLaunchTemplateName.AlreadyExistsException", "InvalidAMIName.Duplicate", "AlreadyExists",
	"DuplicateLoadBalancerName", "DuplicateListener", "PriorityInUse", "ConflictException",
	"ConditionalCheckFailedException", "PreconditionFailed",
)

// tooEarly holds the errors of calls that need something made seconds ago: an instance profile, a
// template's tags, an image. Permanent errors have the same codes, so the messages, as others have
// recorded them, decide.
//   - Auto Scaling tries a template out: https://github.com/hashicorp/terraform-provider-aws/pull/5633
//     (also for a profile's ARN: https://github.com/hashicorp/terraform-provider-aws/issues/24910)
//   - and finds the caller not allowed to use it; the same is said where a permission lacks for good:
//     https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-launch-template.html
//   - EC2 does not know the profile of an instance: https://github.com/hashicorp/terraform/issues/15341
//     https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
var tooEarly = []struct{ code, message string }{
	{"ValidationError", "You must use a valid fully-formed launch template"},
	{"AccessDenied", "You are not authorized to use launch template"},
	{"InvalidParameterValue", "Invalid IAM Instance Profile"},
}

// taskOver holds Step Functions' codes for a task token that nobody waits on.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
var taskOver = set("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")

// IsNotFound reports whether AWS says that the named thing does not exist. Right after a creation
// that means "not yet", and it proves no deletion.
func IsNotFound(err error) bool { return notFound[awsCode(err)] }

// IsAlreadyExists reports whether AWS says that the name is taken or a condition on absence failed.
func IsAlreadyExists(err error) bool { return alreadyExists[awsCode(err)] }

// IsTaskOver reports whether the awaited task has ended, so that its token needs no answer.
func IsTaskOver(err error) bool { return taskOver[awsCode(err)] }

// Classify returns the Error in err, or makes one from AWS's error code, a lost connection or an
// expired deadline. Any other error is Unexpected. It returns nil for a nil error.
func Classify(err error) *Error {
	if err == nil {
		return nil
	}
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	var api apiError
	if errors.As(err, &api) {
		return &Error{Code: codeOfAPI(api, err), Message: api.ErrorCode() + ": " + api.ErrorMessage(), Err: err}
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &Error{Code: StillInUse, Message: "the disk of this machine is full: free some space, and try again (" + err.Error() + ")", Err: err}
	}
	if isConnectionLost(err) {
		return &Error{Code: AwsUnavailable, Message: err.Error(), Err: err}
	}
	return &Error{Code: Unexpected, Message: err.Error(), Err: err}
}

// codeOfAPI also takes the whole error, because the HTTP status is in its wrapper.
func codeOfAPI(api apiError, err error) Code {
	if isTooEarly(api) {
		return NotSeenYet
	}
	if code, known := codesOf[api.ErrorCode()]; known {
		return code
	}
	if isServerFault(err) {
		return AwsUnavailable
	}
	return AwsRefused
}

func isTooEarly(api apiError) bool {
	return slices.ContainsFunc(tooEarly, func(refusal struct{ code, message string }) bool {
		return api.ErrorCode() == refusal.code && strings.Contains(api.ErrorMessage(), refusal.message)
	})
}

// isServerFault looks at the status of an HTTP response error, for unknown codes.
func isServerFault(err error) bool {
	var response interface{ HTTPStatusCode() int }
	return errors.As(err, &response) && response.HTTPStatusCode() >= 500
}

func isConnectionLost(err error) bool {
	var network net.Error
	var file *fs.PathError
	if errors.As(err, &file) && !errors.As(err, new(*net.OpError)) {
		return false // syscall.Errno is a net.Error, too
	}
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network)
}

func awsCode(err error) string {
	var api apiError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func index(lists map[Code][]string) map[string]Code {
	byAWS := map[string]Code{}
	for ours, codes := range lists {
		for _, code := range codes {
			byAWS[code] = ours
		}
	}
	return byAWS
}

func set(codes ...string) map[string]bool {
	members := map[string]bool{}
	for _, code := range codes {
		members[code] = true
	}
	return members
}
