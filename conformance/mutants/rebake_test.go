package mutants

var rebakeMutants = []mutant{
	{"a rebake bakes without a newer base image", []edit{
		{"lambdas/plan/rebake.go", "", "if newest.NewerThan(image.Base{ID: recorded, Created: created[recorded]}) {", "if newest.NewerThan(image.Base{ID: recorded, Created: created[recorded]}) || newest.ID != \"\" {"},
	}},
	{"a rebake goes back to an older base image", []edit{
		{"lambdas/image/base.go", "", "(that.Created.IsZero() || b.Created.After(that.Created))", "that.ID != \"no image\""},
	}},
	{"a rebake takes another bundle than that which serves", []edit{
		{"lambdas/plan/content.go", "", "\tcase d.request.RebakeIfNewer:\n\t\treturn d.serving.Bundle, nil\n", ""},
	}},
	{"a rebake takes another strategy than that of the release that serves", []edit{
		{"lambdas/plan/plan.go", "", "request.As(serving, in.Request)", "request"},
	}},
	{"a rebake takes the settings that are not released yet", []edit{
		{"lambdas/plan/settings.go", "", "d.plan.Settings, d.plan.Configured = d.serving.Settings, d.serving.Settings", "d.plan.Settings = recorded.Configured"},
	}},
	{"a rebake bakes for another architecture what serves", []edit{
		{"lambdas/plan/rebake.go", "", "if p.isForeign(own) {", "if p.isForeign(own) && own.ImageId == nil {"},
	}},
	{"an image for another architecture counts as the same content", []edit{
		{"lambdas/plan/content.go", "", "recipe.SHA256(), p.settings.Architecture)", "recipe.SHA256(), release.ARM64)"},
	}},
	{"an image leaves its software bill of materials behind", []edit{
		{"lambdas/inventory/image.go", "", "if err := sboms.Remove(ctx, image.Release); err != nil {", "if err := ctx.Err(); err != nil {"},
	}},
	{"a build that is undone leaves its software bill of materials behind", []edit{
		{"lambdas/sweep/images.go", "", "errors.Join(forgetImages(ctx, c, over), c.sboms.Remove(ctx, over.undone))", "errors.Join(forgetImages(ctx, c, over))"},
	}},
}
