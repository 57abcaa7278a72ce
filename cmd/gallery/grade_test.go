package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"photogallery/internal/grade"
)

// classroom is AWS for two profiles: lab-ann's account has nothing and shows nothing but its VPCs, and the
// credentials of lab-ben have expired.
func classroom(t *testing.T) (folder string) {
	t.Helper()
	noAWS(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		switch action := form.Get("Action"); {
		case strings.Contains(r.Header.Get("Authorization"), "Credential=ben/"):
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>`)
		case action == "GetCallerIdentity":
			fmt.Fprint(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/voclabs/ann</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
		case action == "DescribeVpcs":
			fmt.Fprint(w, `<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>`)
		default:
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation.</Message></Error></Errors></Response>`)
		}
	}))
	t.Cleanup(server.Close)
	folder = t.TempDir()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_CONFIG_FILE", written(t, folder, "config", `
[profile lab-ann]
aws_access_key_id = ann
aws_secret_access_key = x
region = us-east-1
[profile lab-ben]
aws_access_key_id = ben
aws_secret_access_key = x
`))
	return folder
}

func written(t *testing.T, folder, name, text string) (path string) {
	t.Helper()
	path = filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestGradeShowsEachRow(t *testing.T) {
	folder := classroom(t)
	page := filepath.Join(folder, "lesson.html")
	points := written(t, folder, "points.json", `{"vpc": 3, "image": 7}`)
	gallery(t, "grade", "--profile", "lab-ann", "--points", points, "--html", page).wants(t, 0,
		"Account 123456789012, us-east-1: no VPC", "✗ A VPC 10.0.0.0/16", "0/3", "→ Make a VPC with the block 10.0.0.0/16.",
		"? An image of your own", "Allow ec2:DescribeImages", "0 of 10 points", "The result is in "+page)
	if text, err := os.ReadFile(page); err != nil || !strings.Contains(string(text), "0 of 10 points") {
		t.Errorf("%v, the page has %s", err, text)
	}
	var report grade.Report
	if err := json.Unmarshal([]byte(gallery(t, "grade", "--profile", "lab-ann", "--json").wants(t, 0).out), &report); err != nil {
		t.Fatal(err)
	}
	if report.Of != 100 || report.Count(grade.Missing) != 1 || len(report.Rows) != len(grade.Rows()) {
		t.Errorf("it has %+v", report)
	}
}

func TestGradeOfAnExpiredLabSaysToStartItAgain(t *testing.T) {
	classroom(t)
	gallery(t, "grade", "--profile", "lab-ben", "--region", "us-east-1").wants(t, exitNothingUp, "start the lab again")
}

func TestGradeOfAClassGoesOnAfterAProfileThatFails(t *testing.T) {
	folder := classroom(t)
	roster := written(t, folder, "roster.csv", "name,profile,region\nBen,lab-ben,us-west-2\nEve,lab-eve,\nAnn,lab-ann,\n")
	table := filepath.Join(folder, "grades.csv")
	gallery(t, "grade", "--all", roster, "--csv", table).wants(t, exitFailed, "3 of 3: Ann", "start the lab again", `no profile "lab-eve"`, "0/100", "1 missing, 17 unknown", "123456789012")
	text, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSpace(string(text)), "\n"); len(lines) != 4 || !strings.HasPrefix(lines[3], "Ann,lab-ann,us-east-1,123456789012,0,100,,") {
		t.Errorf("the table is %q", lines)
	}
	var class []grade.Graded
	if err := json.Unmarshal([]byte(gallery(t, "grade", "--all", roster, "--json").wants(t, exitFailed).out), &class); err != nil {
		t.Fatal(err)
	}
	if len(class) != 3 || class[0].Report != nil || class[0].Problem == "" || class[2].Report == nil {
		t.Errorf("it has %+v", class)
	}
	gallery(t, "grade", "--all", written(t, folder, "one.csv", "name,profile\nAnn,lab-ann\n")).wants(t, 0, "Ann")
}

func TestGradeRefusesWhatDoesNotGoTogether(t *testing.T) {
	noAWS(t)
	for name, test := range map[string]struct {
		arguments []string
		words     string
	}{
		"a stack":               {[]string{"--stack", "photogallery-main"}, "--stack photogallery-main"},
		"a class of one":        {[]string{"--all", "roster.csv", "--profile", "lab"}, "--profile lab does not go with --all"},
		"one page for a class":  {[]string{"--all", "roster.csv", "--html", "x.html"}, "--html x.html"},
		"a table of one":        {[]string{"--csv", "x.csv"}, "--csv goes with --all"},
		"no roster":             {[]string{"--all", "nowhere.csv"}, "nowhere.csv"},
		"no points":             {[]string{"--points", "nowhere.json"}, "nowhere.json"},
		"points of other rows":  {[]string{"--points", written(t, t.TempDir(), "p", `{"app": -1, "ap": 1}`)}, `app: -1 is less than 0; the rows are`},
		"no region":             {nil, "no AWS region is chosen"},
		"a roster without name": {[]string{"--all", written(t, t.TempDir(), "r", "profile\nlab\n")}, "name and profile must be among them"},
	} {
		t.Run(name, func(t *testing.T) {
			gallery(t, append([]string{"grade"}, test.arguments...)...).wants(t, exitUsage, test.words)
		})
	}
}
