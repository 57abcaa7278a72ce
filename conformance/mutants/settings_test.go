package mutants

const (
	settingsRecord = "lambdas/records/settings.go"
	promoteRelease = "lambdas/promote/promote.go"
)

// settingsMutants lose settings, give them to others or reveal secrets.
var settingsMutants = []mutant{
	{"a builder may read the app's secrets", []edit{
		{stackRoles, "", `bundlesPrefix + "*", s.defaultBundlesARN()`, `bundlesPrefix + "*", *s.storage.bucket.BucketArn() + "/secrets/*", s.defaultBundlesARN()`},
	}},
	{"a step may read the app's settings and secrets", []edit{
		{"lambdas/promote/retire.go", "", `{Name: "s3:DeleteObject", Scope: step.StackSettings},`, `{Name: "s3:DeleteObject", Scope: step.StackSettings}, {Name: "s3:HeadObject", Scope: step.StackSettings},`},
	}},
	{"a deleted secret stays in the bucket for a month", []edit{
		{"cdk/storage.go", "", `, forgetSoon("secrets", settings.SecretPrefix)`, ""},
	}},
	{"a fleet is given no settings", []edit{
		{templateData, "", "Settings: in.Plan.Settings,", ""},
	}},
	{"a fleet is given the configured settings, whatever its release names", []edit{
		{templateData, "", "Settings: in.Plan.Settings,", "Settings: in.Plan.Configured,"},
	}},
	{"a release may name settings that nobody knows", []edit{
		{"lambdas/plan/settings.go", "", `asked != "" && recorded.Find(asked) == nil`, `asked == "" && recorded.Find(asked) != nil`},
	}},
	{"the release after a rollback of settings brings back what was rolled away", []edit{
		{promoteRelease, "", "if plan.Settings == plan.Configured {", "if plan.Settings != plan.Release {"},
	}},
	{"a release takes back settings that were configured since it began", []edit{
		{promoteRelease, "", "if recorded.Configured != plan.Configured {", "if recorded.Configured == plan.Settings {"},
	}},
	{"of two changes of settings at once one is lost", []edit{
		{settingsRecord, "", `in.ConditionExpression = aws.String("attribute_not_exists(" + Key + ")")`, ""},
	}},
	{"settings that serve are deleted", []edit{
		{settingsRecord, "", " || slices.Contains(needed, known.Digest)", ""},
	}},
	{"a secret that other settings have is deleted with old ones", []edit{
		{settingsRecord, "", "return secret.ID == id", `return secret.ID == ""`},
	}},
	{"the same secret has the same ID again", []edit{
		{"internal/environment/configure.go", "", "rand.Read(id)", "_, _ = rand.Read(nil)\n\t\tcopy(id, value)"},
	}},
	{"an error quotes the value of a secret", []edit{
		{"gallery-ami/recipe/settings/check.go", "", `fmt.Errorf("the value of %s is not UTF-8 text, which`, `fmt.Errorf("the value "+value+" of %s is not UTF-8 text, which`},
	}},
	{"an instance takes settings that were changed", []edit{
		{fleetScript, "", ` || give_up "settings/$digest" "was changed or cut off"`, " || true"},
	}},
	{"an instance takes half a secret", []edit{
		{fleetScript, "", ` || give_up "secrets/$id" "was changed or cut off"`, " || true"},
	}},
	{"a secret with a backslash is another one to the service", []edit{
		{fleetScript, "", "[\\\\\"$`]", "[\"$`]"},
	}},
	{"other users of an instance may read its secrets", []edit{
		{fleetScript, "fetch_settings() (\n", "  umask 077\n", ""},
	}},
	{"a line of a value makes a secret", []edit{
		{"gallery-ami/recipe/settings/settings.go", "", "\t\tif !isSecret {\n\t\t\tbreak\n\t\t}\n", "\t\tif !isSecret {\n\t\t\tcontinue\n\t\t}\n"},
	}},
	{"an import guesses what a .env file means", []edit{
		{"cmd/gallery/dotenv.go", "", "if strings.ContainsAny(value, \"$`\\\\\\\"'\") {", "if false {"},
	}},
}
