package control

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What botocore 1.44.8, the aws command's library, signed at the time at which a bubble of synctest begins.
const (
	recordedBody          = `{"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:photogallery-main-release", "maxResults": 5}`
	recordedAuthorization = "AWS4-HMAC-SHA256 Credential=local/20000101/eu-central-1/states/aws4_request, " +
		"SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=0d196172831324ae3b7cabfae05340d5d351054ebcc7e8a10cf1e94796720ca2"
)

func recorded(t *testing.T) *http.Request {
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:4567/", strings.NewReader(recordedBody))
	for name, value := range map[string]string{
		"X-Amz-Target": "AWSStepFunctions.ListExecutions", "Content-Type": "application/x-amz-json-1.0", "User-Agent": "Botocore/1.44.8",
		"X-Amz-Date": "20000101T000000Z", "Authorization": recordedAuthorization, "Amz-Sdk-Request": "attempt=1; max=3",
	} {
		request.Header.Set(name, value)
	}
	return request
}

// through reports whether a lock lets a request through, and whether with its body.
func through(t *testing.T, key string, request *http.Request) bool {
	t.Helper()
	passed := ""
	lock := Lock(key, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		passed = r.Method + string(body)
	}))
	answer := httptest.NewRecorder()
	lock.ServeHTTP(answer, request)
	if passed == "" && (answer.Code != http.StatusForbidden || !strings.Contains(answer.Body.String(), "api.key of the data folder")) {
		t.Errorf("it is refused with %d %s", answer.Code, answer.Body)
	}
	return passed != ""
}

func TestLockTakesWhatBotocoreSigns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if !through(t, "THEKEY", recorded(t)) {
			t.Error("it does not pass")
		}
	})
}

func TestLockRefusesAnythingElse(t *testing.T) {
	signature := func(of string) string { return of[strings.LastIndex(of, "=")+1:] }
	for name, change := range map[string]func(*http.Request){
		"no signature":     func(r *http.Request) { r.Header.Del("Authorization") },
		"the key as it is": func(r *http.Request) { r.Header.Set("Authorization", "Bearer THEKEY") },
		"an empty signature": func(r *http.Request) {
			r.Header.Set("Authorization", strings.TrimSuffix(recordedAuthorization, signature(recordedAuthorization)))
		},
		"half a signature": func(r *http.Request) {
			r.Header.Set("Authorization", recordedAuthorization[:len(recordedAuthorization)-32])
		},
		"another operation": func(r *http.Request) { r.Header.Set("X-Amz-Target", "AWSStepFunctions.StartExecution") },
		"another body":      func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("{}")) },
		"another path":      func(r *http.Request) { r.URL.Path = Prefix + "status" },
		"another query":     func(r *http.Request) { r.URL.RawQuery = "a=b" },
		"another host":      func(r *http.Request) { r.Host = "127.0.0.1:4568" },
		"no date":           func(r *http.Request) { r.Header.Del("X-Amz-Date") },
		"no signed header": func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(recordedAuthorization, "content-type;host;x-amz-date;x-amz-target", "", 1))
		},
		"an old one":          func(*http.Request) { time.Sleep(patience + time.Second) },
		"one to come":         func(r *http.Request) { r.Header.Set("X-Amz-Date", "20000101T001000Z") },
		"a body without end":  func(r *http.Request) { r.Header.Del("Authorization"); r.Body = io.NopCloser(neverEnding{}) },
		"nothing of its form": func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 ,,,=//=") },
	} {
		synctest.Test(t, func(t *testing.T) {
			request := recorded(t)
			change(request)
			if through(t, "THEKEY", request) {
				t.Errorf("%s passes", name)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		if through(t, "", recorded(t)) || through(t, "thekey", recorded(t)) {
			t.Error("another key's passes")
		}
	})
}

type neverEnding struct{}

func (neverEnding) Read(into []byte) (int, error) { return len(into), nil }

func TestClientSignsWhatTheLockWants(t *testing.T) {
	const key = "a key"
	asked := map[string]int{}
	server := httptest.NewServer(Lock(key, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.URL.Path]++
		_, _ = io.WriteString(w, "{}")
	})))
	defer server.Close()
	for _, test := range []struct {
		key  string
		want int
	}{{key, 1}, {"another", 0}} {
		clear(asked)
		at := Endpoint{API: server.URL, Key: test.key}
		client := NewClient(at)
		_, statusErr := client.Status(t.Context())
		log, logErr := client.Log(t.Context(), "i-1", 17)
		if logErr == nil {
			_ = log.Close()
		}
		crashErr := client.Crash(t.Context(), "i-1/..?")
		if asked[Prefix+"status"] != test.want || asked[Prefix+"instances/i-1/log"] != test.want || asked[Prefix+"instances/i-1/..?/crash"] != test.want {
			t.Errorf("with the key %q passed %v: %v, %v, %v", test.key, asked, statusErr, logErr, crashErr)
		}
	}
}
