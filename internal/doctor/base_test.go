package doctor

import (
	"testing"
	"time"

	"photogallery/internal/environment"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/stack"
)

func TestAgeOfTheServingBaseImageIsShown(t *testing.T) {
	healthy(t, func(a *account) {
		a.Options.Stack = "photogallery-main"
		a.wants("base image", "") // nothing serves
		a.release("r1")
		a.wants("base image", OK, "on the newest one")
		time.Sleep(50 * time.Hour)
		a.Offer(stack.Base{ID: "ami-0aaaaaaaaaaaaaaa1", Created: time.Now()})
		a.wants("base image", Warning, "is 2 days old", "ami-0aaaaaaaaaaaaaaa1", "`gallery release --rebake-if-newer --stack photogallery-main`")
		a.refused["GetParameter"] = fabric.Errorf("AccessDeniedException", "ann is not authorized to perform: ssm:GetParameter")
		a.wants("base image", Warning, "is not known", "ssm:GetParameter")
	})
}

func TestAgeOfTheBaseImageHereIsShown(t *testing.T) {
	healthy(t, func(a *account) {
		a.wants("base image here", "")
		a.Here = &environment.Serving{Image: "ami-1", Base: &environment.Base{ID: "ami-0", Created: time.Now().Add(-time.Hour)}}
		a.wants("base image here", OK, "image ami-1", "ami-0")
		a.Here.Base.Newer, a.Here.Base.NewerCreated, a.Here.Base.Created = "ami-2", time.Now(), time.Time{}
		a.wants("base image here", Warning, "is no longer there", "ami-2", "`gallery release --rebake-if-newer`")
	})
}
