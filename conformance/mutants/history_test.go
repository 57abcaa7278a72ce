package mutants

const (
	historyOfLock = "lambdas/lock/history.go"
	pastReleases  = "internal/environment/history.go"
)

var historyMutants = []mutant{
	{"the history forgets a failed release", []edit{
		{historyOfLock, "func closed(", `if entry.Name == "" {`, `if entry.Name == "" || entry.End == release.FailedClean {`},
	}},
	{"the history takes a failed release for a success", []edit{
		{historyOfLock, "", "entry.End, entry.Reason = release.FailedClean, in.Failure.String()", "entry.Reason = in.Failure.String()"},
	}},
	{"a run that died has no end in the history", []edit{
		{historyOfLock, "", `if former.Holder == "" || former.Entry.Name == "" {`, `if former.Holder != "" || former.Entry.Name == "" {`},
	}},
	{"an entry that was lost is not made up for", []edit{
		{"release/history.go", "", "return h.Open(ended)", "return h"},
	}},
	{"an entry's second end takes the place of the first", []edit{
		{"release/history.go", "", "at >= 0 && !h[at].Ended.IsZero()", "at >= 0 && h[at].Began.IsZero()"},
	}},
	{"an entry that could not be closed stays open", []edit{
		{historyOfLock, "", "range others {", "range others[:0] {"},
	}},
	{"a run that could not unlock keeps the end that it wrote before", []edit{
		{historyOfLock, "", "release.History.Correct)", "release.History.Close)"},
	}},
	{"the history is written over another writer's", []edit{
		{"lambdas/records/history.go", "", "\t_, err = api.PutItem(ctx, in)\n", "\tin.ConditionExpression, in.ExpressionAttributeValues = nil, nil\n\t_, err = api.PutItem(ctx, in)\n"},
	}},
	{"a history that cannot be read stops releases and teardowns", []edit{
		{"lambdas/records/history.go", "", "if release.CodeOf(err) == release.Unexpected {", "if err == nil && release.CodeOf(err) == release.Unexpected {"},
	}},
	{"releases that a rollback can go to leave the history", []edit{
		{"release/history.go", "", " || e.Served && served <= Releasable+1", ""},
	}},
	{"the bundles of releases that a rollback can go to are deleted", []edit{
		{"internal/local/bundles.go", "", "former.History.Kept()", "former.History.Kept()[:0]"},
	}},
	{"the settings of releases that a rollback can go to are deleted", []edit{
		{"lambdas/promote/retire_settings.go", "", "range history.Kept()", "range history.Kept()[:0]"},
	}},
	{"a rollback goes to a failed release", []edit{
		{pastReleases, "", "case !p.Served:", "case p.Served && p.Name == \"\":"},
	}},
	{"a rollback bakes what has an image", []edit{
		{pastReleases, "", "case p.hasImage(images):", "case p.Image == \"\" && p.hasImage(images):"},
	}},
	{"a rollback does not see that a bundle is gone", []edit{
		{pastReleases, "", "\tcase release.IsNotFound(err):\n\t\treturn true, nil\n", "\tcase release.IsNotFound(err):\n\t\treturn false, nil\n"},
	}},
	{"a rollback has the settings of the release that serves", []edit{
		{"internal/environment/former.go", "", ", Settings: cmp.Or(p.Settings, release.NoSettings)}", "}\n\t_ = cmp.Or(p.Settings)"},
	}},
	{"a rollback starts beside a release that is under way", []edit{
		{"internal/execution/revert.go", "", "if len(running) == 0 {", "if len(running) == 0 || d.Release != \"\" {"},
	}},
}
