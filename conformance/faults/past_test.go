package faults

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	view "photogallery/internal/environment"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// rollBack releases the release before the serving one again, as `gallery rollback` does.
func (env *environment) rollBack(name string, strategy release.Strategy) {
	reader := view.Reader{Clients: env.Clients, Environment: env.Settings.Environment, Table: env.Settings.Table}
	history, err := reader.History(env.ctx)
	if err != nil {
		env.violate("the history cannot be read: " + err.Error())
		return
	}
	_, input, err := view.Wish{By: "ann", Strategy: strategy}.Find(history)
	if err != nil {
		env.violate("nothing can be rolled back to: " + err.Error())
		return
	}
	env.release(name, input)
}

// checkPast requires that the history has each execution that held the lock once, with its end. What
// a run that died has left is closed by now.
func (env *environment) checkPast(s scenario) {
	history, err := records.ReadHistory(env.ctx, env.Clients.DynamoDB, env.Settings.Table)
	if err != nil {
		env.violate("the history cannot be read: " + err.Error())
	}
	if !slices.IsSortedFunc(history, func(a, b release.Entry) int { return b.Began.Compare(a.Began) }) {
		env.violate("the history is not in order")
	}
	for _, run := range env.executions() {
		name, kind := *run.Name, release.ReleaseEntry
		if strings.Contains(*run.ExecutionArn, ":"+env.Settings.Environment.TeardownMachine()+":") {
			kind = release.TeardownEntry
		} else if name == runName {
			kind = release.RunEntry
		}
		entries := slices.DeleteFunc(slices.Clone(history), func(e release.Entry) bool { return e.Name != name || e.Kind != kind })
		switch {
		case len(entries) > 1:
			env.violate(fmt.Sprintf("the history has %s %d times", name, len(entries)))
		case len(entries) == 0 && env.hasHeld(*run.ExecutionArn):
			env.violate("the history lacks " + name)
		case len(entries) == 1:
			env.checkEntry(s, entries[0], run)
		}
	}
}

// hasHeld reports whether an execution has come past the lock.
func (env *environment) hasHeld(execution string) bool {
	return slices.ContainsFunc(env.Path(execution), func(state string) bool {
		return state == "IsRun" || state == "UndoAbandoned" || state == "ConfirmTeardown"
	})
}

func (env *environment) checkEntry(s scenario, entry release.Entry, run types.ExecutionListItem) {
	succeeded := run.Status == types.ExecutionStatusSucceeded
	wasStopped := env.stopped[entry.Name] || s.ends[entry.Name] // perhaps after it had written its end
	switch {
	case entry.Ended.IsZero() || entry.End == "":
		env.violate("the history has no end of " + entry.Name)
	case !wasStopped && (entry.End == release.Succeeded) != succeeded:
		env.violate(fmt.Sprintf("the history says that %s ended %s, and it ended %s", entry.Name, entry.End, run.Status))
	case succeeded && entry.Kind == release.ReleaseEntry && (!entry.Served || entry.Image == ""):
		env.violate(fmt.Sprintf("the history does not know that %s has served: %+v", entry.Name, entry))
	}
}
