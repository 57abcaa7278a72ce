package mutants

// doorMutants are wrong about the front door.
var doorMutants = []mutant{
	{"the door writes down no release that it starts", []edit{
		{"lambdas/door/wake.go", "Execution: release.ExecutionName(\"wake\", now), At: now}", "if err := records.WriteWaking(ctx, d.table, d.settings.Table, seen.remember, next); err != nil {", "if err := error(nil); err != nil {"},
	}},
	{"the door's daily limit counts nothing", []edit{
		{"lambdas/door/wake.go", "", "next.Count += seen.remember.Count", "next.Count = 1"},
	}},
	{"visitors wake the gallery at night", []edit{
		{"lambdas/door/refusal.go", "", "!last(teardown, now)", "last(teardown, now)"},
	}},
	{"the door leads to a load balancer that is gone", []edit{
		{"lambdas/door/sight.go", "", `return d.lookAtGallery(ctx, seen)`, `seen.state, seen.gallery = serving, "http://gone.example"; return seen, nil`},
	}},
	{"a click while a teardown runs is forgotten", []edit{
		{"lambdas/door/wake.go", "", "next.Asked = now", "next.Asked = time.Time{}"},
	}},
	{"a link preview wakes the gallery", []edit{
		{"lambdas/door/visit.go", "", `strings.Contains(r.Headers["accept"], "text/html")`, `true`},
	}},
	{"another site's script wakes the gallery by its visit", []edit{
		{"lambdas/door/visit.go", "", `headers["sec-fetch-site"] == "same-origin"`, `headers["sec-fetch-site"] != ""`},
	}},
	{"an open page with JavaScript is a visit only once", []edit{
		{"lambdas/door/visit.go", "", ` || headers["sec-fetch-site"] == "same-origin"`, ``},
	}},
	{"the door reloads its page while somebody types a key", []edit{
		{"lambdas/door/page.html", "", `{{- if not (or .HasField .IsLate)}}`, `{{- if true}}`},
	}},
	{"the doctor lets a front door reserve what Lambda wants to be left", []edit{
		{"internal/doctor/concurrency.go", "", "e.unreserved-mustStay", "e.unreserved"},
	}},
	{"another site's form wakes the gallery", []edit{
		{"lambdas/door/visit.go", "", `return site == "same-origin" || site == "none"`, `return site != ""`},
	}},
	{"any key wakes the gallery beyond its limit", []edit{
		{"lambdas/door/wake.go", "", "subtle.ConstantTimeCompare([]byte(key), []byte(wanted)) == 1", "subtle.ConstantTimeCompare([]byte(key), []byte(key)) == 1"},
	}},
	{"visitors wake what cdk destroy tears down", []edit{
		{"cdk/front_door.go", "", "url.Node().AddDependency(destroyer)", "_ = destroyer"},
	}},
	{"the domain leads to a load balancer without a fleet while nothing serves", []edit{
		{"lambdas/dns/ensure_alias.go", "", "!e.settings.Door || in.Verified", "!e.settings.Door || in.Verified || true"},
	}},
	{"a release and a teardown take the front door's record for their own", []edit{
		{"lambdas/dns/alias.go", "", "identifier != DoorRecord && (found", "(found"},
		{"lambdas/dns/owner.go", "", "return slices.Contains(known, host(record)), err", "return slices.Contains(known, host(record)) || true, err"},
		{"lambdas/dns/owner.go", "", `identifier != "" &&`, `identifier == "none" &&`},
	}},
	{"the door under the domain leads back to itself", []edit{
		{"lambdas/door/domain.go", "", "err == nil && (seen.state == serving || seen.isLed)", "err == nil && seen.state == troubled"},
	}},
	{"the door leads to the domain before name servers know where that leads", []edit{
		{"lambdas/door/domain.go", "", "return time.Since(led) < d.settings.Requested(propagation), err", "return time.Since(led) < 0, err"},
	}},
	{"a lost waking is started after its owner has put the gallery to sleep", []edit{
		{"lambdas/door/sight.go", "", `status == "" && !servedSince(past, seen.remember.At)`, `status == ""`},
	}},
}
