package release_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"photogallery/release"
)

const bundle = "s3://photos/bundles/a.tar.gz#sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

func TestRequestIsReadWithItsDefaults(t *testing.T) {
	tests := map[string]struct {
		raw  string
		want release.Request
	}{
		"nothing at all":        {`{}`, release.Request{}},
		"the console's default": {`{"Comment": "Insert your JSON here"}`, release.Request{Comment: "Insert your JSON here"}},
		"everything for a bundle": {
			`{"version": "1.4 beta", "bundle": "` + bundle + `", "rebake": true, "instanceType": "m7g.large", "minSize": 1, "maxSize": 20, "desired": 20, "ttl": "1h30m", "wait": true}`,
			release.Request{Version: "1.4 beta", Bundle: bundle, Rebake: true, InstanceType: "m7g.large", MinSize: 1, MaxSize: 20, Desired: 20, TTL: "1h30m", Wait: true},
		},
		"everything of a second fleet": {
			`{"traffic": [5, 5e1, 100], "hold": "10m", "bakeTime": "0s"}`,
			release.Request{Strategy: release.BlueGreen, Traffic: []int{5, 50, 100}, Hold: "10m", BakeTime: "0s"},
		},
		"another strategy": {
			`{"strategy": "rolling", "bakeTime": "24h"}`, release.Request{Strategy: release.Rolling, BakeTime: "24h"},
		},
		"a rebake in two steps": {
			`{"rebakeIfNewer": true, "traffic": [5, 100]}`,
			release.Request{RebakeIfNewer: true, Strategy: release.BlueGreen, Traffic: []int{5, 100}, BakeTime: "5m"},
		},
		"an image":                            {`{"image": "ami-0123456789abcdef0"}`, release.Request{Image: "ami-0123456789abcdef0"}},
		"a folder":                            {`{"bundle": "examples/lesson"}`, release.Request{Bundle: "examples/lesson"}},
		"a folder on Windows":                 {`{"bundle": "C:\\lesson"}`, release.Request{Bundle: `C:\lesson`}},
		"a whole number as JSON may write it": {`{"minSize": 3.0, "maxSize": 1e1}`, release.Request{MinSize: 3, MaxSize: 10}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := release.ParseRequest([]byte(test.raw))
			if err != nil {
				t.Fatal(err)
			}
			if test.want.Strategy == "" {
				test.want.Strategy, test.want.BakeTime = release.BlueGreen, "5m"
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBadFieldIsNamedWithItsValueAndTheRemedy(t *testing.T) {
	tests := map[string]struct {
		raw   string
		field string
		says  []string
	}{
		"unknown field":                 {`{"color": "red"}`, `"color"`, []string{"no such field", "bakeTime, bundle, by, commit, desired"}},
		"misspelt field":                {`{"MINSIZE": 9}`, `"MINSIZE"`, []string{"it is spelled minSize"}},
		"nameless field":                {`{"": 1}`, `""`, []string{"no such field"}},
		"text for a number":             {`{"minSize": "two"}`, "minSize", []string{`"two"`, "a whole number from 1 to 20"}},
		"a fraction":                    {`{"maxSize": 2.5}`, "maxSize", []string{"2.5", "a whole number"}},
		"zero":                          {`{"minSize": 0}`, "minSize", []string{"0 does not fit", "from 1 to 20"}},
		"negative":                      {`{"desired": -1}`, "desired", []string{"-1", "from 1 to 20"}},
		"more than twenty":              {`{"maxSize": 21}`, "maxSize", []string{"21", "from 1 to 20"}},
		"a number beyond all bounds":    {`{"minSize": 1e999999999}`, "minSize", []string{"1e999999999"}},
		"null":                          {`{"version": null}`, "version", []string{"null", "leave it out"}},
		"an empty version":              {`{"version": ""}`, "version", []string{`""`, "1 to 64 printable"}},
		"a long version":                {`{"version": "` + strings.Repeat("v", 65) + `"}`, "version", []string{"1 to 64 printable"}},
		"a version with a line break":   {`{"version": "a\nb"}`, "version", []string{`"a\nb"`}},
		"min over max":                  {`{"minSize": 6, "maxSize": 5}`, "minSize", []string{"6 is more than maxSize, 5", "give a maxSize of at least 6"}},
		"desired over max":              {`{"desired": 6, "minSize": 2, "maxSize": 5}`, "desired", []string{"6 is not between minSize, 2, and maxSize, 5"}},
		"a rebake with a bundle":        {`{"rebakeIfNewer": true, "bundle": "own"}`, "bundle", []string{`"own" does not go with rebakeIfNewer`, "leave out one of the two"}},
		"a rebake with a size":          {`{"rebakeIfNewer": true, "minSize": 3}`, "minSize", []string{"3 does not go with rebakeIfNewer"}},
		"a rebake that waits":           {`{"rebakeIfNewer": true, "wait": true}`, "wait", []string{"true does not go with rebakeIfNewer"}},
		"desired under min":             {`{"desired": 1, "minSize": 2, "maxSize": 5}`, "desired", []string{"1 is not between"}},
		"a ttl under a minute":          {`{"ttl": "59s"}`, "ttl", []string{`"59s"`, "from 1m to 8760h"}},
		"a ttl over a year":             {`{"ttl": "8761h"}`, "ttl", []string{`"8761h"`}},
		"a ttl that overflows":          {`{"ttl": "999999999h999999999h"}`, "ttl", []string{"999999999h"}},
		"a ttl that is no duration":     {`{"ttl": "tomorrow"}`, "ttl", []string{`"tomorrow"`, "such as 90m"}},
		"a ttl without a unit":          {`{"ttl": "90"}`, "ttl", []string{`"90"`}},
		"a session's end of no month":   {`{"sessionEnds": "2026-13-31T14:30:00Z"}`, "sessionEnds", []string{`"2026-13-31T14:30:00Z" is not a time`, "such as"}},
		"a session's end as a clock":    {`{"sessionEnds": "14:30"}`, "sessionEnds", []string{`"14:30"`, "2026-01-31T14:30:00Z"}},
		"a session's end and a ttl":     {`{"sessionEnds": "2026-01-31T14:30:00Z", "ttl": "2h"}`, "sessionEnds", []string{`ttl, "2h"`, "leave one"}},
		"a ttl as a number":             {`{"ttl": 90}`, "ttl", []string{"90 does not fit"}},
		"an image that is none":         {`{"image": "my-image"}`, "image", []string{`"my-image"`, "ami-0123456789abcdef0"}},
		"a type that is none":           {`{"instanceType": "small"}`, "instanceType", []string{`"small"`, "t4g.small"}},
		"a bundle without a hash":       {`{"bundle": "s3://bucket/key"}`, "bundle", []string{"#sha256="}},
		"a bundle from elsewhere":       {`{"bundle": "https://example.org/a.tar.gz"}`, "bundle", []string{"s3://bucket/key"}},
		"a bundle with a control char":  {`{"bundle": "a\u0000b"}`, "bundle", []string{"the path of a folder"}},
		"wait as text":                  {`{"wait": "yes"}`, "wait", []string{"true or false"}},
		"image with bundle":             {`{"image": "ami-01234567", "bundle": "folder"}`, "bundle", []string{"does not go with image"}},
		"image with rebake":             {`{"image": "ami-01234567", "rebake": true}`, "rebake", []string{"does not go with image"}},
		"a strategy that is none":       {`{"strategy": "canary", "traffic": [100]}`, "strategy", []string{`"canary"`, "blueGreen or rolling"}},
		"traffic as a number":           {`{"traffic": 5}`, "traffic", []string{"5 does not fit", "[5, 50, 100]"}},
		"no traffic":                    {`{"traffic": []}`, "traffic", []string{"[] does not fit"}},
		"traffic of nothing":            {`{"traffic": [0, 100]}`, "traffic", []string{"[0,100] does not fit"}},
		"traffic of more than there is": {`{"traffic": [100, 101]}`, "traffic", []string{"[100,101]"}},
		"traffic in eleven steps":       {`{"traffic": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100]}`, "traffic", []string{"1 to 10 whole numbers"}},
		"traffic that falls":            {`{"traffic": [50, 5, 100]}`, "traffic", []string{"[50,5,100] does not rise: 5 follows 50", "from the smallest"}},
		"traffic that stays":            {`{"traffic": [5, 5, 100]}`, "traffic", []string{"5 follows 5"}},
		"traffic that ends early":       {`{"traffic": [5, 50]}`, "traffic", []string{"[5,50] ends in 50", "end it in 100"}},
		"traffic of a rolling release":  {`{"strategy": "rolling", "traffic": [5, 100]}`, "traffic", []string{"[5,100] goes with the strategy blueGreen", `leave out "strategy": "rolling"`}},
		"a hold of a rolling release":   {`{"strategy": "rolling", "hold": "2m"}`, "hold", []string{`"2m" goes with the strategy blueGreen`}},
		"a hold of one step":            {`{"hold": "2m"}`, "hold", []string{`"2m" goes with percentages before 100`, "[5, 50, 100]"}},
		"a bake that is a whole day":    {`{"traffic": [5, 100], "bakeTime": "24h"}`, "bakeTime", []string{"1 hold of 2m0s", "24h2m0s together"}},
		"approvals of a whole day":      {`{"traffic": [5, 100], "approval": true, "approvalTimeout": "12h"}`, "approvalTimeout", []string{"2 approvals of 12h0m0s", "24h7m0s together"}},
		"an approval of a rolling one":  {`{"strategy": "rolling", "approval": true}`, "approval", []string{"goes with the strategy blueGreen"}},
		"the time of no approval":       {`{"approvalTimeout": "2h"}`, "approvalTimeout", []string{`"2h" goes with approval`, `"approval": true`}},
		"an approval in no time":        {`{"approval": true, "approvalTimeout": "59s"}`, "approvalTimeout", []string{`"59s"`, "from 1m to 24h"}},
		"watched for more than a day":   {`{"traffic": [5, 50, 100], "hold": "10h", "bakeTime": "5h"}`, "hold", []string{"2 holds", "25h0m0s together", "24h"}},
		"a hold that is too short":      {`{"traffic": [5, 100], "hold": "29s"}`, "hold", []string{`"29s"`, "from 30s to 24h"}},
		"a bake that is too long":       {`{"bakeTime": "25h"}`, "bakeTime", []string{`"25h"`, "from 0s to 24h"}},
		"a bake without an end":         {`{"bakeTime": "never"}`, "bakeTime", []string{`"never"`}},
		"an array":                      {`[1]`, "", []string{"the request is [1]", "{}"}},
		"null as a whole":               {`null`, "", []string{"the request is null"}},
		"no JSON":                       {`minSize: 2`, "", []string{"not JSON"}},
		"nothing":                       {``, "", []string{"not JSON"}},
		"two values":                    {`{} {}`, "", []string{"not JSON"}},
		"a value longer than a message": {`{"image": "` + strings.Repeat("x", 100_000) + `"}`, "image", []string{"…"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := release.ParseRequest([]byte(test.raw))
			if code := release.CodeOf(err); code != release.InvalidRequest {
				t.Fatalf("got %q (%v), want InvalidRequest", code, err)
			}
			var problems release.Problems
			if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Field != test.field {
				t.Fatalf("got %+v, want one problem of %s", problems, test.field)
			}
			for _, words := range test.says {
				if !strings.Contains(err.Error(), words) {
					t.Errorf("%q does not say %q", err, words)
				}
			}
			if len(err.Error()) > 1000 {
				t.Errorf("the message has %d bytes", len(err.Error()))
			}
		})
	}
}

func TestProblemsAreReportedAtOnce(t *testing.T) {
	_, err := release.ParseRequest([]byte(`{"minSize": 30, "desired": 7, "color": 1, "ttl": "1s", "image": "ami-01234567", "rebake": true}`))
	var problems release.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("got %v", err)
	}
	var fields []string
	for _, problem := range problems {
		fields = append(fields, problem.Field)
	}
	// desired is not held against a minSize that is itself wrong.
	if diff := cmp.Diff([]string{`"color"`, "minSize", "ttl", "rebake"}, fields); diff != "" {
		t.Error(diff)
	}
	if lines := strings.Count(err.Error(), "\n- "); lines != 4 {
		t.Errorf("%d lines in %q", lines, err)
	}
}

func TestProblemsOfTrafficAreReportedAtOnce(t *testing.T) {
	_, err := release.ParseRequest([]byte(`{"strategy": "rolling", "traffic": [50, 5], "hold": "2m", "bakeTime": "x"}`))
	for _, words := range []string{"traffic: [50,5] goes with", "traffic: [50,5] does not rise", `hold: "2m" goes with`, `bakeTime: "x"`} {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v does not say %q", err, words)
		}
	}
}

func TestHoldIsThatOfEachPercentageBeforeTheLast(t *testing.T) {
	for raw, want := range map[string]time.Duration{
		`{}`:                                     0,
		`{"strategy": "rolling"}`:                0,
		`{"traffic": [5, 100]}`:                  2 * time.Minute,
		`{"traffic": [5, 100], "hold": "1h30m"}`: 90 * time.Minute,
	} {
		request, err := release.ParseRequest([]byte(raw))
		if err != nil || request.HoldTime() != want {
			t.Errorf("%s: got %s, %v", raw, request.HoldTime(), err)
		}
	}
}

func TestMessageOfManyProblemsIsBounded(t *testing.T) {
	fields := map[string]int{}
	for range 5000 {
		fields[strings.Repeat("x", len(fields)+1)] = 1
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	_, err = release.ParseRequest(raw)
	if err == nil || len(err.Error()) > 10_000 || !strings.Contains(err.Error(), "and 4980 more") {
		t.Errorf("got %.200v", err)
	}
}

func TestLifetimeIsTheTTL(t *testing.T) {
	for ttl, want := range map[string]time.Duration{"": 0, "90m": 90 * time.Minute, "1h30m": 90 * time.Minute, release.NoTTL: 0} {
		if got := (release.Request{TTL: ttl}).Lifetime(); got != want {
			t.Errorf("%q: got %s, want %s", ttl, got, want)
		}
	}
}

func TestSizesStayAsTheFormerReleaseLeftThem(t *testing.T) {
	former := release.Current{MinSize: 3, MaxSize: 4}
	tests := map[string]struct {
		request string
		former  release.Current
		want    [2]int
		refusal string
	}{
		"nothing before":    {`{}`, release.Current{}, [2]int{2, 5}, ""},
		"nothing asked":     {`{}`, former, [2]int{3, 4}, ""},
		"one asked":         {`{"maxSize": 6}`, former, [2]int{3, 6}, ""},
		"both asked":        {`{"minSize": 1, "maxSize": 2}`, former, [2]int{1, 2}, ""},
		"more than the max": {`{"minSize": 5}`, former, [2]int{5, 4}, "5 is more than maxSize, 4"},
		"desired above":     {`{"desired": 5}`, former, [2]int{3, 4}, "5 is not between minSize, 3, and maxSize, 4"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			request, err := release.ParseRequest([]byte(test.request))
			if err != nil {
				t.Fatal(err)
			}
			least, most, err := request.UsualBounds(test.former)
			if (err != nil) != (test.refusal != "") || err != nil && !strings.Contains(err.Error(), test.refusal) {
				t.Errorf("got %v, want %q", err, test.refusal)
			}
			if got := [2]int{least, most}; got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestTeardownRequestBecomesAPlan(t *testing.T) {
	tests := map[string]struct {
		raw  string
		want release.Teardown
	}{
		"nothing at all": {`{}`, release.Teardown{Scope: "environment", Images: "keep-latest", Interrupt: true}},
		"the console's":  {`{"Comment": "Insert your JSON here"}`, release.Teardown{Scope: "environment", Images: "keep-latest", Interrupt: true}},
		"all images":     {`{"images": "delete", "dryRun": true}`, release.Teardown{Scope: "environment", Images: "delete", DryRun: true, Interrupt: true}},
		"a ttl's":        {`{"onlyIfServing": "r1"}`, release.Teardown{Scope: "environment", Images: "keep-latest", OnlyIfServing: "r1", By: "the ttl of release r1"}},
		"an undo":        {`{"scope": "release", "release": "r1"}`, release.Teardown{Scope: "release", Undo: "r1", Images: "keep-latest", By: "the end of release r1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			request, err := release.ParseTeardown([]byte(test.raw))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, request.Plan()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBadTeardownRequestIsRefused(t *testing.T) {
	tests := map[string]struct{ raw, says string }{
		"unknown scope":         {`{"scope": "all"}`, "scope: \"all\" does not fit; give environment or release"},
		"unknown images":        {`{"images": "keep"}`, "give keep-latest or delete"},
		"unknown field":         {`{"force": true}`, "the fields are Comment, by, dryRun, images, onlyIfServing, onlyIfUnvisited, release, scope"},
		"a scope without name":  {`{"scope": "release"}`, "name the release to undo"},
		"a name without scope":  {`{"release": "r1"}`, "goes with the scope release only"},
		"a name that is none":   {`{"scope": "release", "release": "a b"}`, `"a b" does not fit`},
		"an undo with a ttl's":  {`{"scope": "release", "release": "r1", "onlyIfServing": "r1"}`, "goes with the scope environment only"},
		"an undo with a sleep":  {`{"scope": "release", "release": "r1", "onlyIfUnvisited": true}`, "goes with the scope environment only"},
		"dryRun that is a text": {`{"dryRun": "true"}`, "give true or false"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := release.ParseTeardown([]byte(test.raw))
			if release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want InvalidRequest that says %q", err, test.says)
			}
		})
	}
}

func TestSchemaExamplesAndDefaultsAreValid(t *testing.T) {
	for name, schema := range map[string]struct {
		document []byte
		parse    func([]byte) error
	}{
		"request":  {release.RequestSchema, func(raw []byte) error { _, err := release.ParseRequest(raw); return err }},
		"teardown": {release.TeardownSchema, func(raw []byte) error { _, err := release.ParseTeardown(raw); return err }},
	} {
		t.Run(name, func(t *testing.T) {
			var document struct {
				Examples   []json.RawMessage
				Properties map[string]struct {
					Title       string
					Description string
					Examples    []json.RawMessage
				}
			}
			if err := json.Unmarshal(schema.document, &document); err != nil {
				t.Fatal(err)
			}
			for _, example := range document.Examples {
				if err := schema.parse(example); err != nil {
					t.Errorf("example %s: %v", example, err)
				}
			}
			needed := map[string]string{
				"release": `"scope": "release"`, "hold": `"traffic": [5, 100]`, "approvalTimeout": `"approval": true`,
				"timeZone": `"sizes": [{"from": "18:00", "until": "21:00", "minSize": 6, "maxSize": 8}]`,
			}
			for field, property := range document.Properties {
				if property.Description == "" {
					t.Errorf("%s has no description", field)
				}
				if property.Title == "" {
					t.Errorf("%s has no title", field)
				}
				for _, example := range property.Examples {
					raw := []byte(`{"` + field + `": ` + string(example) + `}`)
					if also := needed[field]; also != "" {
						raw = []byte(`{` + also + `, "` + field + `": ` + string(example) + `}`)
					}
					if err := schema.parse(raw); err != nil {
						t.Errorf("%s: %v", raw, err)
					}
				}
			}
		})
	}
}

func FuzzParseRequest(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"Comment": "Insert your JSON here"}`, `{"minSize": 0, "maxSize": -1, "desired": 1e400}`, `[`, `null`, `{"": {}}`,
		`{"bundle": "` + bundle + `", "ttl": "1h0.5m"}`, `{"image": "ami-01234567", "rebake": true}`, `{"version": "\u00e9"}`, `{"minSize": 1e99999999}`,
		`{"traffic": [5, 50, 100], "hold": "30s", "bakeTime": "24h"}`, `{"traffic": [100, {}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := release.ParseRequest(raw)
		if err != nil {
			if release.CodeOf(err) != release.InvalidRequest {
				t.Errorf("got %v", err)
			}
			return
		}
		least, most, err := got.UsualBounds(release.Current{})
		if err == nil && (least < 1 || least > most || most > 20 || got.Desired != 0 && (got.Desired < least || got.Desired > most)) {
			t.Errorf("accepted sizes %+v", got)
		}
		if got.TTL != "" && got.TTL != release.NoTTL && (got.Lifetime() < time.Minute || got.Lifetime() > 8760*time.Hour) {
			t.Errorf("accepted ttl %q", got.TTL)
		}
		steps := got.Percentages()
		if !slices.IsSorted(steps) || steps[len(steps)-1] != 100 || got.HoldTime() > 24*time.Hour || got.Bake() < 0 || got.Bake() > 24*time.Hour {
			t.Errorf("accepted traffic %+v", got)
		}
		if got.Image != "" && (got.Bundle != "" || got.Rebake) {
			t.Errorf("accepted %+v", got)
		}
		if strings.HasPrefix(got.Bundle, "s3://") {
			if _, err := release.ParseBundle(got.Bundle); err != nil {
				t.Errorf("the schema accepts what ParseBundle refuses: %v", err)
			}
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := release.ParseRequest(again); err != nil || !reflect.DeepEqual(twice, got) {
			t.Errorf("%s reads back as %+v, %v", again, twice, err)
		}
	})
}

func FuzzParseTeardown(f *testing.F) {
	for _, seed := range []string{`{}`, `{"scope": "release", "release": "r1"}`, `{"images": "delete", "dryRun": true}`, `{"onlyIfServing": "x*"}`, `7`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := release.ParseTeardown(raw)
		if err != nil {
			if release.CodeOf(err) != release.InvalidRequest {
				t.Errorf("got %v", err)
			}
			return
		}
		plan := got.Plan()
		if (plan.Scope == release.ScopeRelease) != (plan.Undo != "") || plan.Interrupt && plan.Undo != "" {
			t.Errorf("accepted %+v", plan)
		}
		if strings.ContainsAny(plan.Undo+plan.OnlyIfServing, "*? /:\n") {
			t.Errorf("accepted a name that no execution has: %+v", plan)
		}
	})
}
