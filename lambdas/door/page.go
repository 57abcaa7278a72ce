package door

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"photogallery/internal/cost"
	"photogallery/internal/execution"
	"photogallery/internal/price"
	"photogallery/lambdas/step"
	"photogallery/release"
)

var (
	//go:embed page.html
	markup string
	//go:embed page.css
	style string
	//go:embed page.js
	script string

	pages = template.Must(template.New("page").Parse(markup))
)

// view is what the page shows.
type view struct {
	sight
	Style  template.CSS
	Script template.JS

	Field   string
	Title   string
	Action  string // where the button goes
	Refresh int    // seconds until the page looks again

	Usual, Left string
	Done        int // percent of the usual time
	Steps       []line
	Hour        string // what an hour costs, or "" if nobody knows
	Limit       int
	Until       string
}

// line is a step of the release.
type line struct {
	Title string
	Phase execution.Phase
}

// State is the sight's, for the template.
func (v view) State() string { return string(v.state) }

// Failed is the sight's, for the template.
func (v view) Failed() bool { return v.failed }

// IsWrong is the sight's, for the template.
func (v view) IsWrong() bool { return v.isWrong }

// IsLed is the sight's, for the template.
func (v view) IsLed() bool { return v.isLed }

// Refusal is the sight's, for the template.
func (v view) Refusal() string { return string(v.refusal) }

// HasField reports whether the page asks for the upload key.
func (v view) HasField() bool { return v.state == asleep && v.refusal == overLimit }

// IsLate reports whether the page stays as it is until somebody follows its link.
func (v view) IsLate() bool { return v.state == late }

// IsAsked reports whether somebody waits for the end of the teardown.
func (v view) IsAsked() bool { return time.Since(v.remember.Asked) < patience }

var titles = map[state]string{
	busy:   "The gallery is busy",
	asleep: "The gallery is asleep", waking: "The gallery is waking up",
	sleeping: "The gallery is going to sleep", troubled: "One moment, please", late: "The gallery is awake",
}

// refreshes has seconds. Who waits pays for nothing but the door's own time.
var refreshes = map[state]int{asleep: 30, waking: 4, sleeping: 4, busy: 8, troubled: 8, late: 60}

// page answers with what there is to see. Robots and monitors see that the gallery is not available.
func (d *door) page(visited visit, seen sight) Answer {
	v := view{
		sight: seen, Style: template.CSS(style), Script: template.JS(script), //nolint:gosec // our own files
		Field: Field, Title: titles[seen.state], Action: visited.address(), Refresh: refreshes[seen.state],
		Usual: about(seen.usual), Limit: d.settings.WakeLimit, Hour: d.hour(seen.current), Until: d.until(seen.until),
	}
	if p := seen.progress; p != nil {
		elapsed := p.Elapsed(time.Now())
		if left := seen.usual - elapsed; left > 0 {
			v.Left = about(left)
		}
		v.Done = min(99, int(100*elapsed/max(seen.usual, 1)))
		for _, one := range p.Steps {
			if !one.Group {
				v.Steps = append(v.Steps, line{execution.Title(one.Name), one.Phase})
			}
		}
	}
	if seen.isLed {
		v.Done = 99
	}
	if v.HasField() {
		v.Refresh = 300 // somebody may be typing
	}
	var body bytes.Buffer
	if err := pages.Execute(&body, v); err != nil {
		return Answer{LambdaFunctionURLResponse: plain(http.StatusInternalServerError).LambdaFunctionURLResponse, trouble: err}
	}
	answer := headed(http.StatusServiceUnavailable, "text/html; charset=utf-8", body.String())
	answer.Headers["retry-after"] = strconv.Itoa(v.Refresh)
	answer.Headers["content-security-policy"] = "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; style-src '" +
		hash(style) + "'; script-src '" + hash(script) + "'"
	return answer
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// hour returns what an hour of the smallest fleet costs, by the type and the size that served last.
func (d *door) hour(last release.Current) string {
	list := price.Load()
	hour, err := cost.Hour(list, last.InstanceType, cmp.Or(last.MinSize, release.DefaultMinSize))
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%.2f %s", hour, list.Currency)
}

func (d *door) until(at time.Time) string {
	if zone, err := time.LoadLocation(d.settings.Night.TimeZone); err == nil && d.settings.Night != (step.Night{}) {
		at = at.In(zone)
	}
	return at.Format("January 2, 15:04 MST")
}

// about rounds a time for people.
func about(d time.Duration) string {
	switch seconds := int(d.Seconds()); {
	case seconds < 10:
		return "a few seconds"
	case seconds < 55:
		return fmt.Sprintf("about %d seconds", (seconds+9)/10*10)
	case seconds < 90:
		return "about a minute"
	default:
		return fmt.Sprintf("about %d minutes", (seconds+30)/60)
	}
}

func headed(status int, kind, body string) Answer {
	return Answer{LambdaFunctionURLResponse: events.LambdaFunctionURLResponse{StatusCode: status, Body: body, Headers: map[string]string{
		"content-type": kind, "cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "same-origin", // without a referrer a form has no origin
	}}}
}

func text(body string) Answer { return headed(http.StatusOK, "text/plain; charset=utf-8", body) }

func plain(status int) Answer {
	return headed(status, "text/plain; charset=utf-8", http.StatusText(status)+"\n")
}

func redirect(status int, to string) Answer {
	answer := headed(status, "text/plain; charset=utf-8", to+"\n")
	answer.Headers["location"] = to
	return answer
}
