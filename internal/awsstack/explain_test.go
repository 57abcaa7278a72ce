package awsstack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"photogallery/release"
)

// called returns an error as an SDK client returns it.
func called(err error) error {
	return &smithy.OperationError{ServiceID: "SFN", OperationName: "StartExecution", Err: fmt.Errorf("https response error: %w", err)}
}

func refused(code, message string) error {
	return called(&smithy.GenericAPIError{Code: code, Message: message})
}

func unsent(cause error) error {
	return called(&smithyhttp.RequestSendError{Err: &url.Error{Op: "Post", URL: "https://states.eu-nowhere-1.amazonaws.com/", Err: cause}})
}

func TestErrorsOfAWSAreExplained(t *testing.T) {
	tests := map[string]struct {
		err   error
		code  release.Code
		words []string
	}{
		"no credentials anywhere": {
			called(fmt.Errorf("get credentials: %w", &smithy.OperationError{ServiceID: "ec2imds", OperationName: "GetMetadata", Err: errors.New("access disabled")})),
			release.AccessDenied, []string{"no AWS credentials", "aws sso login", "AWS_ACCESS_KEY_ID", "--profile"},
		},
		"an old sign-in": {
			called(fmt.Errorf("get credentials: %w", &ssocreds.InvalidTokenError{})),
			release.AccessDenied, []string{"sign-in has expired", "aws sso login"},
		},
		"an expired token": {
			refused("ExpiredTokenException", "The security token included in the request is expired"),
			release.AccessDenied, []string{"have expired", "AWS_SESSION_TOKEN", "start the lab again and copy the new credentials"},
		},
		"EC2's expired token": {refused("RequestExpired", "Request has expired."), release.AccessDenied, []string{"may have expired", "start the lab again", "clock"}},
		"a lab whose session has ended": {
			refused("AccessDeniedException", "User: arn:aws:sts::123456789012:assumed-role/voclabs/user1=Ann is not authorized to perform: states:StartExecution with an explicit deny in an identity-based policy: arn:aws:iam::123456789012:policy/voc-cancel-cred"),
			release.AccessDenied, []string{"session of your AWS Academy lab has ended", "start the lab again", "AWS Details"},
		},
		"S3's expired token": {refused("ExpiredToken", "The provided token has expired."), release.AccessDenied, []string{"have expired"}},
		"a clock that is wrong": {
			refused("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
			release.AccessDenied, []string{"SFN StartExecution", "too large", "clock"},
		},
		"credentials that AWS does not know, or not in that region": {
			refused("UnrecognizedClientException", "The security token included in the request is invalid."),
			release.AccessDenied, []string{"eu-nowhere-1", "is invalid)", "aws configure list", "region enabled", "--profile", "start the lab again"},
		},
		"EC2's word for it": {refused("AuthFailure", "AWS was not able to validate the provided access credentials"), release.AccessDenied, []string{"validate", "eu-nowhere-1"}},
		"a new account":     {refused("OptInRequired", "You are not subscribed to this service."), release.AccessDenied, []string{"not subscribed", "AWS console"}},
		"a missing permission": {
			refused("AccessDeniedException", "User: arn:aws:iam::123456789012:user/eve is not authorized to perform: states:StartExecution"),
			release.AccessDenied, []string{"let you call SFN StartExecution", "user/eve", "states:StartExecution", "permission"},
		},
		"EC2's, with what nobody reads": {
			refused("UnauthorizedOperation", "You are not authorized to perform this operation. Encoded authorization failure message: 4GLB3x"),
			release.AccessDenied, []string{"UnauthorizedOperation: You are not authorized to perform this operation)"},
		},
		"a state machine that is gone": {refused("StateMachineDoesNotExist", "State Machine Does Not Exist: 'arn:m'"), release.NothingUp, []string{"arn:m", "npx cdk deploy"}},
		"a bucket that is gone":        {refused("NoSuchBucket", "The specified bucket does not exist"), release.NothingUp, []string{"npx cdk deploy"}},
		"too many calls":               {refused("ThrottlingException", "Rate exceeded"), release.Throttled, []string{"Rate exceeded", "try again"}},
		"a region that is none": {
			unsent(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "states.eu-nowhere-1.amazonaws.com", IsNotFound: true}}),
			release.NothingUp, []string{"states.eu-nowhere-1.amazonaws.com", "is eu-nowhere-1 a region", "--region", "AWS_ENDPOINT_URL"},
		},
		"no network":       {unsent(errors.New("connection refused")), release.NothingUp, []string{"does not answer", "connection refused", "network"}},
		"whatever else":    {refused("InvalidExecutionInput", "Invalid State Machine Execution Input"), release.AwsRefused, []string{"SFN StartExecution failed: InvalidExecutionInput: Invalid State"}},
		"its own failure":  {refused("InternalFailure", "try later"), release.AwsUnavailable, []string{"InternalFailure: try later"}},
		"an error of ours": {fmt.Errorf("look: %w", release.Errorf(release.NotFound, "there is none")), release.NotFound, []string{"there is none"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := Explain(test.err, "eu-nowhere-1")
			if release.CodeOf(got) != test.code {
				t.Errorf("it is %s", release.CodeOf(got))
			}
			for _, word := range test.words {
				if !strings.Contains(got.Error(), word) {
					t.Errorf("%q does not say %q", got, word)
				}
			}
			if strings.Contains(got.Error(), "4GLB3x") {
				t.Errorf("%q is not for people", got)
			}
			if !errors.Is(got, test.err) && release.CodeOf(test.err) != test.code {
				t.Errorf("%q has lost its cause", got)
			}
		})
	}
	for _, err := range []error{nil, context.Canceled, called(context.Canceled), errors.New("disk full")} {
		if got := Explain(err, "eu-nowhere-1"); !errors.Is(got, err) || release.CodeOf(got) == release.AccessDenied {
			t.Errorf("%v became %v", err, got)
		}
	}
}

