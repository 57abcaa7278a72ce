package console_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"photogallery/conformance/tab"
)

const ended = `document.querySelector('.runs [aria-current] .dot')?.dataset.status === %s`

// One cloud and one browser tell the whole story: a teacher's hour in a minute.
func TestStoryInABrowser(t *testing.T) {
	running := up(t)
	browser := tab.Start(t)
	first := tab.Open(t, browser, running.ConsoleAddress(), "first tab")
	first.Says("#connection", "Live")
	s := story{first, tab.Open(t, browser, running.Endpoint().Console+"/", "second tab")}
	for _, at := range []tab.Tab{s.one, s.other} {
		at.Says("#connection", "Live")
		at.Says("#serving", "Nothing serves")
	}
	s.one.Accessible("the page before a release")
	for _, part := range []struct {
		name string
		tell func(*testing.T)
	}{
		{"a mistaken form says so at its fields", s.mistakes},
		{"a release is started and watched to its end", s.release},
		{"load makes five of two", s.load},
		{"a crashed instance is replaced", s.crash},
		{"a second fleet takes the traffic over", s.takeOver},
		{"a broken release tells its reason", s.breakIt},
		{"a former release is released again from the history", s.rollBack},
		{"a teardown lists and removes", s.tearDown},
	} {
		if !t.Run(part.name, part.tell) {
			return
		}
	}
}

type story struct{ one, other tab.Tab }

func (s story) mistakes(t *testing.T) {
	at := s.one
	at.T = t
	at.Do(chromedp.Focus("#open-release"), chromedp.KeyEvent("\r"))
	at.Until(`document.querySelector('dialog[open] #field-minSize')`)
	at.Write("#field-minSize", "many")
	at.Write("#field-ttl", "soon")
	at.Write("#field-bundle", "/nowhere")
	at.Click(`dialog button[type="submit"]`)
	at.Says(".trouble", "3 things are wrong")
	at.Says("#field-minSize-error", "a whole number from 1 to 20")
	at.Says("#field-bundle-error", "there is no folder /nowhere")
	at.Until(`document.activeElement.classList.contains('trouble')`)
	at.Until(`document.querySelectorAll('dialog [aria-invalid]').length === 3`)
	at.Accessible("the release's form with mistakes")
	at.Click(`.trouble li:last-child a`)
	at.Until(`document.activeElement.matches('[aria-invalid]')`)
	at.Write("#field-ttl", "8h")
	at.Do(chromedp.KeyEvent("\t"))
	at.Says(".trouble", "2 things are wrong")
	at.Click(`dialog [role="tab"]:last-child`)
	at.Write("#request-json", `{"size": 3}`)
	at.Click(`dialog button[type="submit"]`)
	at.Says(".trouble", "no such field")
	at.Write("#request-json", `{"size": `)
	at.Click(`dialog button[type="submit"]`)
	at.Says(".trouble", "the request is not JSON")
	at.Do(chromedp.KeyEvent("\x1b"))
	at.Until(`!document.querySelector('dialog') && document.activeElement.id === 'open-release'`)
}

func (s story) release(t *testing.T) {
	at := s.one
	at.T = t
	at.Click("#open-release")
	at.Until(`document.querySelector('#field-version')`)
	at.Write("#field-version", "first")
	at.Write("#field-ttl", "8h")
	at.Click(`dialog .foresee`)
	at.Says("dialog .dry-run", "Bakes an image on a builder")
	at.Says("dialog .dry-run", "Schedules the teardown 8h after that.")
	at.Accessible("what a release would do")
	at.Click(`dialog button[type="submit"]`)
	at.Until(`location.hash.startsWith('#/execution/release/')`)
	at.Until(ended, `"SUCCEEDED"`)
	at.Until(`document.querySelector('.graph [data-state="Succeeded"]').dataset.phase === 'succeeded'`)
	at.Until(`document.querySelector('.graph [data-state="Undo"]').dataset.phase === 'waiting'`)
	at.Says("#serving", "first")
	s.other.T = t
	s.other.Says("#serving", "first")
	s.other.Says(`#tabs [data-view="fleet"]`, "2 of 2 healthy")
	at.Click(`.rows [data-state="AwaitBuild"]`)
	at.Says("#inspector-title", "Await build")
	at.Until(`document.querySelector('.inspector details:first-of-type pre').innerText.includes('"builder"')`)
	at.Do(chromedp.KeyEvent("\x1b"))
	at.Look("planned")
	at.Says(".schedules", "Teardown")
	at.Says("table", "serves")
	at.Accessible("schedule and images")
}

