package stack

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"photogallery/internal/cost"
	environments "photogallery/internal/environment"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/lambda"
	"photogallery/internal/price"
	"photogallery/lambdas"
	"photogallery/lambdas/budget"
	"photogallery/release"
)

// budgeted is an environment with a budget, and a meter of what it really costs.
type budgeted struct {
	*environment
	budget *atomic.Int64 // cents, of the deployment as it is now
	lost   atomic.Bool   // whether the hourly event is lost
	told   []string
	paid   float64 // in the month of metered
	last   time.Time
}

// lambdaFunc is a handler.
type lambdaFunc func(ctx context.Context, payload []byte) ([]byte, error)

func (f lambdaFunc) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return f(ctx, payload)
}

// withBudget deploys the stack with a budget in cents that a test can change, as another deployment would.
func withBudget(t *testing.T, cents int64, scenario func(*budgeted)) {
	t.Helper()
	withBudgetAndSleep(t, cents, 0, scenario)
}

func withBudgetAndSleep(t *testing.T, cents int64, sleepAfter time.Duration, scenario func(*budgeted)) {
	t.Helper()
	b := &budgeted{budget: &atomic.Int64{}}
	b.budget.Store(cents)
	options := Options{Budget: float64(cents) / 100, SleepAfter: sleepAfter, Around: func(name string, inner lambda.Handler) lambda.Handler {
		if name != "CheckBudget" && name != "Plan" && name != "FrontDoor" {
			return inner
		}
		return lambdaFunc(func(ctx context.Context, payload []byte) ([]byte, error) {
			if b.lost.Load() && name == "CheckBudget" {
				return []byte("{}"), nil
			}
			return b.invoke(ctx, name, payload)
		})
	}}
	inVirtualTimeWith(t, options, func(_ *testing.T, e *environment) {
		b.environment, b.last = e, time.Now()
		e.Cloud.Fabric.Rule(func(event fabric.Event) bool { return event.DetailType == release.BudgetEvent }, func(event fabric.Event) {
			b.told = append(b.told, string(event.Detail))
		})
		scenario(b)
	})
}

// invoke runs a step with the budget of the deployment as it is now.
func (b *budgeted) invoke(ctx context.Context, name string, payload []byte) ([]byte, error) {
	settings := b.Settings
	settings.Budget = float64(b.budget.Load()) / 100
	for _, declared := range lambdas.Steps() {
		if declared.Name == name {
			return declared.Handler(b.Clients, settings, slog.New(slog.DiscardHandler)).Invoke(ctx, payload)
		}
	}
	return nil, release.Errorf(release.Unexpected, "there is no step %s", name)
}

func (b *budgeted) check() {
	b.Helper()
	if _, err := b.invoke(b.Context(), "CheckBudget", []byte(`{}`)); err != nil {
		b.Fatal(err)
	}
}

