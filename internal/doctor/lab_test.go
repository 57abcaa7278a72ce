package doctor

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/lab"
	"photogallery/internal/localcloud/fabric"
)

// inLab is an account of a lab in which nothing is wrong, and which refuses what a lab does.
func inLab(t *testing.T, test func(*account)) {
	t.Helper()
	healthy(t, func(a *account) {
		a.caller = "arn:aws:sts::123456789012:assumed-role/voclabs/user1234=Ann"
		a.buckets = map[string]bool{lab.BucketName(fabric.Account, a.Config.Region): true}
		for _, operation := range []string{"GetServiceQuota", "ListServiceQuotas"} {
			a.refused[operation] = fabric.Errorf("AccessDeniedException", "User: %s is not authorized to perform: servicequotas:%s", a.caller, operation)
		}
		test(a)
	})
}

func TestLabIsHeldAgainstItsOwnLimits(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(*account)
		check   string
		verdict Verdict
		words   []string
	}{
		"well":                    {func(*account) {}, "Learner Lab", OK, []string{"9 instances may run in us-east-1", "others may take 0", "up to 4 takes 8"}},
		"no lab":                  {func(a *account) { a.caller = "arn:aws:iam::123456789012:user/ann" }, "Learner Lab", "", nil},
		"others run":              {func(a *account) { a.others = make([]types.Instance, 4) }, "Learner Lab", Warning, []string{"others may take 4", "--max-size 2"}},
		"no room":                 {func(a *account) { a.others = make([]types.Instance, 6) }, "Learner Lab", Failed, []string{"others may take 6", "terminate instances"}},
		"more than there may be":  {func(a *account) { a.Asked, a.MaxSize = true, 8 }, "Learner Lab", Warning, []string{"up to 8 takes 16", "--max-size 4"}},
		"a type that is too big":  {func(a *account) { a.Options.InstanceType = "t4g.xlarge" }, "Learner Lab", Failed, []string{`"t4g.xlarge"`, "--instance-type"}},
		"another region":          {func(a *account) { a.Config.Region = "eu-west-1" }, "Learner Lab", Failed, []string{"us-east-1 and us-west-2", "--region"}},
		"no quotas are told":      {func(*account) {}, "vCPU quota", Warning, []string{"GetServiceQuota", "grant it"}},
		"a bucket, no bootstrap":  {func(a *account) { a.set(func() { a.Cloud.SSM.Set(bootstrapParameter, "1") }) }, "CDK bootstrap", OK, []string{"photogallery-lab-123456789012-us-east-1"}},
		"neither of both":         {func(a *account) { a.buckets = nil }, "CDK bootstrap", Failed, []string{"gallery lab init", "gallery lab deploy"}},
		"a session that is over":  {ended, "credentials", Failed, []string{"has ended", "start the lab again"}},
		"a session that is there": {func(*account) {}, "credentials", OK, []string{"voclabs"}},
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(a *account) {
				test.change(a)
				a.wants(test.check, test.verdict, test.words...)
			})
		})
	}
}

// ended is the account after the session's end: STS answers, and a policy denies the rest.
func ended(a *account) {
	a.refused["DescribeAvailabilityZones"] = fabric.Errorf("UnauthorizedOperation",
		"User: %s is not authorized to perform: ec2:DescribeAvailabilityZones with an explicit deny in an identity-based policy: arn:aws:iam::123456789012:policy/voc-cancel-cred", a.caller)
}
