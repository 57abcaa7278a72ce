package door

import (
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

func TestOnlyAPageThatIsShownIsAVisit(t *testing.T) {
	for name, test := range map[string]struct {
		headers map[string]string
		want    bool
	}{
		"a person":              {map[string]string{"sec-fetch-mode": "navigate", "sec-fetch-site": "cross-site"}, true},
		"an old browser":        {nil, true},
		"the page's own script": {map[string]string{"sec-fetch-mode": "cors", "sec-fetch-site": "same-origin"}, true},
		"another site's script": {map[string]string{"sec-fetch-mode": "cors", "sec-fetch-site": "cross-site"}, false},
		"a prefetch":            {map[string]string{"sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin", "sec-purpose": "prefetch"}, false},
	} {
		request := events.LambdaFunctionURLRequest{RawPath: "/", Headers: map[string]string{"accept": "text/html"}}
		for header, value := range test.headers {
			request.Headers[header] = value
		}
		request.RequestContext.DomainName, request.RequestContext.HTTP.Method = "door.example", http.MethodGet
		if v, refused := visitOf(request); v.isPerson != test.want || refused != 0 {
			t.Errorf("%s: %v, refused with %d", name, v.isPerson, refused)
		}
	}
}
