//go:build conformance

package deployed

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"time"

	"photogallery/conformance/emulator"
)

// front is what stands between the product and moto: it runs the functions, is the Internet that the
// load balancer is on, and sees every call.
type front struct {
	moto      http.Handler
	functions *functions
	made      func(call)       // a call that is about to be answered
	seen      func(call)       // a call that moto has answered without an error
	invoked   func(invoked)    // a function that has answered
	refuse    func(call) int   // the status that a call is refused with, for throttling or for good, or 0
	page      http.HandlerFunc // of the gallery, or nil for one that only answers
}

// call is a request to AWS.
type call struct {
	caller    string // the function's name; that of its own credentials for anybody else
	service   string // as it is signed for
	operation string
	input     map[string]any // of a JSON protocol
	form      url.Values     // of a query protocol
	method    string
	path      string // of a REST protocol
	query     url.Values
}

// invoked is an invocation that has ended.
type invoked struct {
	function string
	payload  []byte
	failed   bool
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.IsAbs():
		f.home(w, r)
	case strings.HasSuffix(r.URL.Path, "/invocations"):
		f.invocation(w, r)
	default:
		f.call(w, r)
	}
}

// home is the gallery behind the load balancer, for functions whose proxy this is.
func (f *front) home(w http.ResponseWriter, r *http.Request) {
	if f.page != nil && strings.HasSuffix(r.URL.Hostname(), ".elb.amazonaws.com") {
		f.page(w, r)
		return
	}
	if !strings.HasSuffix(r.URL.Hostname(), ".elb.amazonaws.com") || r.URL.Path != "/" {
		http.Error(w, "there is no such page", http.StatusNotFound)
		return
	}
	_, _ = io.WriteString(w, "<h1>Photogallery</h1>")
}

// invocation answers as Lambda does.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
func (f *front) invocation(w http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, rest, _ := strings.Cut(r.URL.Path, "/functions/")
	arn := strings.TrimSuffix(rest, "/invocations")
	if strings.HasSuffix(nameOf(arn), "-undo") {
		payload = hurry(payload)
	}
	answer, err := f.functions.invoke(r.Context(), arn, payload)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if answer.Failed {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
	} else if strings.HasSuffix(nameOf(arn), "-shift-traffic") {
		answer.Payload = emulator.Hasten(answer.Payload, pace)
	}
	_, _ = w.Write(answer.Payload)
	f.invoked(invoked{nameOf(arn), payload, answer.Failed})
}

// refusals are the answers of EC2, of IAM, and to anybody whose session in a lab is over.
var refusals = map[int]string{
	http.StatusServiceUnavailable: "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors></Response>",
	http.StatusUnauthorized:       "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>There is an explicit deny in an identity-based policy: arn:aws:iam::123456789012:policy/voc-cancel-cred</Message></Error></ErrorResponse>",
	http.StatusForbidden:          "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>There is an explicit deny.</Message></Error></ErrorResponse>",
}

func (f *front) call(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	made := read(r, body)
	if status := f.refuse(made); status != 0 {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, refusals[status])
		return
	}
	f.made(made)
	answer := httptest.NewRecorder()
	f.moto.ServeHTTP(answer, r)
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	if made.operation == "DescribeExecution" && made.caller != "conformance" {
		answer.Body = bytes.NewBuffer(emulator.Age(answer.Body.Bytes()))
		w.Header().Set("Content-Length", strconv.Itoa(answer.Body.Len()))
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
	if answer.Code < 300 {
		f.seen(made)
	}
}

// hurry brings an undo's deadline a minute nearer. What it made last may not be listed yet, and gets 40
// seconds for that: moto's waits are much quicker than the functions' clock.
func hurry(payload []byte) []byte {
	var input map[string]any
	if json.Unmarshal(payload, &input) != nil {
		return payload
	}
	text, _ := input["deadline"].(string)
	deadline, err := time.Parse(time.RFC3339, text)
	if err != nil || deadline.IsZero() {
		return payload
	}
	input["deadline"] = deadline.Add(-time.Minute)
	hurried, err := json.Marshal(input)
	if err != nil {
		return payload
	}
	return hurried
}

func read(r *http.Request, body []byte) call {
	made := call{method: r.Method, path: r.URL.Path, query: r.URL.Query()}
	if _, scope, found := strings.Cut(r.Header.Get("Authorization"), "Credential="); found {
		// <key>/<date>/<region>/<service>/aws4_request
		if parts := strings.Split(scope, "/"); len(parts) > 3 {
			made.caller, made.service = parts[0], parts[3]
		}
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		made.operation = target[strings.LastIndex(target, ".")+1:]
		_ = json.Unmarshal(body, &made.input) // nothing of what is no JSON
		return made
	}
	if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") != "" {
		made.form, made.operation = form, form.Get("Action")
		return made
	}
	made.operation = operationOf(made)
	_ = json.Unmarshal(body, &made.input)
	return made
}

// operationOf names a call of a REST protocol, of which the product makes few.
func operationOf(made call) string {
	switch made.service {
	case "s3":
		if made.method == http.MethodGet && made.query.Get("list-type") == "2" {
			return "ListObjectsV2"
		}
		return map[string]string{http.MethodHead: "HeadObject", http.MethodGet: "GetObject", http.MethodPut: "PutObject", http.MethodDelete: "DeleteObject"}[made.method]
	case "scheduler":
		if made.method == http.MethodGet && made.path == "/schedules" {
			return "ListSchedules"
		}
		return map[string]string{http.MethodPost: "CreateSchedule", http.MethodGet: "GetSchedule", http.MethodDelete: "DeleteSchedule"}[made.method]
	}
	return made.method
}
