package mutants

const (
	sweepOrder = "lambdas/sweep/order.go"
	undoRound  = "lambdas/sweep/undo.go"
)

var sweepMutants = []mutant{
	{"the sweep removes the load balancer before the group", []edit{
		{sweepOrder, "", "{schedules, refresh, alias, group, loadBalancer,", "{schedules, refresh, alias, loadBalancer, group,"},
		{teardownMachine, "", `"stage": "group"`, `"stage": "?"`},
		{teardownMachine, "", `"stage": "alias"`, `"stage": "!"`},
		{teardownMachine, "", `"stage": "load-balancer"`, `"stage": "group"`},
		{teardownMachine, "", `"stage": "!"`, `"stage": "load-balancer"`},
		{teardownMachine, "", `"stage": "?"`, `"stage": "alias"`},
	}},
	{"the undo removes the image before the group is back", []edit{
		{sweepOrder, "", "free(rollback), sizes, bounds, idleFleet, forward, idleAlarms, images, versions, free(schedules)}", "images, versions, free(rollback), sizes, bounds, idleFleet, forward, idleAlarms, free(schedules)}"},
	}},
	{"the undo leaves visitors with a fleet that goes", []edit{
		{sweepOrder, "", "undoOrder = []Stage{traffic, free(builders),", "undoOrder = []Stage{free(builders),"},
	}},
	{"the undo takes a fleet away before its visitors are led back", []edit{
		{sweepOrder, "", "undoOrder = []Stage{traffic, free(builders), free(rollback), sizes, bounds, idleFleet,", "undoOrder = []Stage{idleFleet, traffic, free(builders), free(rollback), sizes, bounds,"},
	}},
	{"the undo leaves all where visitors cannot be led back", []edit{
		{undoRound, "", "if closed && !stage.free {", "if closed {"},
	}},
	{"the undo forgets what it could not begin to remove", []edit{
		{"lambdas/sweep/cloud.go", "", "return found, nil, cmp.Or(", "return nil, nil, cmp.Or("},
	}},
	{"the undo fails a release that serves", []edit{
		{undoRound, "", "progress.Done, progress.Serves = true, recorded.Serving && slices", "progress.Done, progress.Serves = true, !recorded.Serving && slices"},
	}},
	{"a fleet is deleted before its targets have drained", []edit{
		{"lambdas/sweep/idle_fleet.go", "", "case len(group.Instances) == 0 && isEmptied(group):", "case group.MaxSize != nil:"},
	}},
	{"a fleet is cut off from its visitors before its targets have drained", []edit{
		{"lambdas/sweep/traffic.go", "", "balancer.Split(c.settings, slot, 100))", "balancer.ForwardTo(c.settings, slot))"},
	}},
	{"the undo leaves a failed release's scheduled sizes", []edit{
		{sweepOrder, "", "free(rollback), sizes, bounds,", "free(rollback), bounds,"},
	}},
	{"the preview rule stays", []edit{
		{"lambdas/sweep/traffic.go", "", "range previews {", "range previews[:0] {"},
	}},
	{"a teardown rings the alarms of an outage", []edit{
		{"lambdas/sweep/group.go", "", "\t\tc.silence(ctx)\n", ""},
	}},
	{"the undo leaves the second fleet's alarms", []edit{
		{sweepOrder, "", "idleFleet, forward, idleAlarms, images", "idleFleet, forward, images"},
	}},
	{"a release retires a fleet though another one serves", []edit{
		{"lambdas/sweep/retire_fleet.go", "", "if !in.Left && (!recorded.Serving || recorded.Release != in.Plan.Release) {", "if !in.Left && !recorded.Serving {"},
	}},
	{"the undo does not wait for the group to be back", []edit{
		{"lambdas/sweep/rollback.go", `"rollback",`, "\tgate:  true,\n", ""},
	}},
	{"the undo takes its first look for proof", []edit{
		{undoRound, "", "case in.Deadline.IsZero() || time.Now().Before(seen):", "case time.Now().Before(seen) && false:"},
	}},
	{"the undo takes the former release's images", []edit{
		{sweepOrder, "case current.Serving:", "images: inventory.Selection{Release: name, Except: []string{current.Image, current.FormerImage}},", "images: inventory.Selection{},"},
	}},
	{"a teardown keeps no image", []edit{
		{sweepOrder, "", "over.images.Except = []string{current.Image}", "over.images.Except = nil"},
	}},
	{"a sweep takes what other environments own, too", []edit{
		{"lambdas/inventory/tag.go", "", `"tag:" + release.TagEnvironment), Values: []string{string(environment)}`, `"tag-key"), Values: []string{release.TagEnvironment}`},
	}},
	{"what is gone already fails a removal", []edit{
		{"lambdas/inventory/resource.go", "", "if release.IsNotFound(err) {", "if release.IsNotFound(err) && err == nil {"},
	}},
	{"a group that is gone already fails its removal", []edit{
		{"lambdas/sweep/group.go", "", "if failure == nil && (found == nil || fleet.IsDeleting(found)) {", "if failure == nil && found != nil && fleet.IsDeleting(found) {"},
	}},
	{"a load balancer's network interfaces are not awaited", []edit{
		{"lambdas/sweep/load_balancer.go", "", `found = append(found, inventory.Resource{Kind: interfaceKind,`, `_ = append(found, inventory.Resource{Kind: interfaceKind,`},
	}},
	{"an alias record is known by the form of its target", []edit{
		{"lambdas/dns/owner.go", "", "return slices.Contains(known, host(record)), err", "return slices.Contains(known, host(record)) || strings.HasPrefix(host(record), settings.Environment.Name()+\"-\"), err"},
	}},
	{"an image is deregistered and its snapshot stays", []edit{
		{"lambdas/inventory/image.go", "", "ImageId: aws.String(image.ID), DeleteAssociatedSnapshots: aws.Bool(true),", "ImageId: aws.String(image.ID),"},
		{"lambdas/inventory/image.go", "", "if snapshot.Kind == snapshotKind && !deleted[snapshot.ID] {", "if snapshot.Kind == snapshotKind && deleted[snapshot.ID] {"},
	}},
	{"a teardown does not record that nothing serves", []edit{
		{"lambdas/sweep/group.go", "", "current.Serving, current.TemplateVersion, current.FormerTemplate, current.TeardownAt = false, \"\", \"\", \"\"", "current.TemplateVersion, current.FormerTemplate, current.TeardownAt = \"\", \"\", \"\""},
	}},
}
