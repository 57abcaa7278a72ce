package console_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

const ended = `document.querySelector('.runs [aria-current] .dot')?.dataset.status === %s`

// One cloud and one browser tell the whole story: a teacher's hour in a minute.
func TestStoryInABrowser(t *testing.T) {
	running := up(t)
	browser := browse(t)
	first := newTab(t, browser, running.ConsoleAddress(), "first tab")
	first.says("#connection", "Live")
	s := story{first, newTab(t, browser, running.Endpoint().Console+"/", "second tab")}
	for _, at := range []tab{s.one, s.other} {
		at.says("#connection", "Live")
		at.says("#serving", "Nothing serves")
	}
	s.one.accessible("the page before a release")
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

type story struct{ one, other tab }

func (s story) mistakes(t *testing.T) {
	at := s.one
	at.T = t
	at.do(chromedp.Focus("#open-release"), chromedp.KeyEvent("\r"))
	at.until(`document.querySelector('dialog[open] #field-minSize')`)
	at.write("#field-minSize", "many")
	at.write("#field-ttl", "soon")
	at.write("#field-bundle", "/nowhere")
	at.click(`dialog button[type="submit"]`)
	at.says(".trouble", "3 things are wrong")
	at.says("#field-minSize-error", "a whole number from 1 to 20")
	at.says("#field-bundle-error", "there is no folder /nowhere")
	at.until(`document.activeElement.classList.contains('trouble')`)
	at.until(`document.querySelectorAll('dialog [aria-invalid]').length === 3`)
	at.accessible("the release's form with mistakes")
	at.click(`.trouble li:last-child a`)
	at.until(`document.activeElement.matches('[aria-invalid]')`)
	at.write("#field-ttl", "8h")
	at.do(chromedp.KeyEvent("\t"))
	at.says(".trouble", "2 things are wrong")
	at.click(`dialog [role="tab"]:last-child`)
	at.write("#request-json", `{"size": 3}`)
	at.click(`dialog button[type="submit"]`)
	at.says(".trouble", "no such field")
	at.write("#request-json", `{"size": `)
	at.click(`dialog button[type="submit"]`)
	at.says(".trouble", "the request is not JSON")
	at.do(chromedp.KeyEvent("\x1b"))
	at.until(`!document.querySelector('dialog') && document.activeElement.id === 'open-release'`)
}

func (s story) release(t *testing.T) {
	at := s.one
	at.T = t
	at.click("#open-release")
	at.until(`document.querySelector('#field-version')`)
	at.write("#field-version", "first")
	at.write("#field-ttl", "8h")
	at.click(`dialog .foresee`)
	at.says("dialog .dry-run", "Bakes an image on a builder")
	at.says("dialog .dry-run", "Schedules the teardown 8h after that.")
	at.accessible("what a release would do")
	at.click(`dialog button[type="submit"]`)
	at.until(`location.hash.startsWith('#/execution/release/')`)
	at.until(ended, `"SUCCEEDED"`)
	at.until(`document.querySelector('.graph [data-state="Succeeded"]').dataset.phase === 'succeeded'`)
	at.until(`document.querySelector('.graph [data-state="Undo"]').dataset.phase === 'waiting'`)
	at.says("#serving", "first")
	s.other.T = t
	s.other.says("#serving", "first")
	s.other.says(`#tabs [data-view="fleet"]`, "2 of 2 healthy")
	at.click(`.rows [data-state="AwaitBuild"]`)
	at.says("#inspector-title", "Await build")
	at.until(`document.querySelector('.inspector details:first-of-type pre').innerText.includes('"builder"')`)
	at.do(chromedp.KeyEvent("\x1b"))
	at.look("planned")
	at.says(".schedules", "Teardown")
	at.says("table", "serves")
	at.accessible("schedule and images")
}

func (s story) load(t *testing.T) {
	at := s.one
	at.T, s.other.T = t, t
	at.click("#open-load")
	at.write("#field-rate", "99999")
	at.click(`dialog button[type="submit"]`)
	at.says("#field-rate-error", "from 1 to 2000")
	at.write("#field-rate", "1000")
	at.write("#field-seconds", "600") // a slow machine takes long to send enough; the test ends it
	at.click(`dialog button[type="submit"]`)
	at.says(".load-state", "requests a second")
	s.other.says(`#tabs [data-view="fleet"]`, "5 of 5 healthy")
	at.click("dialog .buttons .danger")
	at.says(".load-state", "The last load")
	at.accessible("the load's dialog")
	at.do(chromedp.KeyEvent("\x1b"))
	at.look("scaling")
	at.says(".log", "requests-high, ")
	at.says(".log", "per target > 200")
	at.says(".alarms", "requests-high")
	at.until(`document.querySelectorAll('.chart canvas').length === 5`)
	at.accessible("scaling")
}

func (s story) crash(t *testing.T) {
	at := s.one
	at.T, s.other.T = t, t
	at.look("fleet")
	at.until(`document.querySelectorAll('.card').length === 2 && document.querySelectorAll('.card[data-health="healthy"]').length === 2`) // the load is over, and none is scaled in meanwhile
	victim := evaluate[string](at, `document.querySelector('.card[data-health="healthy"]').dataset.instance`)
	at.says(`.card[data-instance="`+victim+`"] h3`, victim) // as commands take it
	at.accessible("the fleet")
	at.click(`.card[data-instance="` + victim + `"] button.danger`)
	at.says("dialog", victim)
	at.click("dialog .buttons .danger")
	s.other.look("fleet")
	s.other.until(`!document.querySelector('.card[data-instance="%s"]')`, victim)
	s.other.look("scaling")
	s.other.until(`/launched \d: (in place of|requests-high|it had|the group)/.test(document.querySelector('.log').innerText)`)
	at.until(`document.querySelectorAll('.card[data-health="healthy"]').length >= 2 && !document.querySelector('.card[data-health="initial"]')`)
}

func (s story) takeOver(t *testing.T) {
	at := s.one
	at.T, s.other.T = t, t
	at.click("#open-release")
	at.until(`document.querySelector('#field-strategy')`)
	at.write("#field-traffic", "50 100 100")
	at.write("#field-hold", "23h")
	at.write("#field-bakeTime", "1m")
	at.click(`dialog button[type="submit"]`)
	at.says("#field-traffic-error", "does not rise")
	at.write("#field-traffic", "50, 100")
	at.click(`dialog button[type="submit"]`)
	at.until(`location.hash.startsWith('#/execution/release/')`)
	s.other.look("fleet")
	s.other.says(".groups", "blue 50 %")
	s.other.says(".groups", "green 50 %")
	s.other.until(`document.querySelectorAll('.groups .capacity[data-slot]').length === 2`)
	s.other.says(`#tabs [data-view="fleet"]`, "blue 50 %, green 50 %")
	s.other.accessible("two fleets")
	s.other.look("scaling")
	s.other.says(".alarms", "green requests-high")
	s.other.until(`document.querySelectorAll('.chart canvas').length === 6`)
	s.other.accessible("scaling of two fleets")
	at.says(".judge", "New fleet, green")
	at.says(".judge tbody", "Errors (5xx) of targets")
	at.until(`/Unhealthy hosts\s+0 of [2-5]\b/.test(document.querySelector('.judge tbody').innerText)`)
	at.until(`document.querySelector('.judge .split').getAttribute('aria-label') === %s`, quoted("blue 50 %, green 50 % of the traffic"))
	at.accessible("the judge's numbers")
	at.click(".verdict .primary")
	at.says("dialog", "Promote this release?")
	at.accessible("the question before a promotion")
	at.click("dialog .primary")
	at.until(ended, `"SUCCEEDED"`)
	at.until(`document.querySelector('.graph [data-state="ShiftAll"]').dataset.phase === 'succeeded' && document.querySelector('.verdict').hidden`)
	at.until(`document.querySelector('.judge .split').getAttribute('aria-label') === %s`, quoted("blue 0 %, green 100 % of the traffic"))
	at.says(".judge .chip", "health decides") // there was no load
	at.says(".judge .judgment", "Too little traffic to judge")
	s.other.look("fleet")
	s.other.until(`document.querySelectorAll('.groups .capacity').length === 1 && !document.querySelector('.groups [data-slot]')`)
	s.other.says("#serving", "first")
}

func (s story) breakIt(t *testing.T) {
	at := s.one
	at.T = t
	at.click("#open-release")
	at.until(`document.querySelector('dialog [role="tab"]')`)
	at.click(`dialog [role="tab"]:last-child`)
	at.write("#request-json", `{"strategy": "rolling", "version": "broken", "bundle": "`+t.TempDir()+`"}`)
	at.click(`dialog button[type="submit"]`)
	at.until(`location.hash.startsWith('#/execution/release/')`)
	at.until(ended, `"FAILED"`)
	at.says(".inspector .failure", "FailedClean")
	at.says(".inspector .logs", "Log of i-")
	at.says(`#tabs [data-view="execution"][data-tone="warn"]`, "failed") // and what served before serves on
	if reason := at.text(".inspector .failure"); !strings.Contains(reason, "RefreshRolledBack") || !strings.Contains(reason, "unhealthy-hosts") {
		t.Errorf("the reason is %q", reason)
	}
	at.until(`document.querySelector('.graph [data-state="FailedClean"]').dataset.phase === 'failed'`)
	at.until(`document.querySelector('.graph [data-state="UnlockFailed"] .name').textContent === 'Unlock'`)
	at.click(`.history .check input`)
	at.says(".history tbody", "RefreshRolledBack")
	at.says("#serving", "first")
	at.accessible("a failed run")
	at.click(".inspector .failure button")
	at.until(`document.querySelector('.graph [aria-pressed="true"]').dataset.phase === 'caught'`)
}

func (s story) rollBack(t *testing.T) {
	at := s.one
	at.T, s.other.T = t, t
	at.look("past")
	at.says(".past tbody tr", "broken")
	at.says(".past tbody tr", "RefreshRolledBack")
	at.says(".past tbody tr", "somebody at the console")
	at.until(`document.querySelector('.past tr[data-end="FailedClean"] button').hidden`)
	at.says(`.past tr[data-end="serves"]`, "first")
	at.accessible("the history")
	at.click(`.past tr[data-end="Succeeded"] button`)
	at.says("dialog", "Roll back to this release?")
	at.says("dialog", "nothing is baked")
	at.accessible("the question before a rollback")
	at.click("dialog .primary")
	at.until(`location.hash.startsWith('#/execution/release/')`)
	s.other.look("past")
	s.other.says(`.past tr[data-end="running"]`, "under way")
	s.other.until(`document.querySelector('.past tr[data-end="Succeeded"] button').disabled`)
	at.until(ended, `"SUCCEEDED"`)
	at.says("#serving", "first")
	s.other.until(`!document.querySelector('.past tr[data-end="running"]') && document.querySelector('.past tr[data-end="serves"] a').href.includes('release-')`)
}

func (s story) tearDown(t *testing.T) {
	at := s.one
	at.T, s.other.T = t, t
	at.click("#open-teardown")
	at.says(".resources", "Auto Scaling group")
	at.says("#serving", "first") // nothing is gone yet
	at.accessible("the teardown's dialog")
	at.click("dialog .buttons .danger")
	at.until(`location.hash.startsWith('#/execution/teardown/')`)
	at.until(ended, `"SUCCEEDED"`)
	s.other.says("#serving", "Nothing serves")
	s.other.says(`#tabs [data-view="fleet"]`, "Nothing runs")
}
