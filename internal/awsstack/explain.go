package awsstack

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"photogallery/release"
)

// explanation explains an error of AWS to the person at the command line and says what to do. In
// its text OPERATION is the failed call, SAID is AWS's own message, REGION the region and INLAB what to
// do in a lab.
type explanation struct {
	fits  func(error) bool
	code  release.Code
	words string
}

// explanations are tried in order.
var explanations = []explanation{
	{askedMetadata, release.AccessDenied,
		"you have no AWS credentials here: run `aws login`, `aws sso login` or `aws configure`, name a profile with --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"},
	{isA[*ssocreds.InvalidTokenError], release.AccessDenied,
		"your AWS sign-in has expired: run `aws sso login`, with the --profile that you use here"},
	{says("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"), release.AccessDenied,
		"your AWS credentials have expired: sign in again with `aws login` or `aws sso login`, or set new ones in place of AWS_SESSION_TOKEN; INLAB"},
	// EC2 says so of expired credentials, too.
	// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
	{says("RequestExpired"), release.AccessDenied,
		"AWS refuses OPERATION for its time (SAID): your credentials may have expired, so sign in again with `aws login` or `aws sso login`; INLAB; or set this machine's clock"},
	{says("RequestTimeTooSkewed", "RequestInTheFuture"), release.AccessDenied,
		"AWS refuses OPERATION for its time (SAID): set this machine's clock"},
	{says("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure", "SignatureDoesNotMatch",
		"IncompleteSignature", "InvalidSignatureException", "MissingAuthenticationToken"), release.AccessDenied,
		"AWS does not accept your credentials in REGION (SAID): see `aws configure list` for where they come from, and whether your account has the region enabled; --profile and --region choose others; INLAB"},
	{says("OptInRequired", "SubscriptionRequiredException", "PendingVerification"), release.AccessDenied,
		"your AWS account cannot use OPERATION in REGION yet (SAID): finish its sign-up in the AWS console, or choose another --region"},
	{IsLabEnded, release.AccessDenied,
		"the session of your AWS Academy lab has ended: start the lab again and copy the new credentials from AWS Details into ~/.aws/credentials (OPERATION: SAID)"},
	{isDenied, release.AccessDenied,
		"AWS does not let you call OPERATION (SAID): ask the person who administers the account for that permission, or choose another --profile"},
	{says("StateMachineDoesNotExist", "StateMachineDeleting"), release.NothingUp,
		"the state machine is not there any more (SAID): deploy the stack again with `npx cdk deploy`"},
	{says("NoSuchBucket"), release.NothingUp,
		"the bucket is not there any more (SAID): deploy the stack again with `npx cdk deploy`"},
	{isThrottled, release.Throttled,
		"AWS asks to slow down (OPERATION: SAID): try again in a minute"},
	{isUnknownHost, release.NothingUp,
		"there is no AWS at that address (SAID): is REGION a region, and AWS_ENDPOINT_URL right if it is set? --region chooses another"},
	{isA[*smithyhttp.RequestSendError], release.NothingUp,
		"AWS does not answer (SAID): see to the network, and to AWS_ENDPOINT_URL if it is set"},
	{isA[smithy.APIError], "", "OPERATION failed: SAID"},
}

// inLab is for errors that do not say whose credentials they are about.
const inLab = "in an AWS Academy lab, start the lab again and copy the new credentials from AWS Details"

// IsLabEnded reports whether the session of an AWS Academy lab is over. Its credentials are good until
// they expire, and a policy of this name denies everything but sts:GetCallerIdentity, as its users report.
// https://github.com/search?q=voc-cancel-cred&type=code
func IsLabEnded(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && strings.Contains(api.ErrorMessage(), "voc-cancel-cred")
}

// Explain returns an error of AWS, of the credentials or of the network as a release.Error in words
// for people: AccessDenied for credentials and permissions, NothingUp if nothing answers, and
// otherwise the code that release.Classify finds. It returns release.Errors and all other errors
// unchanged. region is the region of the call.
func Explain(err error, region string) error {
	var own *release.Error
	if err == nil || errors.As(err, &own) || errors.Is(err, context.Canceled) {
		return err
	}
	i := slices.IndexFunc(explanations, func(e explanation) bool { return e.fits(err) })
	if i < 0 {
		return err
	}
	found := explanations[i]
	code := found.code
	if code == "" {
		code = release.CodeOf(err)
	}
	words := strings.NewReplacer("INLAB", inLab, "OPERATION", operation(err), "SAID", saidBy(err), "REGION", region).Replace(found.words)
	return &release.Error{Code: code, Message: words, Err: err}
}

func isA[Kind error](err error) bool {
	var found Kind
	return errors.As(err, &found)
}

func says(codes ...string) func(error) bool {
	return func(err error) bool {
		var api smithy.APIError
		return errors.As(err, &api) && slices.Contains(codes, api.ErrorCode())
	}
}

func isDenied(err error) bool {
	return isA[smithy.APIError](err) && release.CodeOf(err) == release.AccessDenied
}

func isThrottled(err error) bool {
	return isA[smithy.APIError](err) && release.CodeOf(err) == release.Throttled
}

func isUnknownHost(err error) bool {
	var lookup *net.DNSError
	return errors.As(err, &lookup) && lookup.IsNotFound
}

// askedMetadata reports whether the chain failed at EC2's instance metadata, its last link.
func askedMetadata(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if call, isCall := err.(*smithy.OperationError); isCall && call.ServiceID == "ec2imds" { //nolint:errorlint // each link is looked at
			return true
		}
	}
	return false
}

// operation returns the failed call, as "SFN StartExecution".
func operation(err error) string {
	var call *smithy.OperationError
	if !errors.As(err, &call) {
		return "AWS"
	}
	return call.ServiceID + " " + call.OperationName
}

// saidBy returns AWS's own code and message, or the innermost cause if there was no answer.
func saidBy(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		// EC2 appends hundreds of characters that only sts:DecodeAuthorizationMessage reads.
		message, _, _ := strings.Cut(api.ErrorMessage(), " Encoded authorization failure message:")
		return strings.TrimSuffix(api.ErrorCode()+": "+strings.TrimSuffix(message, "."), ": ")
	}
	var send *smithyhttp.RequestSendError
	if errors.As(err, &send) {
		return send.Err.Error()
	}
	return err.Error()
}
