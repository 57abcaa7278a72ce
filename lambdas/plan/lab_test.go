package plan_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	groups "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	awsec2 "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// inLab is a lab in whose region others run some instances in no group and may run some in groups.
func inLab(t *testing.T, alone, grouped int, test func(*cloud)) {
	t.Helper()
	inCloud(t, func(c *cloud) {
		c.settings.Lab = true
		for i := range alone {
			c.runs(types.Tag{Key: aws.String("Name"), Value: aws.String(strconv.Itoa(i))})
		}
		c.answer("DescribeAutoScalingGroups", func() (any, error) {
			return &autoscaling.DescribeAutoScalingGroupsOutput{AutoScalingGroups: []groups.AutoScalingGroup{
				{AutoScalingGroupName: aws.String("photogallery-main"), MaxSize: aws.Int32(4), DesiredCapacity: aws.Int32(2)},
				{AutoScalingGroupName: aws.String("by-hand"), MaxSize: aws.Int32(int32(grouped))},
			}}, nil
		})
		test(c)
	})
}

// runs starts an instance.
func (c *cloud) runs(tags ...types.Tag) {
	c.Helper()
	_, err := c.clients.EC2.RunInstances(c.Context(), &awsec2.RunInstancesInput{
		ImageId: aws.String(base), InstanceType: "t4g.small", SubnetId: aws.String("subnet-pa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: tags}},
	})
	if err != nil {
		c.Fatal(err)
	}
}

func TestDefaultRequestFitsIntoLab(t *testing.T) {
	for _, test := range []struct{ alone, grouped, most int }{{0, 0, 4}, {1, 0, 4}, {2, 0, 3}, {0, 5, 2}, {2, 3, 2}} {
		inLab(t, test.alone, test.grouped, func(c *cloud) {
			made := c.mustPlan(`{}`)
			if want := time.Now().Add(release.LabTTL).UTC().Format(time.RFC3339); made.MinSize != 2 || made.MaxSize != test.most || made.TeardownAt != want {
				t.Errorf("beside %d and %d it is %d to %d until %s, want 2 to %d until %s", test.alone, test.grouped, made.MinSize, made.MaxSize, made.TeardownAt, test.most, want)
			}
		})
	}
}

func TestLabRefusesWhatWouldExceedItsInstances(t *testing.T) {
	lecture := `"sizes": [{"from": "18:00", "until": "21:00", "minSize": 2, "maxSize": 5}]`
	tests := map[string]struct {
		alone, grouped int
		former         release.Current
		request        string
		words          []string // nil if it is not refused
	}{
		"two fleets of four":                {request: `{"maxSize": 4}`},
		"two fleets of five":                {request: `{"maxSize": 5}`, words: []string{"up to 5 instances of t4g.small may run 10", "exceeds 9", `"strategy": "rolling"`, "--max-size 4"}},
		"one of five that is rolled":        {request: `{"maxSize": 5, "strategy": "rolling"}`},
		"one of six that is rolled":         {request: `{"maxSize": 6, "strategy": "rolling"}`, words: []string{"may run 12", "--max-size 5"}},
		"twenty":                            {request: `{"maxSize": 20}`, words: []string{"may run 40", "--max-size 4"}},
		"scheduled sizes":                   {request: `{` + lecture + `}`, words: []string{"up to 5 instances", "also in sizes"}},
		"beside one that has grown":         {former: release.Current{Serving: true, MinSize: 2, MaxSize: 6}, request: `{"maxSize": 3}`},
		"beside one that has grown, by one": {former: release.Current{Serving: true, MinSize: 2, MaxSize: 6}, request: `{"maxSize": 4}`, words: []string{"may run 10", "--max-size 3"}},
		"one that serves no more":           {former: release.Current{MinSize: 2, MaxSize: 6}, request: `{"maxSize": 4}`},
		"beside others":                     {alone: 2, grouped: 3, request: `{"maxSize": 3}`, words: []string{"may run 6", "others in this region 5", "--max-size 2"}},
		"no room":                           {alone: 8, request: `{"minSize": 1}`, words: []string{"others in this region 8", "terminate instances of others"}},
		"a large type":                      {request: `{"instanceType": "t4g.xlarge"}`, words: []string{`"t4g.xlarge" is not of a size that a Learner Lab allows`, "nano, micro", "t4g.small"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inLab(t, test.alone, test.grouped, func(c *cloud) {
				c.serves(test.former)
				c.fabric.Do(func() { c.ec2.SetVCPULimit(200) })
				made, failure := c.plan(test.request)
				if test.words == nil {
					if failure != nil {
						t.Errorf("%s: %s", failure.Type, failure.Message)
					}
					return
				}
				if failure == nil {
					t.Fatalf("planned %+v", made)
				}
				c.refuses(test.request, release.Code(failure.Type), test.words...)
			})
		})
	}
}

// The environment's own fleet is counted by its bounds, and an instance of a group by the group's.
func TestOwnAndGroupedInstancesAreNotCountedTwice(t *testing.T) {
	inLab(t, 1, 0, func(c *cloud) {
		c.runs(types.Tag{Key: aws.String(release.TagEnvironment), Value: aws.String("main")})
		c.answer("DescribeInstances", func() (any, error) {
			grouped := types.Instance{Tags: []types.Tag{{Key: aws.String("aws:autoscaling:groupName"), Value: aws.String("by-hand")}}}
			own := types.Instance{Tags: []types.Tag{{Key: aws.String(release.TagEnvironment), Value: aws.String("main")}}}
			return &awsec2.DescribeInstancesOutput{Reservations: []types.Reservation{{Instances: []types.Instance{grouped, own, {}}}}}, nil
		})
		c.mustPlan(`{"maxSize": 4}`)
	})
}

func TestLabThatRefusesToTellItsQuotaIsNoFailure(t *testing.T) {
	inLab(t, 0, 0, func(c *cloud) {
		c.answer("GetServiceQuota", func() (any, error) {
			return nil, fabric.Errorf("AccessDeniedException", "User: arn:aws:sts::123456789012:assumed-role/LabRole/f is not authorized to perform: servicequotas:GetServiceQuota")
		})
		c.mustPlan(`{}`)
	})
}

func TestLabHasTwoRegions(t *testing.T) {
	inLab(t, 0, 0, func(c *cloud) {
		elsewhere := func(o *awsec2.Options) { o.Region = "eu-west-1" }
		c.clients.EC2 = (*step.EC2)(awsec2.New(c.clients.EC2.Options(), elsewhere))
		c.refuses(`{}`, release.InvalidRequest, "us-east-1 and us-west-2", "eu-west-1")
	})
}

func TestReleaseIsTornDownBeforeItsSessionEnds(t *testing.T) {
	inCloud(t, func(c *cloud) {
		now := time.Now().UTC()
		ends := now.Add(2 * time.Hour)
		c.serves(release.Current{TeardownAt: now.Add(24 * time.Hour).Format(time.RFC3339)})
		made := c.mustPlan(`{"sessionEnds": "` + ends.Format(time.RFC3339) + `"}`)
		if want := ends.Add(-release.TeardownTime).Format(time.RFC3339); made.TeardownAt != want || made.TTLSeconds != 0 {
			t.Errorf("the teardown is at %s, want %s", made.TeardownAt, want)
		}
		c.refuses(`{"sessionEnds": "`+now.Add(20*time.Minute).Format(time.RFC3339)+`", "image": "ami-0aaaaaaaaaaaaaaaa"}`, release.InvalidRequest, "leaves no time", "image: ")
	})
}

func TestLabKeepsAnEndThatIsAhead(t *testing.T) {
	inLab(t, 0, 0, func(c *cloud) {
		soon := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		c.serves(release.Current{TeardownAt: soon})
		for request, want := range map[string]string{`{}`: soon, `{"ttl": "never"}`: "", `{"ttl": "2h"}`: ""} {
			if made := c.mustPlan(request); made.TeardownAt != want {
				t.Errorf("%s: it ends at %q, want %q", request, made.TeardownAt, want)
			}
		}
	})
}
