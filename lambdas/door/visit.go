package door

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// The longest address and form that the door reads.
const (
	maxAddress = 1024
	maxForm    = 1024
)

// Field is the button's name in the door's form.
const Field = "photogallery-wake"

// visit is what the door takes of a request.
type visit struct {
	host, path, query string

	isPerson bool // a browser opens the page and shows it, or its script asks again
	isReader bool // somebody asks for the page
	wakes    bool // the button
	key      string
}

// address is where the visitor wants to go, below the host.
func (v visit) address() string {
	if v.query == "" {
		return v.path
	}
	return v.path + "?" + v.query
}

// visitOf reads a request, and returns the status for one that nothing is done for.
func visitOf(r events.LambdaFunctionURLRequest) (v visit, refused int) {
	request := r.RequestContext.HTTP
	v = visit{host: r.RequestContext.DomainName, path: r.RawPath, query: r.RawQueryString}
	switch {
	case request.Method != http.MethodGet && request.Method != http.MethodHead && request.Method != http.MethodPost:
		return v, http.StatusMethodNotAllowed
	case len(v.path)+len(v.query) > maxAddress:
		return v, http.StatusRequestURITooLong
	case !strings.HasPrefix(v.path, "/") || strings.HasPrefix(v.path, "//") || strings.ContainsAny(v.path+v.query, "\\\r\n"):
		return v, http.StatusBadRequest
	case v.host == "" || r.Headers["host"] != "" && r.Headers["host"] != v.host:
		return v, http.StatusMisdirectedRequest
	}
	v.isReader = request.Method == http.MethodGet && strings.Contains(r.Headers["accept"], "text/html")
	v.isPerson = v.isReader && r.Headers["sec-purpose"] == "" && r.Headers["purpose"] == "" && isShown(r.Headers)
	if request.Method == http.MethodPost {
		refused = v.readForm(r)
	}
	return v, refused
}

// isShown reports whether a browser shows what it asks for. The script of an open page shows it as a reload does.
func isShown(headers map[string]string) bool {
	mode := headers["sec-fetch-mode"]
	return mode == "" || mode == "navigate" || headers["sec-fetch-site"] == "same-origin"
}

// readForm accepts only the form of the door's own page.
func (v *visit) readForm(r events.LambdaFunctionURLRequest) (refused int) {
	if len(r.Body) > maxForm {
		return http.StatusRequestEntityTooLarge
	}
	if !v.isOwn(r.Headers) {
		return http.StatusForbidden
	}
	body := r.Body
	if r.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			return http.StatusBadRequest
		}
		body = string(decoded)
	}
	form, err := url.ParseQuery(body)
	if err != nil || form.Get(Field) == "" {
		return http.StatusBadRequest
	}
	v.wakes, v.key = true, strings.TrimSpace(form.Get("key"))
	return 0
}

// isOwn reports whether a form comes from a page of the same host. Browsers send one of the two headers,
// other programs none.
// https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
func (v *visit) isOwn(headers map[string]string) bool {
	if site := headers["sec-fetch-site"]; site != "" {
		return site == "same-origin" || site == "none"
	}
	origin, err := url.Parse(headers["origin"])
	return headers["origin"] == "" || err == nil && origin.Host == v.host
}
