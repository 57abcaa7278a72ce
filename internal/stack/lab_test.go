package stack

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"photogallery/internal/localcloud/ec2"
	"photogallery/release"
)

// inLab is a lab in virtual time, in which a meter counts the instances that run.
// It returns the most at a time.
func inLab(t *testing.T, scenario func(*testing.T, *environment)) (most int) {
	t.Helper()
	return inLabWith(t, Options{}, scenario)
}

func inLabWith(t *testing.T, options Options, scenario func(*testing.T, *environment)) (most int) {
	t.Helper()
	options.Lab = true
	inVirtualTimeWith(t, options, func(t *testing.T, e *environment) {
		e.Cloud.Fabric.Do(func() {
			e.Cloud.EC2.OnState(func(string, string) {
				most = max(most, e.running())
				if asked := e.asked(); asked > release.LabInstances {
					t.Errorf("the groups may have %d instances", asked)
				}
			})
		})
		scenario(t, e)
		e.Cloud.Fabric.Do(func() {
			if most > release.LabInstances {
				t.Errorf("%d instances ran at a time", most)
			}
		})
	})
	return most
}

// running counts the instances that a lab counts. It is called under the cloud's lock.
func (e *environment) running() (count int) {
	for _, i := range e.Cloud.EC2.Instances() {
		if i.State == ec2.Pending || i.State == ec2.Running {
			count++
		}
	}
	return count
}

// asked returns how many instances all groups may have together. It is called under the cloud's lock.
func (e *environment) asked() (count int) {
	for _, group := range e.Cloud.AutoScaling.Groups() {
		count += int(aws.ToInt32(group.MaxSize))
	}
	return count
}

// grow lets the fleet that serves have as many instances as scaling may add.
func (e *environment) grow() {
	e.Helper()
	current := e.current()
	_, err := e.Clients.AutoScaling.UpdateAutoScalingGroup(e.Context(), &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(e.Settings.Environment.Group(current.Serves())), DesiredCapacity: aws.Int32(int32(current.MaxSize)),
	})
	if err != nil {
		e.Fatal(err)
	}
	time.Sleep(2 * time.Minute) // before an alarm takes them back
}

func TestLabNeverRunsMoreInstancesThanItMay(t *testing.T) {
	for name, test := range map[string]struct {
		first, second string
		most          int
	}{
		"by a second fleet":  {`{}`, `{"version": "2"}`, 8},
		"by rolling it":      {`{"strategy": "rolling", "maxSize": 5}`, `{"strategy": "rolling", "version": "2"}`, 7},
		"one, then another":  {`{"strategy": "rolling", "maxSize": 5}`, `{"maxSize": 4}`, 9},
		"with little of all": {`{"minSize": 1, "maxSize": 1}`, `{"rebake": true}`, 2},
	} {
		t.Run(name, func(t *testing.T) {
			most := inLab(t, func(_ *testing.T, e *environment) {
				e.release("r1", test.first).ends("Succeeded")
				e.grow()
				e.release("r2", test.second).ends("Succeeded")
				e.release("r3", `{"minSize": 10, "maxSize": 20}`).ends("FailedClean", "Learner Lab")
			})
			if most != test.most {
				t.Errorf("at most %d instances ran, want %d", most, test.most)
			}
		})
	}
}

// A session lasts four hours.
func TestLabIsEmptyBeforeItsSessionEnds(t *testing.T) {
	for name, request := range map[string]string{
		"that nobody has named": `{}`,
		"that the request has":  `{"maxSize": 4, "desired": 4, "sessionEnds": "2000-01-01T02:00:00Z"}`, // virtual time begins with the year
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(t *testing.T, e *environment) {
				began := time.Now()
				e.release("r1", request).ends("Succeeded")
				at, err := time.Parse(time.RFC3339, e.current().TeardownAt)
				if err != nil {
					t.Fatal(err)
				}
				if latest := began.Add(4*time.Hour - release.TeardownTime); at.After(latest) {
					t.Errorf("the teardown begins at %s, after %s", at, latest)
				}
				time.Sleep(time.Until(at.Add(release.TeardownTime)))
				e.empty(1)
			})
		})
	}
}