// configured is a home whose AWS configuration is the text, and no other way to credentials.
func configured(t *testing.T, text string) {
	t.Helper()
	home := t.TempDir()
	file := filepath.Join(home, "config")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", home) // of sign-ins
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(home, "credentials"))
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
	} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

const signedIn = `[default]
region = eu-central-1
[profile keys]
region = us-west-2
aws_access_key_id = AKIDEXAMPLE
aws_secret_access_key = secret
[profile sso]
region = eu-central-1
sso_start_url = https://example.awsapps.com/start
sso_region = eu-central-1
sso_account_id = 123456789012
sso_role_name = Dev
[profile broken]
region = eu-central-1
credential_process = /nonexistent/helper
`

func TestConfigurationIsTheStandardOne(t *testing.T) {
	configured(t, signedIn)
	for _, test := range []struct{ region, profile, want string }{{"", "keys", "us-west-2"}, {"eu-west-1", "keys", "eu-west-1"}} {
		got, err := Configure(t.Context(), test.region, test.profile)
		if err != nil || got.Region != test.want {
			t.Errorf("%+v: region %s, %v", test, got.Region, err)
		}
	}
	t.Setenv("AWS_PROFILE", "keys")
	if got, err := Configure(t.Context(), "", ""); err != nil || got.Region != "us-west-2" {
		t.Errorf("by AWS_PROFILE the region is %s, %v", got.Region, err)
	}
}

func TestBadConfigurationIsExplained(t *testing.T) {
	tests := map[string]struct {
		config, region, profile string
		code                    release.Code
		words                   []string
	}{
		"nothing at all":            {"", "", "", release.InvalidRequest, []string{"no AWS region", "--region", "AWS_REGION"}},
		"no credentials":            {"", "eu-west-1", "", release.AccessDenied, []string{"no AWS credentials", "aws configure"}},
		"a profile that is missing": {signedIn, "", "prod", release.InvalidRequest, []string{`"prod"`, "aws configure list-profiles"}},
		"nobody is signed in":       {signedIn, "", "sso", release.AccessDenied, []string{"aws sso login"}},
		"a helper that is missing":  {signedIn, "", "broken", release.AccessDenied, []string{"aws sts get-caller-identity"}},
		"a file that is no INI":     {"[profile x\nregion", "eu-west-1", "", release.AccessDenied, []string{"no AWS credentials"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			configured(t, test.config)
			_, err := Configure(t.Context(), test.region, test.profile)
			if release.CodeOf(err) != test.code {
				t.Errorf("it is %s: %v", release.CodeOf(err), err)
			}
			for _, word := range test.words {
				if err == nil || !strings.Contains(err.Error(), word) {
					t.Errorf("%q does not say %q", err, word)
				}
			}
		})
	}
}