func (s story) load(t *testing.T) {
	at := s.one
	at.T, s.other.T = t, t
	at.Click("#open-load")
	at.Write("#field-rate", "99999")
	at.Click(`dialog button[type="submit"]`)
	at.Says("#field-rate-error", "from 1 to 2000")
	at.Write("#field-rate", "1000")
	at.Write("#field-seconds", "600") // a slow machine takes long to send enough; the test ends it
	at.Click(`dialog button[type="submit"]`)
	at.Says(".load-state", "requests a second")
	s.other.Says(`#tabs [data-view="fleet"]`, "5 of 5 healthy")
	at.Click("dialog .buttons .danger")
	at.Says(".load-state", "The last load")
	at.Accessible("the load's dialog")
	at.Do(chromedp.KeyEvent("\x1b"))
	at.Look("scaling")
	at.Says(".log", "requests-high, ")
	at.Says(".log", "per target > 200")
	at.Says(".alarms", "requests-high")
	at.Until(`document.querySelectorAll('.chart canvas').length === 5`)
	at.Accessible("scaling")
}

func (s story) crash(t *testing.T) {
	at := s.one
	at.T, s.other.T = t, t
	at.Look("fleet")
	at.Until(`document.querySelectorAll('.card').length === 2 && document.querySelectorAll('.card[data-health="healthy"]').length === 2`) // the load is over, and none is scaled in meanwhile
	victim := tab.Evaluate[string](at, `document.querySelector('.card[data-health="healthy"]').dataset.instance`)
	at.Says(`.card[data-instance="`+victim+`"] h3`, victim) // as commands take it
	at.Accessible("the fleet")
	at.Click(`.card[data-instance="` + victim + `"] button.danger`)
	at.Says("dialog", victim)
	at.Click("dialog .buttons .danger")
	s.other.Look("fleet")
	s.other.Until(`!document.querySelector('.card[data-instance="%s"]')`, victim)
	s.other.Look("scaling")
	s.other.Until(`/launched \d: (in place of|requests-high|it had|the group)/.test(document.querySelector('.log').innerText)`)
	at.Until(`document.querySelectorAll('.card[data-health="healthy"]').length >= 2 && !document.querySelector('.card[data-health="initial"]')`)
}

func (s story) takeOver(t *testing.T) {
	at := s.one
	at.T, s.other.T = t, t
	at.Click("#open-release")
	at.Until(`document.querySelector('#field-strategy')`)
	at.Write("#field-traffic", "50 100 100")
	at.Write("#field-hold", "23h")
	at.Write("#field-bakeTime", "1m")
	at.Click(`dialog button[type="submit"]`)
	at.Says("#field-traffic-error", "does not rise")
	at.Write("#field-traffic", "50, 100")
	at.Click(`dialog button[type="submit"]`)
	at.Until(`location.hash.startsWith('#/execution/release/')`)
	s.other.Look("fleet")
	s.other.Says(".groups", "blue 50 %")
	s.other.Says(".groups", "green 50 %")
	s.other.Until(`document.querySelectorAll('.groups .capacity[data-slot]').length === 2`)
	s.other.Says(`#tabs [data-view="fleet"]`, "blue 50 %, green 50 %")
	s.other.Accessible("two fleets")
	s.other.Look("scaling")
	s.other.Says(".alarms", "green requests-high")
	s.other.Until(`document.querySelectorAll('.chart canvas').length === 6`)
	s.other.Accessible("scaling of two fleets")
	at.Says(".judge", "New fleet, green")
	at.Says(".judge tbody", "Errors (5xx) of targets")
	at.Until(`/Unhealthy hosts\s+0 of [2-5]\b/.test(document.querySelector('.judge tbody').innerText)`)
	at.Until(`document.querySelector('.judge .split').getAttribute('aria-label') === %s`, tab.Quoted("blue 50 %, green 50 % of the traffic"))
	at.Accessible("the judge's numbers")
	at.Click(".verdict .primary")
	at.Says("dialog", "Promote this release?")
	at.Accessible("the question before a promotion")
	at.Click("dialog .primary")
	at.Until(ended, `"SUCCEEDED"`)
	at.Until(`document.querySelector('.graph [data-state="ShiftAll"]').dataset.phase === 'succeeded' && document.querySelector('.verdict').hidden`)
	at.Until(`document.querySelector('.judge .split').getAttribute('aria-label') === %s`, tab.Quoted("blue 0 %, green 100 % of the traffic"))
	at.Says(".judge .chip", "health decides") // there was no load
	at.Says(".judge .judgment", "Too little traffic to judge")
	s.other.Look("fleet")
	s.other.Until(`document.querySelectorAll('.groups .capacity').length === 1 && !document.querySelector('.groups [data-slot]')`)
	s.other.Says("#serving", "first")
}

