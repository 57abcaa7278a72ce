package cdk_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"photogallery/cdk"
	"photogallery/release"
)

func TestEveryProblemOfTheContextIsNamedAtOnce(t *testing.T) {
	_, err := cdk.ParseOptions(map[string]any{
		"timezone": "main", "environment": "Main", "cidr": "10.0.0.1/8", "nightlyTeardown": "20:00",
		"morningRelease": "cron(0 7 * *)", "timeZone": "Zurich", "notify": "nobody,ops@example.com,ops@example.com", "topic": "arn:aws:sns:us-east-1:123456789012:ops.fifo", "webhook": "https://hooks.example.com/secret", "domain": "gallery",
		"uploadsOverHttp": "yes", "logDays": 31, "tags": "aws:team=web,photogallery:role=fleet", "vpcRange": "10.0.0.0/24", "zones": "us-east-1a,use1-az2", "ebsKey": "alias/photos", "settingsKey": "alias/aws/s3",
	})
	if release.CodeOf(err) != release.InvalidRequest {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{
		"timezone: no such option; the options are environment, architecture, cidr",
		`environment: "Main"`, `cidr: "10.0.0.1/8": the address has bits beyond the range, which starts at 10.0.0.0/8`,
		`nightlyTeardown: "20:00"`, "give off, or a schedule such as cron(0 20 * * ? *)", `morningRelease: "cron(0 7 * *)"`,
		`timeZone: "Zurich"`, `"nobody" is no e-mail address; give e-mail addresses such as`, "ops@example.com is given twice",
		`ops.fifo": no ARN of a standard SNS topic; give`, `an address would stand in the template for all to read; put it into a secret; give slack: or teams:`, `domain: "gallery"`, "hostedZone: left out", `uploadsOverHttp: "yes"`,
		`logDays: "31"`, `vpcRange: "10.0.0.0/24": a network has /16 to /22`, `zones: "us-east-1a,use1-az2": neither names nor IDs`,
		`tags: "aws:team=web,photogallery:role=fleet": tag "aws:team"`, `fleet": tag "photogallery:role"`,
		`settingsKey: "alias/aws/s3": no ARN of a KMS key; give`,
		`ebsKey: "alias/photos": neither the ARN of a KMS key nor the alias of AWS's; give`,
	} {
		if strings.Contains(err.Error(), "hooks.example.com") {
			t.Error("the address of a webhook is in the error")
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in:\n%v", want, err)
		}
	}
}

func TestEveryOptionTakesEffect(t *testing.T) {
	given := map[string]any{
		"environment": "staging", "architecture": "x86_64", "cidr": "203.0.113.0/24", "nightlyTeardown": "cron(0 20 * * ? *)", "morningRelease": "rate(1 day)", "rebake": "rate(7 days)", "sleepAfter": "45m", "wake": "visit", "wakeLimit": 3.0, "wakeAtNight": "on", "wakeConcurrency": 2.0, "budget": 20.0,
		"vpc": ownVPC, "publicSubnets": ownPublic, "privateSubnets": "subnet-0123456789abcdef2, subnet-0123456789abcdef3",
		"timeZone": "Europe/Zurich", "notify": "ops@example.com, me@example.com", "topic": "arn:aws:sns:us-east-1:123456789012:ops", "webhook": "slack:photogallery/webhook",
		"domain": "photos.example.com", "hostedZone": "Z0123",
		"uploadsOverHttp": true, "instanceConnect": "on", "accessLogs": "on", "ebsKey": "alias/aws/ebs", "settingsKey": "arn:aws:kms:us-east-1:123456789012:key/ID", "flowLogs": false, "dashboard": "on", "logDays": 7.0,
		"role": "arn:aws:iam::123456789012:role/LabRole", "instanceProfile": "LabInstanceProfile", "assetsBucket": "photogallery-lab-123456789012-us-east-1",
		"tags": map[string]any{"team": "web", "account": 123456789012.0},
	}
	// vpcRange and zones, which do not go with vpc, have a test of their own, and so has github, which does not go with role.
	if len(given)+3 != len(cdk.Table()) {
		t.Errorf("%d options are tried, there are %d", len(given)+3, len(cdk.Table()))
	}
	got, err := cdk.ParseOptions(given)
	want := cdk.Options{
		Environment: "staging", Architecture: "x86_64", CIDR: "203.0.113.0/24", VPC: ownVPC, PublicSubnets: ownPublic, PrivateSubnets: ownPrivate, VPCRange: "10.0.0.0/16", NightlyTeardown: "cron(0 20 * * ? *)", MorningRelease: "rate(1 day)", Rebake: "rate(7 days)", SleepAfter: 45 * time.Minute, Wake: "visit", WakeLimit: 3, WakeAtNight: true, WakeConcurrency: 2, Budget: "20", TimeZone: "Europe/Zurich",
		Notify: "ops@example.com, me@example.com", Topic: "arn:aws:sns:us-east-1:123456789012:ops", Webhook: "slack:photogallery/webhook", Domain: "photos.example.com", HostedZone: "Z0123", UploadsOverHTTP: true,
		InstanceConnect: true, AccessLogs: true, EBSKey: "alias/aws/ebs", SettingsKey: "arn:aws:kms:us-east-1:123456789012:key/ID", Dashboard: true, LogDays: 7, Tags: "account=123456789012,team=web",
		Role: "LabRole", InstanceProfile: "LabInstanceProfile", AssetsBucket: "photogallery-lab-123456789012-us-east-1",
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

func TestProjectContextIsValid(t *testing.T) {
	text, err := os.ReadFile("../cdk.json")
	if err != nil {
		t.Fatal(err)
	}
	var project struct{ Context map[string]any }
	if err := json.Unmarshal(text, &project); err != nil {
		t.Fatal(err)
	}
	if options, err := cdk.ParseOptions(project.Context); err != nil || options.NightlyTeardown != "" {
		t.Errorf("got %+v, %v", options, err)
	}
}

// cdk watch hotswaps, by which no state machine gets to call the new code, and the next deployment fails.
// Without this key it does not start. https://docs.aws.amazon.com/cdk/v2/guide/ref-cli-cmd-watch.html
func TestProjectDoesNotConfigureWatch(t *testing.T) {
	text, err := os.ReadFile("../cdk.json")
	if err != nil {
		t.Fatal(err)
	}
	var project map[string]any
	if err := json.Unmarshal(text, &project); err != nil {
		t.Fatal(err)
	}
	if watch, isThere := project["watch"]; isThere {
		t.Errorf("cdk.json configures cdk watch: %v", watch)
	}
}

func TestZonesAndRangeAreThoseOfANetwork(t *testing.T) {
	for _, test := range []struct {
		key, value string
		taken      bool
	}{
		{"zones", "us-east-1a,us-east-1c", true}, {"zones", "use1-az1,use1-az4", true}, {"zones", "us-gov-west-1a, us-gov-west-1b", true},
		{"zones", "usgw1-az1,usgw1-az2", true}, {"zones", "us-east-1a", false}, {"zones", "us-east-1a,us-east-1a", false},
		{"zones", "us-east-1a,us-west-2a", false}, {"zones", "use1-az1,usw2-az1", false}, {"zones", "a,b", false},
		{"zones", "us-east-1-bos-1a,us-east-1a", false},
		{"vpcRange", "172.31.0.0/16", true}, {"vpcRange", "100.64.0.0/20", true}, {"vpcRange", "192.168.4.0/22", true},
		{"vpcRange", "10.0.0.0/8", false}, {"vpcRange", "10.0.0.0/23", false}, {"vpcRange", "8.8.0.0/16", false}, {"vpcRange", "10.0.1.0/16", false},
	} {
		options, err := cdk.ParseOptions(map[string]any{test.key: test.value})
		if (err == nil) != test.taken {
			t.Errorf("%s %s: %v", test.key, test.value, err)
		}
		if given := map[string]string{"zones": options.Zones, "vpcRange": options.VPCRange}[test.key]; test.taken && given != test.value {
			t.Errorf("%s is %s, want %s", test.key, given, test.value)
		}
	}
}

func TestArchitectureIsOneOfAWSs(t *testing.T) {
	for _, given := range release.Architectures() {
		if options, err := cdk.ParseOptions(map[string]any{"architecture": given}); err != nil || options.Architecture != given {
			t.Errorf("%s: %+v, %v", given, options, err)
		}
	}
	const want = `architecture: "amd64": no architecture of functions; give arm64 or x86_64`
	if _, err := cdk.ParseOptions(map[string]any{"architecture": "amd64"}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestBudgetIsAnAmount(t *testing.T) {
	for value, taken := range map[string]bool{"off": true, "1": true, "20": true, "7.50": true, "0": false, "-5": false, "$20": false, "1e9": false, "NaN": false, "20.005": false, "9999999": false} {
		_, err := cdk.ParseOptions(map[string]any{"budget": value})
		if (err == nil) != taken || err != nil && !strings.Contains(err.Error(), fmt.Sprintf("budget: %q: no amount from 1 to 999999", value)) {
			t.Errorf("%s: %v", value, err)
		}
	}
}

func TestBoundaryIsTakenUnlessItHoldsAPseudoParameter(t *testing.T) {
	boundary := func(name string) map[string]any {
		return map[string]any{"@aws-cdk/core:permissionsBoundary": map[string]any{"name": name}}
	}
	_, err := cdk.ParseOptions(boundary("org-${AWS::AccountId}"))
	if release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), "write the account") {
		t.Errorf("got %v", err)
	}
	app := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false)})
	for key, value := range boundary("org-${Qualifier}") {
		app.Node().SetContext(jsii.String(key), value)
	}
	made := decode(t, rawOf(t, newStack(t, app, boundary("org-${Qualifier}"))))
	for id, role := range made.of("AWS::IAM::Role") {
		if !strings.HasSuffix(fmt.Sprint(resolve(made, role.Properties["PermissionsBoundary"])), ":policy/org-hnb659fds") {
			t.Errorf("%s has the boundary %v", id, role.Properties["PermissionsBoundary"])
		}
	}
}
