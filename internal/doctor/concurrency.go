package doctor

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"photogallery/lambdas/step"
)

// The concurrent executions of a release and around it: two branches, two events about builders,
// and a notification of an end.
const functionsAtATime = 5

// The quota of Lambda's concurrent executions.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const (
	lambdaService   = "lambda"
	concurrencyCode = "L-B99A9384"
)

// mustStay is how many concurrent executions of the account no function may reserve. A new account has fewer,
// and can reserve none.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
const mustStay = 100

func (e *examination) concurrency(ctx context.Context) Finding {
	out, err := e.lambda.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil || out.AccountLimit == nil {
		return e.unseen(err)
	}
	e.unreserved = int(out.AccountLimit.ConcurrentExecutions)
	if unreserved := out.AccountLimit.UnreservedConcurrentExecutions; unreserved != nil {
		e.unreserved = int(*unreserved)
	}
	f := well("%d functions may run at a time, and a release needs %d", e.unreserved, functionsAtATime)
	if e.unreserved < functionsAtATime {
		return f.but(Failed, "Ask for more with %s.", e.askFor(lambdaService, concurrencyCode, 1000))
	}
	return f
}

// doorOutput is the stack's output for the address of the front door. It exists only with the option wake.
const doorOutput = "FrontDoorUrl"

// frontDoor looks at what is reserved for the front door, or could be for one that is not deployed yet. A lab
// reserves nothing.
func (e *examination) frontDoor(ctx context.Context) Finding {
	if e.unreserved == 0 || e.inLab {
		return Finding{}
	}
	reservable := max(0, e.unreserved-mustStay)
	if !e.hasDoor {
		f := well("a front door can reserve %d concurrent executions", reservable)
		if reservable < step.UsualWakeConcurrency {
			return well("%s, since Lambda wants %d of %d to be left: deploy `-c wake` with `-c wakeConcurrency=%d`", f.Saw, mustStay, e.unreserved, reservable)
		}
		return f
	}
	out, err := e.lambda.GetFunctionConcurrency(ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: aws.String(e.environment.Name() + "-front-door")})
	if err != nil {
		return e.unseen(err)
	}
	if reserved := aws.ToInt32(out.ReservedConcurrentExecutions); reserved > 0 {
		return well("%d concurrent executions are reserved", reserved)
	}
	f := well("no concurrent executions are reserved: a flood of requests can hold up releases and teardowns")
	if reservable < step.UsualWakeConcurrency {
		return f.but(Warning, "Ask for more of them with %s, then deploy with `-c wakeConcurrency=%d`.", e.askFor(lambdaService, concurrencyCode, 1000), step.UsualWakeConcurrency)
	}
	return f.but(Warning, "Deploy with `-c wakeConcurrency=%d`.", step.UsualWakeConcurrency)
}
