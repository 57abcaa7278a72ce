package mutants

const (
	builderScript   = "gallery-ami/recipe/builder.sh"
	provisionScript = "gallery-ami/recipe/provision.sh"
	fleetScript     = "gallery-ami/recipe/fleet.sh"
	appSessions     = "gallery-ami/app/session.go"
	appStore        = "gallery-ami/app/store.go"
	appWeigh        = "gallery-ami/app/weigh.go"
)

var imageMutants = []mutant{
	{"a builder takes a bundle that is not the one planned", []edit{
		{builderScript, "", "  echo \"$sha256  $work/bundle.tar.gz\" | sha256sum --check --quiet -\n", ""},
	}},
	{"a builder unpacks what no bundle may hold", []edit{
		{builderScript, "", "total > bytes { refuse(", "total > bytes * 2 { refuse("},
	}},
	{"a builder asks once for its bundle", []edit{
		{builderScript, "", "  for pause in 1 2 4 8 16; do\n    aws s3 cp", "  for pause in; do\n    aws s3 cp"},
	}},
	{"a build that fails is reported as a success", []edit{
		{builderScript, "", `report failure "`, `report success "`},
	}},
	{"a build's event is sent once", []edit{
		{builderScript, "", "for pause in 1 2 4 8 16 32; do\n    refused", "for pause in 1; do\n    refused"},
	}},
	{"a builder that has built builds again", []edit{
		{builderScript, "", "  clean_at_shutdown\n  exit 0\n", "  clean_at_shutdown\n"},
	}},
	{"an image is made of what does not serve", []edit{
		{provisionScript, "", `[ "$answer" != 200 ] || break`, `[ "$answer" != 503 ] || break`},
	}},
	{"an image holds the builder's host keys", []edit{
		{provisionScript, "", "etc/ssh/ssh_host_*\n", ""},
	}},
	{"an image holds the builder's machine id", []edit{
		{provisionScript, "", "install -m 0444 /dev/null \"$root/etc/machine-id\" || status=$?\n", ""},
	}},
	{"an image holds what the builder writes when it shuts down", []edit{
		{builderScript, "", "  ln -sf ../photogallery-clean.service \"$units/final.target.wants/\"\n", ""},
	}},
	{"provisioning may run on somebody's own machine", []edit{
		{provisionScript, "", `if [ -z "$root" ]; then`, `if [ "$root" = - ]; then`},
	}},
	{"each instance makes an upload key of its own", []edit{
		{fleetScript, "", ` --if-none-match '*'`, ""},
	}},
	{"the upload key can be read by everybody on the instance", []edit{
		{fleetScript, "fetch_key() (\n", "  umask 077\n", ""},
	}},
	{"anyone may upload", []edit{
		{appSessions, "", "	_, err := s.session(r)\n	return err\n", "	_, _ = s.session(r)\n	return nil\n"},
	}},
	{"a session does not end", []edit{
		{appSessions, "", "return one, now.Before(one.ends)", "return one, !now.Equal(one.ends)"},
	}},
	{"a session goes on after its sign-out", []edit{
		{"gallery-ami/app/signedout.go", "", "	return ended, nil", "	return ended && err != nil, nil"},
	}},
	{"a session's cookie can be read by scripts", []edit{
		{appSessions, "", "HttpOnly: true, ", ""},
	}},
	{"keys can be guessed without a pause", []edit{
		{appSessions, "", "s.owed[address] = owed.Add(attemptInterval)", "s.owed[address] = owed"},
	}},
	{"slow clients hold the places of uploads", []edit{
		{"gallery-ami/app/upload.go", "", "enter(s.arriving)", "enter(s.uploads)"},
		{"gallery-ami/app/upload.go", "", "	leave, err := enter(s.uploads)\n	if err != nil {\n		return stored{}, err\n	}\n	defer leave()\n", ""},
	}},
	{"a body that stalls is waited for", []edit{
		{"internal/pace/pace.go", "", "_ = b.connection.SetReadDeadline(ends)\n", ""},
	}},
	{"the load balancer closes a connection on which it has answered early", []edit{
		{"internal/local/front.go", "", "\t\tdefer r.Body.Close()\n", ""},
	}},
	{"pages of other sites may send forms", []edit{
		{"gallery-ami/app/routes.go", "", "protected := sameOrigin.Handler(mux)", "protected := http.Handler(mux)"},
	}},
	{"half a photo is shown", []edit{
		{appStore, "", "err := s.write(ctx, p.photoKey(), full)\n", "err := s.write(ctx, p.thumbKey(), thumbnail)\n"},
		{appStore, "\tif err == nil {\n\t\terr =", "thumbKey(), thumbnail)", "photoKey(), full)"},
	}},
	{"an instance that cannot read its storage says that it is well", []edit{
		{"gallery-ami/app/health.go", "", `answer.Status, storage.Status, storage.Error = "failing",`, `answer.Status, storage.Status, storage.Error = "ok",`},
	}},
	{"a small file may take any memory to decode", []edit{
		{appWeigh, "", "case bytes > most.memory:", "case bytes > 1<<40:"},
	}},
	{"a photo is decoded without end", []edit{
		{appWeigh, "", "time.Now().After(w.until) ||", "w.until.IsZero() ||"},
	}},
	{"a gray photo's profile goes onto a colored one", []edit{
		{"gallery-ami/app/profile.go", "", " || f.gray != isGray(output)", ""},
	}},
	{"a photo keeps its location", []edit{
		{"gallery-ami/app/jpeg.go", "", "		case marker == 0xFE ||", "		case marker == 0xE1:\n			parts.pixels = append(parts.pixels, s.whole)\n		case marker == 0xFE ||"},
		{"gallery-ami/app/jpeg.go", "", "case marker >= 0xE0 && marker <= 0xEF:", "case marker >= 0xE0 && marker <= 0xEF && marker != 0xE1:"},
	}},
	{"a photo lies on its side", []edit{
		{"gallery-ami/app/jpeg.go", "", "if f.orientation > 1 {", "if f.orientation > 8 {"},
	}},
	{"a photo that is like another is not stored", []edit{
		{"gallery-ami/app/upload.go", "", "if s.store.holds(ctx, other, content) {", "if s.store != nil {"},
	}},
	{"photos are decoded at a time in more memory than one may have", []edit{
		{"gallery-ami/app/darkroom.go", "", "if err := d.memory.Acquire(ctx, weight); err != nil {", "if err := d.memory.Acquire(ctx, 0); err != nil {"},
		{"gallery-ami/app/darkroom.go", "", "d.memory.Release(weight)", "d.memory.Release(0)"},
	}},
	{"an animation becomes a still without a word", []edit{
		{"gallery-ami/app/picture.go", "", "case f.animated:", "case f.animated && f.webp:"},
	}},
	{"a local cloud makes images for arm64 on every machine", []edit{
		{"cmd/gallery/up.go", "", "release.ArchitectureOf(runtime.GOARCH)", "release.ArchitectureOf(runtime.GOOS)"},
	}},
	{"the base image of a local cloud is for arm64 on every machine", []edit{
		{"internal/stack/seed.go", "", "AddBaseImage(base.ID, settings.Architecture, base.Created)", "AddBaseImage(base.ID, release.ARM64, base.Created)"},
	}},
}
