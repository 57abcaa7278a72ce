package awsstack

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"photogallery/internal/environment"
	"photogallery/internal/localcloud/cloudwatch"
)

// watch returns the stack as its console watches it.
func (a *account) watch() *watched {
	return &watched{Stack: a.open(), states: map[time.Time]environment.Status{}}
}

func TestSamplesComeAMinuteLateAndOnce(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		w := a.watch()
		if samples, err := w.Samples(t.Context(), time.Now().Add(-10*time.Minute)); err != nil || len(samples) != 9 || samples[0].CPU != nil {
			t.Errorf("without a load balancer there are %d samples, %v", len(samples), err)
		}
		if samples, err := w.Samples(t.Context(), time.Time{}); err != nil || len(samples) != 0 {
			t.Errorf("charts begin with %d samples of nothing, %v", len(samples), err)
		}
		a.runs(a.StartRelease(t.Context(), "r1", `{}`))
		time.Sleep(20 * time.Minute)
		samples, err := w.Samples(t.Context(), time.Now().Add(-10*time.Minute))
		if err != nil || len(samples) != 9 {
			t.Fatalf("there are %d samples, %v", len(samples), err)
		}
		last := samples[len(samples)-1]
		if late := time.Since(last.At); late < metricsLate || late > metricsLate+time.Minute {
			t.Errorf("the last sample is of %s ago", late)
		}
		if last.CPU == nil || last.Healthy == nil || *last.Healthy != 2 || last.InService != 2 || last.Max != 0 || last.Slot != "blue" {
			t.Errorf("the last sample is %+v", last)
		}
		if more, err := w.Samples(t.Context(), last.At); err != nil || len(more) > 1 {
			t.Errorf("after the last sample there are %v, %v", more, err)
		}
	})
}

// metricsLate is what a page says of metrics.
const metricsLate = time.Minute

func TestConsoleAddsToSamplesWhatNoMetricHas(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.runs(a.StartRelease(t.Context(), "r1", `{}`))
		w := a.watch()
		for range 10 {
			status, err := w.Status(t.Context())
			if err != nil || len(status.Alarms) == 0 {
				t.Fatalf("%+v, %v", status, err)
			}
			time.Sleep(time.Minute)
		}
		samples, err := w.Samples(t.Context(), time.Now().Add(-5*time.Minute))
		if err != nil || len(samples) == 0 {
			t.Fatal(samples, err)
		}
		for _, s := range samples {
			if s.Min != 2 || s.Max != 5 || s.Desired != 2 || s.InService != 2 || s.Traffic != 100 || s.Health["healthy"] != 2 || s.Alarms[a.Settings.Environment.Alarm("blue", "idle")] == "" {
				t.Errorf("a sample is %+v", s)
			}
		}
	})
}

func TestConsoleHasTheCPUOfInstancesThatIsMeasured(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.runs(a.StartRelease(t.Context(), "r1", `{}`))
		w := a.watch()
		status, err := w.Status(t.Context())
		if err != nil || len(status.Instances) != 2 || status.Instances[0].CPU != nil {
			t.Fatalf("%+v, %v", status.Instances, err)
		}
		measured := status.Instances[0].ID
		for _, percent := range []float64{80, 12.5} {
			a.Cloud.Fabric.Do(func() {
				a.Cloud.CloudWatch.Record(cloudwatch.Metric{Namespace: "AWS/EC2", Name: "CPUUtilization", Dimensions: map[string]string{"InstanceId": measured}}, percent)
			})
			time.Sleep(time.Minute)
		}
		time.Sleep(metricsLate)
		if _, err := w.Samples(t.Context(), time.Now().Add(-5*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if status, err = w.Status(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, one := range status.Instances {
			if isKnown := one.CPU != nil; isKnown != (one.ID == measured) || isKnown && *one.CPU != 12.5 {
				t.Errorf("the CPU of %s is %v", one.ID, one.CPU)
			}
		}
	})
}

func TestConsoleSaysWhenSchedulesAreDue(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.runs(a.StartRelease(t.Context(), "r1", `{"ttl": "8h"}`))
		status, err := a.watch().Status(t.Context())
		if err != nil || len(status.Schedules) != 1 {
			t.Fatalf("%+v, %v", status.Schedules, err)
		}
		if due := time.Until(status.Schedules[0].Next); due < 7*time.Hour || due > 8*time.Hour {
			t.Errorf("the teardown is due in %s", due)
		}
	})
}

func TestCostOfAnHourFollowsWhatStands(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		s := a.open()
		before, err := s.cost(t.Context())
		if err != nil || before.Hour != before.Idle || before.Least <= before.Hour || before.Most <= before.Least {
			t.Errorf("before a release it costs %+v, %v", before, err)
		}
		a.runs(a.StartRelease(t.Context(), "r1", `{}`))
		serving, err := s.cost(t.Context())
		if err != nil || serving.Hour <= before.Hour || serving.Hour > serving.Most {
			t.Errorf("while it serves it costs %+v, %v", serving, err)
		}
	})
}

func TestCredentialsAreReadAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials")
	write := func(key string) {
		t.Helper()
		content := "[default]\naws_access_key_id = " + key + "\naws_secret_access_key = secret\naws_session_token = token\n"
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range map[string]string{
		"AWS_SHARED_CREDENTIALS_FILE": file, "AWS_CONFIG_FILE": filepath.Join(t.TempDir(), "none"), "AWS_REGION": "us-east-1",
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	write("FORMER")
	synctest.Test(t, func(t *testing.T) {
		config, err := Configure(context.Background(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		lasting := Lasting(config, "", "")
		uses := func(want string) {
			t.Helper()
			if found, err := lasting.Credentials.Retrieve(context.Background()); err != nil || found.AccessKeyID != want {
				t.Errorf("they are %s, %v, want %s", found.AccessKeyID, err, want)
			}
		}
		uses("FORMER")
		write("NEXT")
		uses("FORMER")
		time.Sleep(time.Minute)
		uses("NEXT")
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if _, err := lasting.Credentials.Retrieve(context.Background()); err == nil || !strings.Contains(err.Error(), "credentials") {
			t.Errorf("without any: %v", err)
		}
		write("LAST")
		uses("LAST")
	})
}