func (s story) breakIt(t *testing.T) {
	at := s.one
	at.T = t
	at.Click("#open-release")
	at.Until(`document.querySelector('dialog [role="tab"]')`)
	at.Click(`dialog [role="tab"]:last-child`)
	at.Write("#request-json", `{"strategy": "rolling", "version": "broken", "bundle": "`+t.TempDir()+`"}`)
	at.Click(`dialog button[type="submit"]`)
	at.Until(`location.hash.startsWith('#/execution/release/')`)
	at.Until(ended, `"FAILED"`)
	at.Says(".inspector .failure", "FailedClean")
	at.Says(".inspector .logs", "Log of i-")
	at.Says(`#tabs [data-view="execution"][data-tone="warn"]`, "failed") // and what served before serves on
	if reason := at.Text(".inspector .failure"); !strings.Contains(reason, "RefreshRolledBack") || !strings.Contains(reason, "unhealthy-hosts") {
		t.Errorf("the reason is %q", reason)
	}
	at.Until(`document.querySelector('.graph [data-state="FailedClean"]').dataset.phase === 'failed'`)
	at.Until(`document.querySelector('.graph [data-state="UnlockFailed"] .name').textContent === 'Unlock'`)
	at.Click(`.history .check input`)
	at.Says(".history tbody", "RefreshRolledBack")
	at.Says("#serving", "first")
	at.Accessible("a failed run")
	at.Click(".inspector .failure button")
	at.Until(`document.querySelector('.graph [aria-pressed="true"]').dataset.phase === 'caught'`)
}

func (s story) rollBack(t *testing.T) {
	at := s.one
	at.T, s.other.T = t, t
	at.Look("past")
	at.Says(".past tbody tr", "broken")
	at.Says(".past tbody tr", "RefreshRolledBack")
	at.Says(".past tbody tr", "somebody at the console")
	at.Until(`document.querySelector('.past tr[data-end="FailedClean"] button').hidden`)
	at.Says(`.past tr[data-end="serves"]`, "first")
	at.Accessible("the history")
	at.Click(`.past tr[data-end="Succeeded"] button`)
	at.Says("dialog", "Roll back to this release?")
	at.Says("dialog", "nothing is baked")
	at.Accessible("the question before a rollback")
	at.Click("dialog .primary")
	at.Until(`location.hash.startsWith('#/execution/release/')`)
	s.other.Look("past")
	s.other.Says(`.past tr[data-end="running"]`, "under way")
	s.other.Until(`document.querySelector('.past tr[data-end="Succeeded"] button').disabled`)
	at.Until(ended, `"SUCCEEDED"`)
	at.Says("#serving", "first")
	s.other.Until(`!document.querySelector('.past tr[data-end="running"]') && document.querySelector('.past tr[data-end="serves"] a').href.includes('release-')`)
}

func (s story) tearDown(t *testing.T) {
	at := s.one
	at.T, s.other.T = t, t
	at.Click("#open-teardown")
	at.Says(".resources", "Auto Scaling group")
	at.Says("#serving", "first") // nothing is gone yet
	at.Accessible("the teardown's dialog")
	at.Click("dialog .buttons .danger")
	at.Until(`location.hash.startsWith('#/execution/teardown/')`)
	at.Until(ended, `"SUCCEEDED"`)
	s.other.Says("#serving", "Nothing serves")
	s.other.Says(`#tabs [data-view="fleet"]`, "Nothing runs")
}
