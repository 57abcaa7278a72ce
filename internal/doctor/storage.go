package doctor

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// storageCode is the quota of the total size of functions, versions and layers, in gigabytes.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const storageCode = "L-2ACBD22F"

const (
	gibibyte = 1 << 30
	// deployedCode is more than a deployment stores if it changes every function.
	deployedCode = gibibyte / 2
	// roomForDeployments is how many more of them are enough.
	roomForDeployments = 20
)

// codeStorage checks the size of published versions. A deployment that changes the code keeps the
// former versions for running executions; AWS refuses one that would exceed the quota.
func (e *examination) codeStorage(ctx context.Context) Finding {
	out, err := e.lambda.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil || out.AccountLimit == nil || out.AccountUsage == nil {
		return e.unseen(err)
	}
	limit, used := out.AccountLimit.TotalCodeSize, out.AccountUsage.TotalCodeSize
	f := well("%.1f of %.1f GB of code are stored, of all functions and their versions", float64(used)/gibibyte, float64(limit)/gibibyte)
	const remedy = "While nothing runs, delete the versions of the stack's functions that the stack no longer uses: " +
		"\"Former versions of the functions\" in docs/aws.md has the commands. Or ask for more with %s."
	ask := e.askFor(lambdaService, storageCode, int(2*limit/gibibyte))
	switch free := limit - used; {
	case free < deployedCode:
		return f.but(Failed, remedy, ask)
	case free < roomForDeployments*deployedCode:
		return f.but(Warning, remedy, ask)
	}
	return f
}
