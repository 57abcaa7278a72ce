package mutants

const installs = "action/install.sh"

var pipelineMutants = []mutant{
	{"a cause writes markup into a page of GitHub", []edit{
		{"internal/report/markdown.go", "", "cell(found(s))", "found(s)"},
	}},
	{"the action installs an archive with another checksum", []edit{
		{installs, "", "shasum -a 256 -c -", "cat"},
	}},
	{"the action hides that its release has failed", []edit{
		{"action/release.sh", "", `--markdown >>"$GITHUB_STEP_SUMMARY" || true`, `--markdown >>"$GITHUB_STEP_SUMMARY" && status=0`},
	}},
	{"the jobs of a repository with a longer name may release", []edit{
		{"cdk/github.go", "", `patterns[i] = "repo:" + subject`, `patterns[i] = "repo:*" + subject`},
	}},
	{"a job may not follow the run that it has started", []edit{
		{"cdk/github.go", "", `"states:DescribeExecution", `, ""},
	}},
}
