package lock_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"photogallery/lambdas/lock"
	"photogallery/lambdas/step"
)

// line is a document of the embedded metric format as CloudWatch reads it.
type line struct {
	AWS struct {
		Timestamp         int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	} `json:"_aws"`
}

// read gives every metric's value by its name and unit, and checks what CloudWatch would refuse.
func read(t *testing.T, text string) map[string]float64 {
	t.Helper()
	if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
		t.Fatalf("%q is not one line", text)
	}
	var document line
	var members map[string]any
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		t.Fatal(err)
	}
	if document.AWS.Timestamp != time.Now().UnixMilli() || len(document.AWS.CloudWatchMetrics) != 1 {
		t.Fatalf("got %+v", document.AWS)
	}
	directive := document.AWS.CloudWatchMetrics[0]
	if diff := cmp.Diff([][]string{{"Environment"}}, directive.Dimensions); diff != "" || directive.Namespace != "Photogallery" || members["Environment"] != "main" {
		t.Errorf("%s %v of %v", directive.Namespace, members["Environment"], diff)
	}
	values := map[string]float64{}
	for _, metric := range directive.Metrics {
		value, isNumber := members[metric.Name].(float64)
		if !isNumber {
			t.Errorf("%s has no value", metric.Name)
		}
		values[metric.Name+" "+metric.Unit] = value
	}
	return values
}

func TestLastStepCountsHowExecutionsEnd(t *testing.T) {
	failed := &lock.Failure{Error: "BuildFailed"}
	const releasing, tearing = "arn:aws:states:us-east-1:123456789012:execution:photogallery-main-release:r1", "arn:aws:states:us-east-1:123456789012:execution:photogallery-main-teardown:t1"
	tests := map[string]struct {
		execution string
		in        lock.UnlockInput
		want      map[string]float64
	}{
		"a success":        {releasing, lock.UnlockInput{}, map[string]float64{"ReleaseSucceeded Count": 1, "ReleaseFailed Count": 0, "FailedDirty Count": 0, "ReleaseSeconds Seconds": 90}},
		"a clean failure":  {releasing, lock.UnlockInput{Failure: failed}, map[string]float64{"ReleaseSucceeded Count": 0, "ReleaseFailed Count": 1, "FailedDirty Count": 0, "ReleaseSeconds Seconds": 90}},
		"a dirty failure":  {releasing, lock.UnlockInput{Failure: failed, Dirty: failed}, map[string]float64{"ReleaseSucceeded Count": 0, "ReleaseFailed Count": 1, "FailedDirty Count": 1, "ReleaseSeconds Seconds": 90}},
		"a teardown":       {tearing, lock.UnlockInput{}, map[string]float64{"FailedDirty Count": 0}},
		"a dirty teardown": {tearing, lock.UnlockInput{Failure: failed, Dirty: failed}, map[string]float64{"FailedDirty Count": 1}},
	}
	for name, test := range tests {
		inEnvironment(t, func(e environment) {
			var written bytes.Buffer
			e.settings.Metrics = &written
			test.in.Execution = test.execution
			e.lock(lock.Input{Call: step.Call{Execution: test.execution}, Release: "r1"})
			time.Sleep(90 * time.Second)
			e.unlock(test.in)
			if diff := cmp.Diff(test.want, read(e.T, written.String())); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			written.Reset()
			e.unlock(test.in)
			if values := read(e.T, written.String()); values["ReleaseSeconds Seconds"] != 0 {
				t.Errorf("%s: without its lock it has a duration: %v", name, values)
			}
		})
	}
}
