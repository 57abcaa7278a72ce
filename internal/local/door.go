package local

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/internal/local/control"
	"photogallery/lambdas/door"
	"photogallery/release"
)

// unlimited is how often a day visitors may wake what costs nothing.
const unlimited = 1_000_000

// maxForm is more than the door's own form has.
const maxForm = 4 << 10

// door answers for the gallery while it does not serve, at the gallery's own address. On AWS the front
// door has an address of its own.
func (l *Local) door(w http.ResponseWriter, r *http.Request) {
	var body []byte
	if r.Method == http.MethodPost {
		var err error
		if body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm)); err != nil {
			http.Error(w, http.StatusText(http.StatusRequestEntityTooLarge), http.StatusRequestEntityTooLarge)
			return
		}
	}
	answer, err := l.stack.Visit(r.Context(), visitOf(r, string(body)))
	if err != nil {
		http.Error(w, "The cloud does not answer: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	for name, value := range answer.Headers {
		w.Header().Set(name, value)
	}
	if answer.StatusCode == http.StatusFound { // it serves by now, here
		w.Header().Set("Location", r.URL.RequestURI())
	}
	w.WriteHeader(answer.StatusCode)
	// The client may have hung up.
	_, _ = io.WriteString(w, answer.Body)
}

// isDoorsForm reports whether a request is a click at the door, whose page may be older than what serves. It
// leaves the body of any other request as it was.
func isDoorsForm(r *http.Request) bool {
	if r.Method != http.MethodPost || r.ContentLength <= 0 || r.ContentLength > maxForm || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return false
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return err == nil && bytes.Contains(body, []byte(door.Field+"="))
}

// lendKey puts the upload key where the door looks for it, as on AWS.
func (l *Local) lendKey(ctx context.Context) error {
	key, err := os.Open(filepath.Join(l.options.Data, control.UploadKeyFile))
	if err != nil {
		return err
	}
	defer key.Close()
	_, err = l.stack.Clients.S3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: aws.String(l.stack.Settings.Bucket), Key: aws.String(release.UploadKeyObject), Body: key,
	})
	return err
}

// visitOf returns a request as a function URL passes it on, with names of headers in lower case.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
func visitOf(r *http.Request, body string) events.LambdaFunctionURLRequest {
	visit := events.LambdaFunctionURLRequest{RawPath: r.URL.EscapedPath(), RawQueryString: r.URL.RawQuery, Body: body, Headers: map[string]string{"host": r.Host}}
	for name, values := range r.Header {
		visit.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	visit.RequestContext.DomainName = r.Host
	visit.RequestContext.HTTP.Method = r.Method
	return visit
}
