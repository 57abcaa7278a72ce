package grade

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// judgeApp believes the load balancer's answer to a request, or without a listener to ask the health
// check. An answer of the load balancer's own proves no app.
func judgeApp(l *lesson) finding {
	healthy := l.healthy()
	passed := fmt.Sprintf("The health check gets an answer from %s.", list(healthy))
	page, asked := Page{}, false
	if l.balancer != nil && len(l.forwarded()) > 0 {
		page, asked = l.Pages[aws.ToString(l.balancer.LoadBalancerArn)]
	}
	switch {
	case page.ok():
		return done(page.String())
	case asked && page.Leads != "" && len(healthy) > 0:
		return done(page.String(), passed)
	case asked && len(healthy) > 0:
		return partly("See what the app answers to /, whether the load balancer's security group admits port 80, and whether your own network lets the request out.", page.String(), passed)
	case asked:
		return missing("Open port 80 of an instance in a browser: start the app there, and let the load balancer's security group admit port 80.", page.String())
	case len(healthy) > 0:
		return done(passed)
	}
	return missing("Start an instance whose app listens on port 80, and put a load balancer in front of it.")
}
