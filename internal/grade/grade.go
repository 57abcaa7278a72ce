// Package grade compares an AWS account and region, in which somebody did the lesson by hand, with the
// lesson's steps. It changes nothing. Names do not matter to it.
package grade

import (
	"slices"
	"time"

	"photogallery/release"
)

// Verdict is the result of a row.
type Verdict string

// The verdicts.
const (
	Done    Verdict = "done"
	Partly  Verdict = "partly"
	Missing Verdict = "missing"
	Unknown Verdict = "unknown" // AWS refused a call that the row needs
)

// Result is the result of one step of the lesson.
type Result struct {
	Row      string   `json:"row"`
	Title    string   `json:"title"`
	Verdict  Verdict  `json:"verdict"`
	Points   float64  `json:"points"`
	Of       float64  `json:"of"`
	Evidence []string `json:"evidence"`       // what was found, with the resources' IDs
	Next     string   `json:"next,omitempty"` // what to do, or "" if there is nothing to do
}

// Report is the result of a whole lesson.
type Report struct {
	Account string    `json:"account"`
	Caller  string    `json:"caller"` // ARN
	Region  string    `json:"region"`
	At      time.Time `json:"at"`
	Graded  string    `json:"graded"`           // the network, load balancer and group that were graded
	Others  []string  `json:"others,omitempty"` // those that were not
	Points  float64   `json:"points"`
	Of      float64   `json:"of"`
	Unseen  float64   `json:"unseen"` // the part of Of whose rows are unknown
	Rows    []Result  `json:"rows"`
}

// finding is the result of a row before it has points.
type finding struct {
	verdict  Verdict
	evidence []string
	next     string
}

// row is a step of the lesson.
type row struct {
	name, title string
	needs       []Operation // if one was refused the row may be unknown
	absence     bool        // it is done where nothing was found, so that a refused call never makes it so
	judge       func(*lesson) finding
}

// rows holds the rows in the order of the lesson.
var rows = []row{
	{"app", "An app answers on port 80", []Operation{describeBalancers, describeListeners, describeTargetGroups, describeTargetHealth}, false, judgeApp},
	{"boot", "Its service starts at boot", []Operation{describeGroups, describeTargetGroups, describeTargetHealth, describeTemplates, describeVersions}, false, judgeBoot},
	{"image", "An image of your own, with its snapshot", []Operation{describeImages, describeSnapshots}, false, judgeImage},
	{"vpc", "A VPC 10.0.0.0/16", []Operation{describeVPCs}, false, judgeVPC},
	{"subnets", "Subnets of it in two zones", []Operation{describeVPCs, describeSubnets}, false, judgeSubnets},
	{"gateway", "An internet gateway, attached", []Operation{describeVPCs, describeGateways}, false, judgeGateway},
	{"routes", "Routes to the internet for the public subnets", []Operation{describeVPCs, describeSubnets, describeRoutes, describeBalancers}, false, judgeRoutes},
	{"balancer", "A load balancer for the internet, in two zones", []Operation{describeBalancers}, false, judgeBalancer},
	{"listener", "Its listener on port 80 forwards", []Operation{describeBalancers, describeListeners}, false, judgeListener},
	{"target-group", "A target group with the health check /", []Operation{describeTargetGroups}, false, judgeTargetGroup},
	{"security-groups", "Instances admit the load balancer alone", []Operation{describeSecurityGroups, describeInstances, describeBalancers, describeTemplates, describeVersions}, false, judgeSecurityGroups},
	{"launch-template", "A launch template with image and security group", []Operation{describeTemplates, describeVersions, describeImages, describeGroups}, false, judgeTemplate},
	{"group", "An Auto Scaling group of 2 to 5, over both subnets", []Operation{describeGroups, describeSubnets}, false, judgeGroup},
	{"attached", "The group is attached to the target group", []Operation{describeGroups, describeTargetGroups}, false, judgeAttached},
	{"policy", "A scaling policy, with its alarm", []Operation{describeGroups, describePolicies, describeAlarms}, false, judgePolicy},
	{"targets", "The targets are healthy", []Operation{describeTargetGroups, describeTargetHealth}, false, judgeTargets},
	{"activity", "An instance was replaced or added", []Operation{describeGroups, describeActivities}, false, judgeActivity},
	{"leftovers", "Nothing else is left that costs", []Operation{describeVolumes, describeAddresses, describeInstances, describeBalancers, describeGroups}, true, judgeLeftovers},
}

// Grade judges every row of the candidate that gets the most points.
func Grade(s *Snapshot, points Points) Report {
	var best Report
	var graded *lesson
	for _, l := range s.candidates() {
		if r := judge(l, points); graded == nil || better(r, best) {
			best, graded = r, l
		}
	}
	best.Graded, best.Others = graded.name(), graded.others()
	return best
}

func judge(l *lesson, points Points) Report {
	r := Report{Account: l.Account, Caller: l.Caller, Region: l.Region, At: l.At}
	for _, row := range rows {
		found := row.look(l)
		result := Result{Row: row.name, Title: row.title, Verdict: found.verdict, Of: points[row.name], Evidence: found.evidence, Next: found.next}
		switch found.verdict {
		case Done:
			result.Points = result.Of
		case Partly:
			result.Points = result.Of / 2
		case Unknown:
			r.Unseen += result.Of
		}
		if result.Evidence == nil {
			result.Evidence = []string{}
		}
		r.Points, r.Of = r.Points+result.Points, r.Of+result.Of
		r.Rows = append(r.Rows, result)
	}
	return r
}

// look judges the row. It is unknown rather than missing if AWS refused to show what it looks at.
func (r row) look(l *lesson) finding {
	found := r.judge(l)
	if found.verdict == Done && !r.absence {
		return found
	}
	for _, operation := range r.needs {
		if refusal := l.Refused[operation]; refusal != nil {
			return unknown(operation, refusal)
		}
	}
	return found
}

func unknown(operation Operation, refusal *release.Error) finding {
	if refusal.Code == release.AccessDenied {
		return finding{Unknown, []string{refusal.Message}, "Allow " + string(operation) + ", and grade again."}
	}
	return finding{Unknown, []string{refusal.Message}, "Grade again: " + string(operation) + " failed."}
}

// better reports whether a report has more points than another or, with as many, more rows that are done.
func better(r, than Report) bool {
	if r.Points != than.Points {
		return r.Points > than.Points
	}
	return r.Count(Done) > than.Count(Done)
}

// Count returns how many rows have a verdict.
func (r Report) Count(verdict Verdict) (n int) {
	for _, result := range r.Rows {
		if result.Verdict == verdict {
			n++
		}
	}
	return n
}

// Rows lists the names of the rows.
func Rows() []string {
	var names []string
	for _, row := range rows {
		names = append(names, row.name)
	}
	return names
}

// Permissions lists the IAM actions that reading an account takes, sorted.
func Permissions() []string {
	var all []string
	for _, call := range calls {
		all = append(all, string(call.operation))
	}
	slices.Sort(all)
	return all
}

func done(evidence ...string) finding { return finding{Done, evidence, ""} }

func missing(next string, evidence ...string) finding { return finding{Missing, evidence, next} }

func partly(next string, evidence ...string) finding { return finding{Partly, evidence, next} }
