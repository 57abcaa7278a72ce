package cdk_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"photogallery/cdk"
	"photogallery/internal/release"
)

func TestEveryProblemOfTheContextIsNamedAtOnce(t *testing.T) {
	_, err := cdk.ParseOptions(map[string]any{
		"timezone": "main", "environment": "Main", "cidr": "10.0.0.1/8", "nightlyTeardown": "20:00",
		"morningRelease": "cron(0 7 * *)", "timeZone": "Zurich", "notify": "nobody", "domain": "gallery",
		"uploadsOverHttp": "yes", "logDays": 31,
	})
	if release.CodeOf(err) != release.InvalidRequest {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{
		"timezone: no such option; the options are environment, cidr",
		`environment: "Main"`, `cidr: "10.0.0.1/8": the address has bits beyond the range, which starts at 10.0.0.0/8`,
		`nightlyTeardown: "20:00"`, "give off, or a schedule such as cron(0 20 * * ? *)", `morningRelease: "cron(0 7 * *)"`,
		`timeZone: "Zurich"`, `notify: "nobody"`, `domain: "gallery"`, "hostedZone: left out", `uploadsOverHttp: "yes"`,
		`logDays: "31"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in:\n%v", want, err)
		}
	}
}

func TestEveryOptionTakesEffect(t *testing.T) {
	given := map[string]any{
		"environment": "staging", "cidr": "203.0.113.0/24", "nightlyTeardown": "off", "morningRelease": "rate(1 day)",
		"timeZone": "Europe/Zurich", "notify": "ops@example.com", "domain": "photos.example.com", "hostedZone": "Z0123",
		"uploadsOverHttp": true, "instanceConnect": "on", "accessLogs": "on", "flowLogs": false, "logDays": 7.0,
	}
	if len(given) != len(cdk.Table()) {
		t.Errorf("%d options are tried, there are %d", len(given), len(cdk.Table()))
	}
	got, err := cdk.ParseOptions(given)
	want := cdk.Options{
		Environment: "staging", CIDR: "203.0.113.0/24", MorningRelease: "rate(1 day)", TimeZone: "Europe/Zurich",
		Notify: "ops@example.com", Domain: "photos.example.com", HostedZone: "Z0123", UploadsOverHTTP: true,
		InstanceConnect: true, AccessLogs: true, LogDays: 7,
	}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestUploadsNeedADomainUnlessAllowed(t *testing.T) {
	for name, test := range map[string]struct {
		options cdk.Options
		want    bool
	}{
		"plain HTTP":          {cdk.Options{}, false},
		"plain HTTP, allowed": {cdk.Options{UploadsOverHTTP: true}, true},
		"a domain":            {cdk.Options{Domain: "photos.example.com"}, true},
	} {
		if got := test.options.Uploads(); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestTheProjectsOwnContextIsSound(t *testing.T) {
	text, err := os.ReadFile("../cdk.json")
	if err != nil {
		t.Fatal(err)
	}
	var project struct{ Context map[string]any }
	if err := json.Unmarshal(text, &project); err != nil {
		t.Fatal(err)
	}
	if options, err := cdk.ParseOptions(project.Context); err != nil || options.NightlyTeardown == "" {
		t.Errorf("got %+v, %v", options, err)
	}
}
