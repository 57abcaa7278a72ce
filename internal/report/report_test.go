package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/report"
	"photogallery/internal/stack"
	"photogallery/release"
)

// run is what one execution leaves, in its middle or when it is whole.
func run(t *testing.T, input string, whole bool) (made report.Report) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, err := stack.New(stack.Options{Environment: "main", Kind: machine.NewSimulated(nil)})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		arn, err := s.StartRelease(t.Context(), "r1", input)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if whole {
			if _, err := s.Await(t.Context(), arn); err != nil {
				t.Fatal(err)
			}
		}
		reader := execution.NewReader(s.SFN, arn)
		reader.Data = map[int64]string{}
		if err := reader.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		made = report.Report{Name: "r1", Machine: "photogallery-main-release", Run: reader.History, Data: reader.Data, Made: time.Now()}
		if !whole {
			_, err = s.SFN.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &arn})
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	return made
}

func written(t *testing.T, made report.Report) string {
	t.Helper()
	var page bytes.Buffer
	if err := made.Write(&page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

var elsewhere = regexp.MustCompile(`(src|href|action|url\()\s*=?\s*["'(]?\s*(https?:|//)`)

func TestReportIsSelfContained(t *testing.T) {
	made := run(t, `{"version": "one", "ttl": "8h"}`, true)
	value := 250.0
	for at := range 20 {
		made.Samples = append(made.Samples, environment.Sample{
			At:          made.Run.Began.Add(time.Duration(at) * time.Minute),
			FleetSample: environment.FleetSample{Requests: &value, Desired: 2, InService: 2, Min: 2, Max: 5, Health: map[string]int{"healthy": 2}},
		})
	}
	made.Alarms = []environment.Alarm{{Name: "photogallery-main-requests-high", Marks: []environment.Mark{{Metric: "requests", Threshold: 200}}}}
	made.Former, made.FormerName = made.Run, "r0"
	page := written(t, made)
	for _, words := range []string{"SUCCEEDED", "Launch builder", "Ensure scaling", "Requests per target", "thresholds of alarms", "Thin bars: the former run, r0.", `&#34;version&#34;: &#34;one&#34;`} {
		if !strings.Contains(page, words) {
			t.Errorf("the report does not say %q", words)
		}
	}
	if strings.Contains(page, "<script") || elsewhere.MatchString(page) {
		t.Error("the report has a script, or asks for something elsewhere")
	}
	if drawn := strings.Count(page, `data-phase="succeeded"`); drawn < len(made.Run.States) {
		t.Errorf("%d states are drawn as succeeded", drawn)
	}
	drawings(t, page)
}

func TestReportShowsTwoFleetsWhileThereWereTwo(t *testing.T) {
	made := run(t, `{"version": "one"}`, true)
	value := 250.0
	for at := range 20 {
		blue := environment.FleetSample{Slot: release.Blue, Traffic: 95, Requests: &value, InService: 2, Health: map[string]int{"healthy": 2}}
		sample := environment.Sample{At: made.Run.Began.Add(time.Duration(at) * time.Minute), FleetSample: blue}
		if at > 2 {
			sample.Fleets = map[release.Slot]environment.FleetSample{release.Blue: blue, release.Green: {Slot: release.Green, Traffic: 5, InService: 2}}
		}
		made.Samples = append(made.Samples, sample)
	}
	mark := []environment.Mark{{Metric: "requests", Threshold: 200}}
	made.Alarms = []environment.Alarm{{Slot: release.Blue, Marks: mark}, {Slot: release.Green, Marks: mark}}
	page := written(t, made)
	for _, words := range []string{"Traffic", "healthy targets", ">blue<", ">green<"} {
		if !strings.Contains(page, words) {
			t.Errorf("the report does not say %q", words)
		}
	}
	drawings(t, page)
}

func TestFailedRunShowsItsReason(t *testing.T) {
	made := run(t, `{"minSize": 9, "maxSize": 3, "Comment": "<script>alert(1)</script>"}`, true)
	page := written(t, made)
	for _, words := range []string{"FAILED", "FailedClean", "maxSize", "Nothing was measured"} {
		if !strings.Contains(page, words) {
			t.Errorf("the report does not say %q", words)
		}
	}
	if strings.Contains(page, "<script") {
		t.Error("the input got into the page as it is")
	}
	if strings.Contains(page, "Unlock failed") || !strings.Contains(page, ">Unlock<") {
		t.Error("the unlocking after a failure reads like one that failed")
	}
}

func TestRunOfOneSecondHasOneTimeLabel(t *testing.T) {
	made := run(t, `{"minSize": 9, "maxSize": 3}`, true)
	made.Samples = []environment.Sample{{At: made.Run.Began}, {At: made.Run.Began.Add(time.Second)}}
	page := written(t, made)
	if charts, times := strings.Count(page, "<figure>"), strings.Count(page, "tick middle"); charts == 0 || times != charts {
		t.Errorf("%d charts of a run that ends when it begins have %d times", charts, times)
	}
	drawings(t, page)
}

func TestUnfinishedRunIsReported(t *testing.T) {
	made := run(t, `{}`, false)
	page := written(t, made)
	for _, words := range []string{"RUNNING", "Has run for", `data-phase="running"`} {
		if !strings.Contains(page, words) {
			t.Errorf("the report does not say %q", words)
		}
	}
	drawings(t, page)
}

func TestAnotherMachineHasNoGraph(t *testing.T) {
	made := run(t, `{}`, false)
	made.Machine = "other"
	if page := written(t, made); strings.Contains(page, "<h2>State machine</h2>") || !strings.Contains(page, "<h2>Timeline</h2>") {
		t.Error("the graph is of no state machine, or the timeline is missing")
	}
}

// drawings reads each SVG of the page, in which no number may be missing.
func drawings(t *testing.T, page string) {
	t.Helper()
	found := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(page, -1)
	if len(found) < 2 {
		t.Fatalf("the page has %d drawings", len(found))
	}
	for _, drawing := range found {
		for decoder := xml.NewDecoder(strings.NewReader(drawing)); ; {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(drawing, "NaN") || strings.Contains(drawing, "Inf") || strings.Contains(drawing, "ZgotmplZ") {
			t.Error("a drawing has a length that is no number")
		}
	}
}
