package doctor

import (
	"context"
	"fmt"
	"time"

	"photogallery/internal/environment"
	"photogallery/release"
)

// baseHere looks at the image that serves in a local cloud.
func (e *examination) baseHere(context.Context) Finding {
	return base(e.Here, "")
}

// baseThere looks at the image that serves in the stack.
func (e *examination) baseThere(ctx context.Context) Finding {
	if e.environment == "" {
		return Finding{}
	}
	reader := environment.Reader{Clients: e.Clients, Environment: e.environment, Table: e.table, BaseImageParameter: release.BaseImageParameter(e.Architecture)}
	serving, err := reader.Serving(ctx)
	if err != nil {
		return e.unseen(err)
	}
	return base(serving, " --stack "+e.Stack)
}

// base finds out how old the base image of the serving image is. An old one works on, without the
// patches that came since.
func base(serving *environment.Serving, flags string) Finding {
	if serving == nil || serving.Base == nil {
		return Finding{}
	}
	on := serving.Base
	f := well("image %s serves, on the newest one, %s of %s", serving.Image, on.ID, on.Created.UTC().Format(time.DateOnly))
	switch {
	case on.Newer == "" && on.Created.IsZero():
		return well("the age of %s, on which image %s serves, is not known", on.ID, serving.Image).but(Warning, "Have someone run `gallery doctor` who may call ssm:GetParameter and ec2:DescribeImages, or grant it.")
	case on.Newer == "":
		return f
	}
	age := "is no longer there"
	if !on.Created.IsZero() {
		age = fmt.Sprintf("is %d days old", int(time.Since(on.Created).Hours()/24))
	}
	return well("%s, on which image %s serves, %s, and %s of %s is newer", on.ID, serving.Image, age, on.Newer, on.NewerCreated.UTC().Format(time.DateOnly)).
		but(Warning, "What serves lacks the patches of the newer one: `gallery release --rebake-if-newer%s` bakes it again.", flags)
}
