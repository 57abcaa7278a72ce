package door

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"photogallery/lambdas/records"
)

// AddressVariable is the stage variable of the HTTP API that has the function URL: a function cannot know the
// address that is made for it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.stage-variables-reference.html
const AddressVariable = "door"

// request is that of a function URL, or that of the HTTP API, which has stage variables in addition.
type request struct {
	events.LambdaFunctionURLRequest
	StageVariables map[string]string `json:"stageVariables"`
}

// propagation is how long Route 53 takes to tell all name servers of a change, as a rule.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-editing.html
const propagation = 60

// isFresh reports whether some name servers may still lead the domain here, although the gallery serves.
func (d *door) isFresh(ctx context.Context) (bool, error) {
	if !d.settings.Door {
		return false, nil
	}
	led, err := records.ReadAliasTime(ctx, d.table, d.settings.Table)
	return time.Since(led) < d.settings.Requested(propagation), err
}

// underDomain leads a visitor of the domain to the function URL, where the page waits: while a browser uses its
// connection to the domain, it sees no change of the address. What robots may visit is for the gallery to say.
// An HTTP API decodes the path, and a function URL does not.
// https://github.com/fastify/aws-lambda-fastify/issues/169
func (d *door) underDomain(ctx context.Context, v visit, address string) Answer {
	v.path = (&url.URL{Path: v.path}).EscapedPath()
	if seen, err := d.seen(ctx); err == nil && (seen.state == serving || seen.isLed) {
		return d.lateVisit(v)
	}
	if address == "" || v.path == "/robots.txt" {
		return plain(http.StatusServiceUnavailable)
	}
	return redirect(http.StatusFound, strings.TrimSuffix(address, "/")+v.address())
}

// lateVisit answers a visitor whose browser or name server still has the door's address although the gallery
// serves. The page does not reload itself, which would keep the connection. A browser may use a new one for
// this status.
// https://www.rfc-editor.org/rfc/rfc9110.html#name-421-misdirected-request
func (d *door) lateVisit(v visit) Answer {
	answer := d.page(v, sight{state: late})
	answer.StatusCode = http.StatusMisdirectedRequest
	return answer
}
