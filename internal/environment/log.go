package environment

import (
	"strings"
	"time"
)

// LogLine is a line that an instance wrote.
type LogLine struct {
	Time     time.Time // zero if it is not known
	Instance string
	Text     string
}

// LogQuery selects lines of logs. Its zero value selects all.
type LogQuery struct {
	Instance     string    // "" for all
	Release      string    // of the instances, or "" for all
	Since        time.Time // zero for no limit
	HealthChecks bool      // the lines about the load balancer's health checks, too
}

// healthChecker begins the User-Agent of the load balancer's health checks, which access logs have.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
const healthChecker = "ELB-HealthChecker/"

// Wants reports whether the query selects a line of an instance and a release that it selects.
func (q LogQuery) Wants(line LogLine) bool {
	return !line.Time.Before(q.Since) && (q.HealthChecks || !strings.Contains(line.Text, healthChecker))
}
