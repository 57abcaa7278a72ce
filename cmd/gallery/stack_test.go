package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"photogallery/gallery-ami/app"
	"photogallery/internal/execution"
	"photogallery/lambdas/fleet"
	"photogallery/release"
)

// on runs a command on the amazon's stack.
func (a *amazon) on(arguments ...string) said {
	a.Helper()
	return gallery(a.T, append(arguments, "--stack", deployedStack)...)
}

func TestReleasesAndTeardownsRunOnAStack(t *testing.T) {
	a := onAmazon(t)
	lesson := filepath.Join("..", "..", "examples", "lesson")
	first := a.on("release", "--name", "r1", "--bundle", lesson).wants(t, 0, "│ ✓ Await build", "r1 succeeded in", "The schedule photogallery-main-nightly tears it down at ")
	if !strings.HasPrefix(first.out, "http://"+deployedStack) || strings.Count(first.out, "\n") != 1 {
		t.Errorf("where the gallery is it tells by %q", first.out)
	}
	if len(a.puts) != 1 {
		t.Errorf("it has put %v", a.puts)
	}
	var again execution.Progress
	parse(t, a.on("release", "--name", "r2", "--bundle", lesson, "--json").wants(t, 0), &again)
	if step := again.Step("LaunchBuilder"); again.Status != "SUCCEEDED" || step != nil || len(a.puts) != 1 {
		t.Errorf("the same content is put again (%v), or baked: %+v", a.puts, step)
	}
	a.on("executions").wants(t, 0, "r1", "r2", "photogallery-main-release", "SUCCEEDED")
	a.on("execution", "r1").wants(t, 0, "✓ Verify", "r1 succeeded in")
	a.on("execution", "r9").wants(t, exitUsage, `"r9"`, "`gallery executions --stack "+deployedStack+"`")
	a.on("release", "--name", "r1", "--version", "3").wants(t, exitUsage, `--name "r1"`, "give another")
	a.on("release", "--image", "ami-00000000000000000").wants(t, exitUsage, "FailedClean", "`gallery images --stack "+deployedStack+"`")
	a.on("teardown", "--dry-run").wants(t, 0, "Auto Scaling group", "load balancer")
	a.on("teardown", "--name", "t1").wants(t, 0, "✓ Verify nothing left", "t1 succeeded in")
}

func parse(t *testing.T, s said, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(s.out), into); err != nil {
		t.Fatalf("%v in %s", err, s.out)
	}
}

