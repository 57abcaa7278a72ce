package mutants

// gradeMutants give points for what is not there, or take them for what is.
var gradeMutants = []mutant{
	{"a lesson is graded as two that are mixed", []edit{
		{"internal/grade/candidates.go", "", "return otherBalancer || otherGroup", "return otherBalancer && otherGroup && false"},
	}},
	{"the first lesson of an account is graded, not the best", []edit{
		{"internal/grade/grade.go", "", "graded == nil || better(r, best)", "graded == nil"},
	}},
	{"a refused call makes a row missing", []edit{
		{"internal/grade/grade.go", "", "if refusal := l.Refused[operation]; refusal != nil {", "if refusal := l.Refused[operation]; refusal != nil && r.absence {"},
	}},
	{"nothing left over is believed though a call was refused", []edit{
		{"internal/grade/grade.go", "", "if found.verdict == Done && !r.absence {", "if found.verdict == Done {"},
	}},
	{"the default VPC counts as one's own", []edit{
		{"internal/grade/lesson.go", "", "aws.ToString(v.VpcId) == l.vpc && !aws.ToBool(v.IsDefault)", "aws.ToString(v.VpcId) == l.vpc"},
	}},
	{"an empty account has left nothing over", []edit{
		{"internal/grade/leftovers.go", "", "if l.balancer == nil && l.group == nil {", "if l.balancer == nil && l.group != nil {"},
	}},
	{"instances may be open to the world beside the load balancer", []edit{
		{"internal/grade/security_groups.go", "", "if covers(rule, httpPort) || isWorld(block) {", "if false {"},
	}},
	{"user data that starts the service proves that it starts at boot", []edit{
		{"internal/grade/boot.go", "", `if line := starts.FindString(script); line != "" {`, `if line := starts.FindString(script); line == "nohup" {`},
	}},
	{"the first launch of a group counts as growth", []edit{
		{"internal/grade/activity.go", "", "if from > 0 && to > from {", "if to > from {"},
	}},
	{"a target group without weight is graded", []edit{
		{"internal/grade/lesson.go", "", "if part.Weight == nil || *part.Weight > 0 {", "if part.TargetGroupArn != nil {"},
	}},
	{"the reader follows an app to another host", []edit{
		{"internal/grade/page.go", "", "if len(before) > maxLeads || next.URL.Scheme != first.Scheme || next.URL.Host != first.Host {", "if len(before) > maxLeads || next.URL.Scheme != first.Scheme {"},
	}},
	{"an app may answer without end", []edit{
		{"internal/grade/page.go", "", "io.LimitReader(response.Body, maxBody)", "io.LimitReader(response.Body, 2*maxBody)"},
	}},
	{"a lab that has ended is graded as one that is refused", []edit{
		{"internal/grade/read.go", "", " && !awsstack.IsLabEnded(err)", " && (awsstack.IsLabEnded(err) || true)"},
	}},
	{"negative points are taken", []edit{
		{"internal/grade/points.go", "", "case worth < 0:", "case worth < -1e9:"},
	}},
}
