package local

import (
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
	"photogallery/release"
)

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
