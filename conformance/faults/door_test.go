package faults

import (
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/lambdas/door"
)

// knock visits the front door with a browser. An error is what AWS shows for a function that failed.
func (env *environment) knock(method, form string) (events.LambdaFunctionURLResponse, error) {
	request := events.LambdaFunctionURLRequest{RawPath: "/", Body: form, Headers: map[string]string{"host": "door.example", "accept": "text/html", "sec-fetch-site": "same-origin"}}
	request.RequestContext.DomainName, request.RequestContext.HTTP.Method = "door.example", method
	return env.Visit(env.ctx, request)
}

// wakeAndVisit clicks at the door and waits there, as two visitors do who click again after a while. It
// requires that one release lets them in unless a fault does not pass by itself, and that the door leads to nothing else.
func (env *environment) wakeAndVisit() {
	const patience = 20 * time.Minute
	for began := time.Now(); time.Since(began) < 4*time.Hour; {
		_, _ = env.knock(http.MethodPost, door.Field+"=yes") // a visitor who gets an error clicks again
		_, _ = env.knock(http.MethodPost, door.Field+"=yes")
		for clicked := time.Now(); time.Since(clicked) < patience; time.Sleep(5 * time.Second) {
			answer, err := env.knock(http.MethodGet, "")
			if err != nil || answer.StatusCode != http.StatusFound {
				continue
			}
			if _, state := env.entrance(); state != "active" || !env.recorded().Serving {
				env.violate("the door leads to a gallery that does not serve")
			}
			env.checkOneWaking()
			return
		}
	}
	if env.faultsPass() {
		env.violate("nobody can wake the gallery")
	}
}

func (env *environment) entrance() (dnsName, state string) {
	env.Cloud.Fabric.Do(func() { dnsName, state = env.Cloud.ELB.State(env.Settings.Environment.Name()) })
	return dnsName, state
}

func (env *environment) checkOneWaking() {
	out, err := env.SFN.ListExecutions(env.ctx, &sfn.ListExecutionsInput{StateMachineArn: &env.Settings.ReleaseMachine})
	if err != nil {
		env.violate("executions cannot be listed: " + err.Error())
		return
	}
	count := 0
	for _, one := range out.Executions {
		if isWaking(*one.Name) {
			count++
		}
	}
	if count != 1 {
		env.violate(fmt.Sprintf("the door has started %d releases", count))
	}
}
