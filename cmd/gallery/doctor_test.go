package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"photogallery/internal/doctor"
)

// noAWS leaves the program no credentials and no region but what a test gives it.
func noAWS(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": nowhere, "AWS_SHARED_CREDENTIALS_FILE": nowhere, "AWS_EC2_METADATA_DISABLED": "true", "AWS_PROFILE": "",
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_ENDPOINT_URL": "",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI": "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "", stackVariable: "",
	} {
		t.Setenv(name, value)
	}
}

func TestDoctorReportsWhatIsMissingFirst(t *testing.T) {
	noAWS(t)
	gallery(t, "doctor").wants(t, exitFailed, "✗ credentials", "--region", "! everything else", "✗ 1 would fail")
	gallery(t, "doctor", "--region", "eu-west-1").wants(t, exitFailed, "✗ credentials", "aws configure")
	gallery(t, "doctor", "--min-size", "30").wants(t, exitUsage, "minSize")
	gallery(t, "doctor", "--architecture", "amd64").wants(t, exitUsage, `"amd64": give arm64 or x86_64`)
	gallery(t, "doctor", "--stack", "x", "--data", t.TempDir()).wants(t, exitUsage, "--data")
}

func TestDoctorSaysTheSameAsJSON(t *testing.T) {
	noAWS(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "old")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "old")
	expired := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>`)
	}))
	defer expired.Close()
	t.Setenv("AWS_ENDPOINT_URL", expired.URL)
	var found []doctor.Finding
	if err := json.Unmarshal([]byte(gallery(t, "doctor", "--json", "--region", "us-east-1").wants(t, exitFailed, "expired").out), &found); err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]doctor.Verdict{}
	for _, f := range found {
		verdicts[f.Check] = f.Verdict
	}
	if verdicts["credentials"] != doctor.Failed || verdicts["everything else"] != doctor.Warning || verdicts["Go"] == "" {
		t.Errorf("found %+v", found)
	}
}
