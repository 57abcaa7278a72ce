package doctor

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
)

func TestFleetIsFoundAsASessionsEndLeavesIt(t *testing.T) {
	inLab(t, func(a *account) {
		a.Options.Stack = "photogallery-main"
		a.wants("fleet", OK, "nothing serves")
		a.release("r1")
		a.wants("fleet", OK, "r1 has 2 instances in service, of at least 2")
		a.set(func() { a.Cloud.EndSession(true) })
		time.Sleep(time.Second)
		a.wants("fleet", Warning, "r1 has 0 instances in service", "gallery status --stack photogallery-main", "gallery teardown")
		time.Sleep(10 * time.Minute)
		a.set(a.Cloud.StartSession)
		a.wants("fleet", OK, "2 instances in service")
	})
}

func TestRecordOfAFleetThatIsGoneIsFound(t *testing.T) {
	healthy(t, func(a *account) {
		a.Options.Stack = "photogallery-main"
		a.release("r1")
		if _, err := a.Clients.AutoScaling.DeleteAutoScalingGroup(a.Context(), &autoscaling.DeleteAutoScalingGroupInput{
			AutoScalingGroupName: aws.String("photogallery-main"), ForceDelete: aws.Bool(true),
		}); err != nil {
			a.Fatal(err)
		}
		a.wants("fleet", Failed, "r1 is recorded as serving", "gallery release --stack photogallery-main")
	})
}
