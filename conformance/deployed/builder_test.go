//go:build conformance

package deployed

import (
	"encoding/json"
	"strings"
	"sync"
)

// builder plays the instances that build: it reports by an event when its result is awaited.
type builder struct {
	mu     sync.Mutex
	status string // "" is success
	reason string
	silent bool
	plays  sync.WaitGroup
}

func (b *builder) will(status, reason string, silent bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status, b.reason, b.silent = status, reason, silent
}

// ran is called after every invocation.
func (c *cloud) ran(i invoked) {
	of, awaits := strings.CutSuffix(i.function, "-await-build")
	if !awaits || i.failed {
		return
	}
	var awaited struct {
		Instance string `json:"instance"`
		Plan     struct {
			Release string `json:"release"`
		} `json:"plan"`
	}
	if err := json.Unmarshal(i.payload, &awaited); err != nil {
		c.Error(err)
		return
	}
	c.plays.mu.Lock()
	defer c.plays.mu.Unlock()
	if c.plays.silent {
		return
	}
	detail := map[string]any{"instance": awaited.Instance, "release": awaited.Plan.Release, "status": "success", "reason": c.plays.reason}
	if c.plays.status != "" {
		detail["status"] = c.plays.status
	}
	c.plays.plays.Go(func() {
		if err := c.publish(c.Context(), of+".builder", "Build Result", detail); err != nil {
			c.Error(err)
		}
	})
}

// saw is called after every call. EC2 and Step Functions tell EventBridge of some.
func (c *cloud) saw(made call) {
	if made.operation == "RunInstances" && strings.HasSuffix(made.caller, "-launch-runner") {
		c.accessLock.Lock()
		c.launched = made.form
		c.accessLock.Unlock()
	}
	if made.operation == "TerminateInstances" {
		for name, values := range made.form {
			if !strings.HasPrefix(name, "InstanceId.") {
				continue
			}
			c.plays.plays.Go(func() {
				detail := map[string]any{"instance-id": values[0], "state": "terminated"}
				if err := c.publish(c.Context(), "aws.ec2", "EC2 Instance State-change Notification", detail); err != nil {
					c.Error(err)
				}
			})
		}
	}
}
