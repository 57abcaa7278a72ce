// Package budget holds the step that holds the environment to its monthly budget.
package budget

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"photogallery/internal/cost"
	"photogallery/internal/price"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// CheckBudget adds the cost since its last run to the month's spending. It warns people once when most
// of the budget is spent, and tears down what stands while the budget is used up.
var CheckBudget = step.Define(step.Step{
	Name:     "CheckBudget",
	Summary:  "Adds an hour's cost to the month's spending, warns of the budget's end, and tears down at it.",
	Timeout:  60 * time.Second,
	MemoryMB: 128,
	Event:    true,
	Operations: []step.Operation{
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		{Name: "dynamodb:PutItem", Scope: step.StackTable},
		{Name: "states:StartExecution", Scope: step.StackMachines},
		{Name: "events:PutEvents", Scope: step.BudgetEvents},
		step.Unbound("autoscaling:DescribeAutoScalingGroups"),
		step.Unbound("autoscaling:DescribeScheduledActions"),
		step.Unbound("elasticloadbalancing:DescribeLoadBalancers"),
		step.Unbound("ec2:DescribeInstances"),
		step.Unbound("ec2:DescribeVolumes"),
		step.Unbound("ec2:DescribeSnapshots"),
		step.Unbound("cloudwatch:DescribeAlarms"),
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, json.RawMessage) (release.Spending, error) {
	return checker{clients, clients.DynamoDB, clients.SFN, clients.Events, settings}.run
})

type tableAPI interface {
	records.Reader
	records.Writer
}

type starter interface {
	StartExecution(context.Context, *sfn.StartExecutionInput, ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error)
}

type checker struct {
	clients  step.Clients // to read what exists
	table    tableAPI
	machines starter
	events   step.EventPutter
	settings step.Settings
}

// run takes the event of the hourly rule, and looks at the clock alone. It writes the spending down before
// it acts on it, and that people were told after it told them: a run that fails between the two is
// made up for by the next.
// Without a budget it does nothing.
func (c checker) run(ctx context.Context, _ json.RawMessage) (release.Spending, error) {
	if c.settings.Budget == 0 {
		return release.Spending{}, nil
	}
	seen, err := cost.ReadExisting(ctx, c.clients, c.settings.Environment)
	if err != nil {
		return release.Spending{}, err
	}
	hour, err := seen.Hourly(price.Load(), c.settings.Dashboard)
	if err != nil {
		return release.Spending{}, err
	}
	spending, err := c.add(ctx, hour)
	if err != nil {
		return release.Spending{}, err
	}
	if spending.IsUsedUp(c.settings.Budget, spending.At) && seen.IsServing() {
		if err := c.tearDown(ctx, spending.At); err != nil {
			return release.Spending{}, err
		}
	}
	return c.tell(ctx, spending)
}

// add writes the spending until now down. Of two runs at the same time one does.
func (c checker) add(ctx context.Context, hour cost.Hourly) (release.Spending, error) {
	former, err := records.ReadSpending(ctx, c.table, c.settings.Table)
	if err != nil {
		return release.Spending{}, err
	}
	next := former.Until(time.Now(), hour.All, hour.Idle)
	next.Budget = c.settings.Budget
	err = records.WriteSpending(ctx, c.table, c.settings.Table, former, next)
	if release.IsAlreadyExists(err) {
		return records.ReadSpending(ctx, c.table, c.settings.Table)
	}
	return next, err
}

// tearDown starts a teardown, which stops a release that runs, once an hour: if one fails, the next
// hour starts another.
func (c checker) tearDown(ctx context.Context, at time.Time) error {
	_, err := c.machines.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: aws.String(c.settings.TeardownMachine), Name: aws.String("budget-" + at.UTC().Format("2006-01-02-15")),
		Input: aws.String(`{"by": "the budget"}`),
	})
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorCode() == (&types.ExecutionAlreadyExists{}).ErrorCode() {
		return nil
	}
	return err
}

// tell sends people at most one message about each of the two thresholds of a budget in a month.
func (c checker) tell(ctx context.Context, s release.Spending) (release.Spending, error) {
	told, text := s, ""
	switch budget := c.settings.Budget; {
	case s.UsedUp < budget && s.IsUsedUp(budget, s.At):
		told.UsedUp, told.Warned = budget, budget
		text = fmt.Sprintf("The budget of %s is used up. The environment is torn down, and releases are refused until the month ends or until it is deployed with a higher budget. Spent: %s.",
			s.Ends().AddDate(0, 0, -1).Format("January 2006"), s)
	case s.Warned < budget && s.IsNearly(budget):
		told.Warned = budget
		text = fmt.Sprintf("Of the budget of %s more than %.0f %% is spent. At 100 %% the environment is torn down, and releases are refused. Spent: %s.",
			s.Ends().AddDate(0, 0, -1).Format("January 2006"), 100*release.BudgetWarning, s)
	default:
		return s, nil
	}
	if err := step.TellBudget(ctx, c.events, c.settings.Environment, text); err != nil {
		return release.Spending{}, err
	}
	err := records.WriteSpending(ctx, c.table, c.settings.Table, s, told)
	if release.IsAlreadyExists(err) {
		return s, nil // a later run has the record, and tells it again
	}
	return told, err
}
