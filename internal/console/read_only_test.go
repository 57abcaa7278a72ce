package console_test

import (
	"net/http"
	"strings"
	"testing"

	"photogallery/internal/console"
)

func TestReadOnlyConsoleRefusesEveryAction(t *testing.T) {
	p := openWith(t, func(_ *simulated, o *console.Options) { o.ReadOnly = true })
	const actions = "POST /api/executions/release;POST /api/executions/teardown;POST /api/executions/release/r1/stop;POST /api/executions/release/r1/verdict;" +
		"POST /api/history/r1/rollback;POST /api/instances/i-1/terminate;POST /api/instances/i-1/crash;POST /api/load;DELETE /api/load"
	for action := range strings.SplitSeq(actions, ";") {
		method, path, _ := strings.Cut(action, " ")
		if status, answer := p.send(method, path, `{"input": "{}", "verdict": "promote", "rate": 1, "seconds": 1}`); status != http.StatusForbidden || !strings.Contains(answer, "read-only") {
			t.Errorf("%s: %d %s", action, status, answer)
		}
	}
	if len(p.listed()) > 0 || len(p.cloud.crashed) > 0 {
		t.Errorf("it has started %v and crashed %v", p.listed(), p.cloud.crashed)
	}
	if status, _ := p.send(http.MethodGet, "/api/drawings/release", ""); status != http.StatusOK {
		t.Errorf("a drawing is answered with %d", status)
	}
}
