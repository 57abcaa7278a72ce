package doctor

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/internal/localcloud/fabric"
)

// deployedDoor is a stack with a front door in an account of a size.
func (a *account) deployedDoor(concurrency int32, reserved *int32) {
	a.Options.Stack, a.door, a.concurrency, a.reserved = "photogallery-main", "https://door.lambda-url.us-east-1.on.aws/", concurrency, reserved
}

func TestFrontDoorIsChecked(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(*account)
		verdict Verdict
		words   []string
	}{
		"a usual account":                  {func(*account) {}, OK, []string{"can reserve 900 "}},
		"room for the default":             {func(a *account) { a.concurrency = 105 }, OK, []string{"can reserve 5 concurrent executions"}},
		"room for less":                    {func(a *account) { a.concurrency = 103 }, OK, []string{"100 of 103", "`-c wakeConcurrency=3`"}},
		"a new account":                    {func(a *account) { a.concurrency = 10 }, OK, []string{"can reserve 0 ", "100 of 10", "`-c wakeConcurrency=0`"}},
		"a stack without one":              {func(a *account) { a.Options.Stack = "photogallery-main" }, OK, []string{"can reserve 900 "}},
		"a bounded one":                    {func(a *account) { a.deployedDoor(100, aws.Int32(5)) }, OK, []string{"5 concurrent executions are reserved"}},
		"an unbounded one":                 {func(a *account) { a.deployedDoor(1000, nil) }, Warning, []string{"flood", "Deploy with `-c wakeConcurrency=5`"}},
		"an unbounded one, and no room":    {func(a *account) { a.deployedDoor(10, nil) }, Warning, []string{"L-B99A9384", "`-c wakeConcurrency=5`"}},
		"a lab, which reserves nothing":    {func(a *account) { a.caller = "arn:aws:sts::123456789012:assumed-role/voclabs/user1234=Ann" }, "", nil},
		"an account that is not looked at": {func(a *account) { a.empty = true }, "", nil},
		"one that nobody may look at": {func(a *account) {
			a.deployedDoor(1000, aws.Int32(5))
			a.refused["GetFunctionConcurrency"] = fabric.Errorf("AccessDenied", "ann is not authorized to perform: lambda:GetFunctionConcurrency")
		}, Warning, []string{"GetFunctionConcurrency", "grant it"}},
	} {
		t.Run(name, func(t *testing.T) {
			healthy(t, func(a *account) {
				test.change(a)
				a.wants("front door", test.verdict, test.words...)
			})
		})
	}
}