func TestCtrlCLeavesARunOnAStackAlone(t *testing.T) {
	a := onAmazon(t)
	begun := a.on("release", "--name", "r1", "--detach").wants(t, 0)
	if begun.out != "r1\n" || !strings.Contains(begun.progress, "`gallery execution r1 --stack "+deployedStack+"`") {
		t.Errorf("detached it tells %q, %q", begun.out, begun.progress)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var progress watched
	progress.when("Plan", cancel)
	status := run(ctx, []string{"execution", "r1", "--stack", deployedStack, "--region", "us-east-1"}, &bytes.Buffer{}, &progress)
	goesOn := "r1 goes on; `gallery execution r1 --stack photogallery-main --region us-east-1` shows it again."
	if status != exitInterrupted || !strings.Contains(progress.String(), goesOn) {
		t.Errorf("status %d: %s", status, progress.String())
	}
	a.refuse("AWSStepFunctions.GetExecutionHistory", "ExpiredTokenException")
	a.on("execution", "r1").wants(t, exitNothingUp, "expired", "aws sso login")
	a.on("release", "--name", "r2", "--wait").wants(t, exitNothingUp, "expired", "r2 goes on; `gallery execution r2 --stack")
	a.refuse("AWSStepFunctions.GetExecutionHistory", "")
	a.on("execution", "r2").wants(t, 0, "r2 succeeded in")
}

// watched is written to until a word appears.
type watched struct {
	bytes.Buffer
	word string
	then func()
}

func (w *watched) when(word string, then func()) { w.word, w.then = word, then }

func (w *watched) Write(text []byte) (int, error) {
	n, err := w.Buffer.Write(text)
	if strings.Contains(w.String(), w.word) {
		w.then()
	}
	return n, err
}

func TestPhotosAreUploadedPastTheServer(t *testing.T) {
	a := onAmazon(t)
	folder := t.TempDir()
	sample, none := filepath.Join(folder, "dunes.png"), filepath.Join(folder, "none.png")
	var content bytes.Buffer
	if err := errors.Join(png.Encode(&content, image.NewGray(image.Rect(0, 0, 40, 30))), os.WriteFile(sample, content.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	refused := a.on("upload", folder, "stack_test.go", none, sample).wants(t, exitUsage, folder+": This is a folder", "stack_test.go: This is not a JPEG", none, "3 of 4 files", sample)
	if strings.Count(refused.progress, "\n") != 4 {
		t.Errorf("it says\n%s", refused.progress)
	}
	if len(a.puts) != 3 || !strings.HasPrefix(a.puts[0], a.Settings.Bucket+"/gallery/photos/") || !strings.HasPrefix(a.puts[2], a.Settings.Bucket+"/gallery/thumbs/") {
		t.Errorf("it has put %v", a.puts)
	}
	var stored []uploaded
	parse(t, a.on("upload", sample, "--json").wants(t, 0), &stored)
	if len(stored) != 1 || stored[0].File != sample || !strings.Contains(stored[0].Note, "already") || len(a.puts) != 3 || !strings.Contains(a.puts[0], stored[0].ID) {
		t.Errorf("it stored %+v as %v", stored, a.puts)
	}
	parse(t, a.on("upload", folder, sample, "stack_test.go", "--json").wants(t, exitUsage), &stored)
	if len(stored) != 3 || stored[0].Code != unreadable || stored[1].ID == "" || stored[2].Code != app.NotAnImage || stored[2].Message == "" {
		t.Errorf("with refusals it says %+v", stored)
	}
	a.on("upload").wants(t, exitUsage, "JPEG")
	a.refuse(s3Object, "AccessDenied")
	a.on("upload", sample).wants(t, exitNothingUp, "S3 PutObject", "permission")
	a.refuse(s3Object, "")

	a.on("upload-key").wants(t, exitUsage, "upload-key/key", "cdk deploy")
	a.objects[a.Settings.Bucket+"/upload-key/key"] = "correct horse battery"
	if key := a.on("upload-key").wants(t, 0); key.out != "correct horse battery\n" {
		t.Errorf("the key is %q", key.out)
	}
}

func TestLogsOfAStackAreFollowed(t *testing.T) {
	a := onAmazon(t)
	const first, second = "i-0123456789abcdef0", "i-0123456789abcdef1"
	a.on("logs").wants(t, 0, "Nothing of this was logged since ", "--since looks further back")
	now := time.Now().Truncate(time.Second)
	ago := func(d time.Duration) int64 { return now.Add(-d).UnixMilli() }
	a.events = []logEvent{
		{"1", first + "/r1", "serving", ago(0)}, {"2", second + "/r2", "GET /", ago(time.Millisecond)}, {"3", first + "/r1/boot", "old", ago(2 * time.Hour)},
		{"4", second + "/r2", `"GET /" 200 "ELB-HealthChecker/2.0"`, ago(time.Minute)},
	}
	at := func(d time.Duration) string { return now.Add(-d).UTC().Format(moment) + "  " }
	old, check := at(2*time.Hour), at(time.Minute)+second+`  "GET /" 200 "ELB-HealthChecker/2.0"`+"\n"
	get, serving := at(time.Millisecond)+second+"  GET /\n", at(0)+first+"  serving\n"
	for line, want := range map[string]string{
		"logs":                                   get + serving,
		"logs --health-checks":                   check + get + serving,
		"logs --tail 1":                          serving,
		"logs --release r2":                      get,
		"logs " + first + " --since 3h":          old + "old\n" + at(0) + "serving\n",
		"logs --since " + strings.TrimSpace(old): old + first + "  old\n" + get + serving,
	} {
		if got := a.on(strings.Fields(line)...).wants(t, 0); got.out != want {
			t.Errorf("%s prints\n%s, want\n%s", line, got.out, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var out watched
	out.when("serving", cancel)
	if status := run(ctx, []string{"logs", "--follow", "--stack", deployedStack}, &out, &bytes.Buffer{}); status != 0 {
		t.Errorf("Ctrl-C ends it with status %d", status)
	}
}

func TestFleetOfAStackIsScaledOnlyWhileNothingElseRuns(t *testing.T) {
	a := onAmazon(t)
	a.on("scale", "3", "6").wants(t, exitUsage, "nothing serves", "gallery release --min-size 3 --max-size 6 --stack "+deployedStack)
	a.on("release", "--name", "r1", "--detach").wants(t, 0)
	a.on("scale", "3", "6").wants(t, exitBusy, "r1 is under way", "gallery execution r1 --stack "+deployedStack)
	a.on("execution", "r1").wants(t, 0)
	a.on("scale", "3", "6", "4").wants(t, 0, "The fleet of release r1 has 3 to 6 instances, and 4 now.")
	group, err := fleet.Group(t.Context(), a.Clients.AutoScaling, a.Settings.Environment.Group(release.Blue))
	if err != nil || group == nil || *group.MinSize != 3 || *group.MaxSize != 6 || *group.DesiredCapacity != 4 {
		t.Errorf("the group is %+v, %v", group, err)
	}
}

func TestShellRunsTheAWSCommand(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for the aws command is a shell script")
	}
	a := onAmazon(t)
	a.on("release").wants(t, 0)
	id := a.instances()[0]
	a.on("shell", id).wants(t, exitNothingUp, "npx cdk deploy -c instanceConnect=on")
	a.outputs["InstanceConnectEndpointId"] = "eice-0123456789abcdef0"
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	a.on("shell", id).wants(t, exitNothingUp, "no aws command")
	script := fmt.Sprintf("#!/bin/sh\necho \"$@\" >%s/called\nexit 7\n", bin)
	if err := os.WriteFile(filepath.Join(bin, "aws"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	a.on("shell", id).wants(t, 7)
	called, err := os.ReadFile(filepath.Join(bin, "called"))
	if want := "ec2-instance-connect ssh --instance-id " + id + " --connection-type eice --region us-east-1\n"; err != nil || string(called) != want {
		t.Errorf("aws %s, %v", called, err)
	}
	a.on("shell", "i-0123456789abcdef0").wants(t, exitUsage, "i-0123456789abcdef0", id)
}

func TestCommandFindsItsCloud(t *testing.T) {
	a := onAmazon(t)
	t.Setenv(stackVariable, deployedStack)
	gallery(t, "executions").wants(t, 0)
	nowhere := t.TempDir()
	gallery(t, "executions", "--data", nowhere).wants(t, exitNothingUp, nowhere, "gallery up")
	gallery(t, "executions", "--data", nowhere, "--stack", deployedStack).wants(t, exitUsage, "--stack", "--data", "one of them")
	t.Setenv("XDG_DATA_HOME", nowhere)
	gallery(t, "executions", "--stack", "").wants(t, exitNothingUp, nowhere)
	t.Setenv(stackVariable, "")
	gallery(t, "executions", "--region", "eu-west-1").wants(t, exitUsage, "--region eu-west-1", "--stack")
	for _, command := range [][]string{{"up"}, {"load"}, {"crash", "i-0123456789abcdef0"}} {
		a.on(command...).wants(t, exitUsage, "gallery "+command[0], "leave out --stack")
	}
	gallery(t, "__complete", "executions", "--stack", "").wants(t, 0, deployedStack)
}

func TestAWSProblemsAreReportedInOneMessage(t *testing.T) {
	a := onAmazon(t)
	gone := httptest.NewServer(nil)
	gone.Close()
	tests := map[string]struct {
		environment map[string]string
		refuse      [2]string
		arguments   []string
		status      int
		words       []string
	}{
		"no credentials":         {map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, [2]string{}, nil, exitNothingUp, []string{"no AWS credentials", "aws configure"}},
		"no region":              {map[string]string{"AWS_REGION": ""}, [2]string{}, nil, exitUsage, []string{"--region"}},
		"no such profile":        {nil, [2]string{}, []string{"--profile", "prod"}, exitUsage, []string{`"prod"`}},
		"no such stack":          {nil, [2]string{}, []string{"--stack", "photogallery-prod"}, exitNothingUp, []string{`"photogallery-prod" in us-east-1`, deployedStack}},
		"no stack's name":        {nil, [2]string{}, []string{"--stack", "a b"}, exitUsage, []string{`"a b"`}},
		"nobody answers":         {map[string]string{"AWS_ENDPOINT_URL": gone.URL}, [2]string{}, nil, exitNothingUp, []string{"does not answer", "AWS_ENDPOINT_URL"}},
		"an expired token":       {nil, [2]string{"DescribeStacks", "ExpiredToken"}, nil, exitNothingUp, []string{"expired", "aws sso login"}},
		"a region not enabled":   {nil, [2]string{"DescribeStacks", "InvalidClientTokenId"}, nil, exitNothingUp, []string{"us-east-1", "region enabled"}},
		"no permission":          {nil, [2]string{"DescribeStacks", "AccessDenied"}, nil, exitNothingUp, []string{"CloudFormation DescribeStacks", "permission"}},
		"no permission to start": {nil, [2]string{"AWSStepFunctions.StartExecution", "AccessDeniedException"}, nil, exitNothingUp, []string{"SFN StartExecution", "permission"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for name, value := range test.environment {
				t.Setenv(name, value)
			}
			a.refuse(test.refuse[0], test.refuse[1])
			defer a.refuse(test.refuse[0], "")
			arguments := append([]string{"release"}, test.arguments...)
			if !slices.Contains(arguments, "--stack") {
				arguments = append(arguments, "--stack", deployedStack)
			}
			said := gallery(t, arguments...).wants(t, test.status, test.words...)
			if strings.Count(said.progress, "\n") != 1 || said.out != "" {
				t.Errorf("it says\n%s%s", said.out, said.progress)
			}
		})
	}
}
