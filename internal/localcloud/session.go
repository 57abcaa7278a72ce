package localcloud

import "time"

// restartTime is until every instance runs again.
const restartTime = time.Minute

// EndSession plays the end of a session in an AWS Academy Learner Lab: EC2 stops what runs. Whether
// Auto Scaling sees that is not known; if it does, it replaces what was stopped.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-checks-overview.html
func (c *Cloud) EndSession(replaces bool) {
	c.AutoScaling.Suspend(!replaces)
	c.EC2.StopAll()
}

// StartSession plays the start of the next one: what is stopped is started, and Auto Scaling looks
// after that.
func (c *Cloud) StartSession() {
	c.EC2.StartAll()
	c.Fabric.After(restartTime, func() { c.AutoScaling.Suspend(false) })
}