// spending returns this month's record.
func (b *budgeted) spending() (spending release.Spending) {
	b.Helper()
	read, err := environments.Reader{Clients: b.Clients, Table: b.Settings.Table}.Spending(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if read != nil {
		spending = *read
	}
	return spending
}

func (b *budgeted) hour() cost.Hourly {
	b.Helper()
	seen, err := cost.ReadExisting(b.Context(), b.Clients, b.Settings.Environment)
	if err != nil {
		b.Fatal(err)
	}
	hour, err := seen.Hourly(price.Load(), false)
	if err != nil {
		b.Fatal(err)
	}
	return hour
}

// meter adds the cost since its last run, and begins again each month.
func (b *budgeted) meter() {
	b.Helper()
	now := time.Now()
	if release.MonthOf(now) != release.MonthOf(b.last) {
		b.paid = 0
	}
	b.paid += b.hour().All * now.Sub(b.last).Hours()
	b.last = now
}

// metered sleeps until a time and meters often while there is something to tear down.
func (b *budgeted) metered(until time.Time) {
	b.Helper()
	for time.Now().Before(until) {
		pause := 5 * time.Minute
		if hour := b.hour(); hour.All == hour.Idle {
			pause = 30 * time.Minute
		}
		time.Sleep(min(pause, time.Until(until)))
		synctest.Wait()
		b.meter()
	}
}

// daily starts a state machine every day, as an option of the stack does.
func (b *budgeted) daily(name, expression, machine string) {
	b.Helper()
	_, err := b.Clients.Scheduler.CreateSchedule(b.Context(), &scheduler.CreateScheduleInput{
		GroupName: aws.String(b.Settings.Environment.Name()), Name: aws.String("photogallery-main-" + name),
		ScheduleExpression: aws.String(expression), FlexibleTimeWindow: &schedulertypes.FlexibleTimeWindow{Mode: schedulertypes.FlexibleTimeWindowModeOff},
		Target: &schedulertypes.Target{Arn: &machine, RoleArn: &b.Settings.ScheduleRole, Input: aws.String(`{"by": "the schedule photogallery-main-` + name + `"}`)},
	})
	if err != nil {
		b.Fatal(err)
	}
}

// mostAnHour is the cost of an hour with the largest fleet of a release with defaults.
func mostAnHour(t *testing.T) float64 {
	t.Helper()
	w := cost.Wanted{InstanceType: "t4g.small", MinSize: 2, MaxSize: 5, Zones: cost.Zones, PhotosGB: cost.UsualPhotosGB}
	bill, err := cost.Add(price.Load(), w, cost.Planned(w))
	if err != nil {
		t.Fatal(err)
	}
	return bill.Total.Hour.Most
}

func february(day, hour int) time.Time { return time.Date(2000, 2, day, hour, 30, 0, 0, time.UTC) }

// The fleet of a month without a nightly teardown would cost 60 dollars.
func TestMonthIsHeldToItsBudget(t *testing.T) {
	withBudget(t, 1000, func(b *budgeted) {
		b.daily("morning", "cron(0 7 * * ? *)", b.Settings.ReleaseMachine)
		b.metered(february(1, 0).Add(-time.Hour)) // until half past eleven of the last evening
		if over := b.paid - 10; over > mostAnHour(t) || over < -0.5 {
			b.Errorf("January has cost $%.2f", b.paid)
		}
		spending := b.spending()
		b.Logf("January has cost $%.2f; reckoned are %s", b.paid, spending)
		if len(b.told) != 2 || !strings.Contains(b.told[0], "more than 80 %") || !strings.Contains(b.told[1], "used up") {
			b.Errorf("told are %v", b.told)
		}
		refused := 0
		for _, one := range b.releases() {
			if strings.Contains(one.Cause, string(release.BudgetUsedUp)) {
				refused++
			}
		}
		if refused < 20 {
			b.Errorf("%d mornings are refused", refused)
		}
		b.empty(1)
		b.metered(february(1, 8))
		if spending := b.spending(); spending.Month != "2000-02" || spending.Spent > 0.3 || spending.UsedUp != 0 {
			b.Errorf("in February reckoned are %+v", spending)
		}
		b.serves(b.current().Release, 2)
	})
}

// The check counts the hours in which a release or a teardown fall as hours with a fleet.
func TestReckonedCostIsAtLeastTheRealOne(t *testing.T) {
	withBudget(t, 100_000, func(b *budgeted) {
		b.daily("morning", "cron(25 7 * * ? *)", b.Settings.ReleaseMachine)
		b.daily("nightly", "cron(35 17 * * ? *)", b.Settings.TeardownMachine)
		b.metered(time.Now().Add(7 * 24 * time.Hour))
		reckoned := b.spending().Spent
		b.Logf("a week with a nightly teardown has cost $%.2f, and reckoned are $%.2f", b.paid, reckoned)
		if reckoned < b.paid || reckoned > 1.25*b.paid {
			b.Errorf("a week has cost $%.2f, and reckoned are $%.2f", b.paid, reckoned)
		}
		if len(b.told) != 0 {
			b.Errorf("told are %v", b.told)
		}
	})
}

// The budget is a cent short when the last check before its end looks, and then the fleet grows.
func TestBudgetIsNeverOverByMoreThanAnHour(t *testing.T) {
	for name, busy := range map[string]float64{"a quiet fleet": 0, "a fleet that grows": 60} {
		t.Run(name, func(t *testing.T) {
			withBudget(t, 100_000, func(b *budgeted) {
				b.start(b.StartRelease(b.Context(), "r1", `{}`))
				b.metered(time.Now().Add(5*time.Hour + time.Minute))
				committed := b.spending().Committed()
				b.budget.Store(int64(committed*100) + 1)
				b.visited(busy)
				month := b.spending().Ends()
				b.metered(time.Now().Add(3 * time.Hour))
				b.empty(1)
				all := b.paid + b.hour().Idle*time.Until(month).Hours()
				over := all - float64(b.budget.Load())/100
				b.Logf("the month costs $%.4f, which is $%.4f over the budget; an hour of the largest fleet costs $%.4f", all, over, mostAnHour(t))
				if over > mostAnHour(t) {
					b.Errorf("the month costs $%.4f more than the budget", over)
				}
			})
		})
	}
}

func TestMissedHoursAreMadeUpFor(t *testing.T) {
	withBudget(t, 100_000, func(b *budgeted) {
		b.start(b.StartRelease(b.Context(), "r1", `{}`))
		b.metered(time.Now().Add(2*time.Hour + time.Minute))
		b.lost.Store(true)
		b.metered(time.Now().Add(7 * time.Hour))
		b.teardown("t1", `{}`).ends("Succeeded")
		stale := b.spending()
		b.lost.Store(false)
		b.metered(time.Now().Add(time.Hour))
		if spending := b.spending(); stale.Spent > b.paid/2 || spending.Spent < b.paid || spending.Spent > 1.3*b.paid {
			b.Errorf("the environment has cost $%.3f; reckoned were $%.3f, and are $%.3f", b.paid, stale.Spent, spending.Spent)
		}
	})
}

func TestHourIsCountedOnce(t *testing.T) {
	withBudget(t, 100_000, func(b *budgeted) {
		b.release("r1", `{}`).ends("Succeeded")
		time.Sleep(time.Until(time.Now().Truncate(time.Hour).Add(time.Hour + time.Second)))
		before := b.spending()
		time.Sleep(30 * time.Minute)
		done := make(chan error)
		for range 3 {
			go func() {
				_, err := b.invoke(b.Context(), "CheckBudget", []byte(`{}`))
				done <- err
			}()
		}
		for range 3 {
			if err := <-done; err != nil {
				b.Error(err)
			}
		}
		b.check()
		if added := b.spending().Spent - before.Spent; added < 0.45*before.Hour || added > 0.55*before.Hour {
			b.Errorf("half an hour at $%.4f an hour has added $%.4f", before.Hour, added)
		}
	})
}

func TestHigherBudgetLiftsTheRefusal(t *testing.T) {
	withBudget(t, 200, func(b *budgeted) {
		b.release("r1", `{}`).ends("Succeeded")
		b.metered(time.Now().Add(48 * time.Hour))
		b.empty(1)
		b.release("r2", `{}`).ends("FailedClean", "BudgetUsedUp", "$2.00", "-c budget=4")
		b.release("dry", `{"dryRun": true}`).ends("FailedClean", "BudgetUsedUp")
		b.budget.Store(1000)
		b.release("r3", `{}`).ends("Succeeded")
		b.metered(time.Now().Add(3 * time.Hour))
		b.serves("r3", 2)
		b.budget.Store(200)
		b.metered(time.Now().Add(time.Hour))
		b.empty(1)
		if len(b.told) != 2 { // the warning and the end of the first budget
			b.Errorf("told are %v", b.told)
		}
	})
}

func TestUsedUpBudgetStopsAReleaseUnderWay(t *testing.T) {
	withBudget(t, 100_000, func(b *budgeted) {
		b.release("r1", `{}`).ends("Succeeded")
		under := b.start(b.StartRelease(b.Context(), "r2", `{"rebake": true, "bakeTime": "5h"}`))
		time.Sleep(30 * time.Minute)
		b.budget.Store(5)
		if end := b.await(under); end.Status != "ABORTED" {
			b.Errorf("the release ended %s: %s", end.Status, end.Cause)
		}
		time.Sleep(30 * time.Minute)
		b.empty(1)
	})
}

// The check fails for half an hour at one of its calls, in which Lambda tries again, or loses an answer.
func TestBudgetHoldsAfterAnyCallOfItsCheckFailed(t *testing.T) {
	for _, operation := range budget.CheckBudget.Operations {
		_, name, _ := strings.Cut(operation.Name, ":")
		for how, fails := range map[string]func(*budgeted) (lift func()){
			"fails":               func(b *budgeted) func() { return b.refuses("CheckBudget", name, "InternalFailure") },
			"has its answer lost": func(b *budgeted) func() { b.losesAnswer("CheckBudget", name); return func() {} },
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				withBudget(t, 5, func(b *budgeted) {
					b.release("r1", `{}`).ends("Succeeded")
					lift := fails(b)
					time.Sleep(90 * time.Minute)
					lift()
					time.Sleep(2 * time.Hour)
					b.empty(1)
					if len(b.told) == 0 || !strings.Contains(b.told[0], "used up") || len(b.told) > 2 {
						b.Errorf("told are %v", b.told)
					}
					b.release("r2", `{}`).ends("FailedClean", "BudgetUsedUp")
				})
			})
		}
	}
}

func TestTypeWithoutAPriceIsRefusedWithABudget(t *testing.T) {
	withBudget(t, 100_000, func(b *budgeted) {
		b.release("r1", `{"instanceType": "c7g.metal"}`).ends("FailedClean", "c7g.metal", price.Path)
	})
}

func TestStackWithoutABudgetChecksNothing(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		time.Sleep(3 * time.Hour)
		b := &budgeted{environment: e, budget: &atomic.Int64{}}
		b.check() // somebody invokes the function by hand
		time.Sleep(10 * time.Minute)
		e.serves("r1", 2)
		if spending := b.spending(); spending != (release.Spending{}) {
			t.Errorf("there is %+v", spending)
		}
	})
}
