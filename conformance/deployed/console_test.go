//go:build conformance

package deployed

import (
	"net/http/httptest"

	"photogallery/conformance/tab"
	"photogallery/internal/awsstack"
)

// console looks at a release that serves as a person does, in a browser.
func (c *cloud) console() {
	deployed, err := awsstack.Open(c.Context(), c.server.Config(), stack)
	if err != nil {
		c.Fatal(err)
	}
	shown, projected := deployed.Console(false), deployed.Console(true)
	page, wall := httptest.NewServer(shown.Handler()), httptest.NewServer(projected.Handler())
	defer func() {
		for _, end := range []func(){shown.Close, projected.Close, page.Close, wall.Close} {
			end()
		}
	}()
	browser := tab.Start(c.T)
	at := tab.Open(c.T, browser, page.URL+shown.Ticket(), "the console of a stack")
	c.consoleShows(at)
	c.consoleAsks(at)
	at = tab.Open(c.T, browser, wall.URL+projected.Ticket(), "the console on a wall")
	at.Says("#connection", "Live")
	at.Until(`document.body.classList.contains('read-only') && [...document.querySelectorAll('.act')].every((button) => !button.checkVisibility())`)
	at.Look("fleet")
	at.Until(`document.querySelectorAll('.card').length === 2 && [...document.querySelectorAll('.card-actions .act')].every((button) => !button.checkVisibility())`)
}

// consoleShows checks what is asserted of the console on one machine, too, where moto has it.
func (c *cloud) consoleShows(at tab.Tab) {
	at.Says("#connection", "Live")
	at.Says("#environment", stack+", "+region)
	at.Says("#price", "an hour")
	at.Says("#serving", "serves at")
	at.Until(`document.querySelector('.top').offsetHeight < 70`) // in one line, although the address is long
	at.Says(".runs", "second")
	at.Until(`document.querySelector('.runs [aria-current] .dot')?.dataset.status === "SUCCEEDED"`)
	at.Until(`document.querySelector('.graph [data-state="Succeeded"]').dataset.phase === 'succeeded'`)
	at.Until(`document.querySelector('.graph [data-state="Undo"]').dataset.phase === 'waiting'`)
	at.Look("fleet")
	at.Says(`#tabs [data-view="fleet"]`, "2 of 2 healthy")
	at.Until(`document.querySelectorAll('.card[data-health="healthy"]').length === 2 && !document.querySelector('.card .play').checkVisibility()`)
	at.Accessible("the fleet on AWS")
	at.Look("scaling")
	at.Says(".view-head", "a minute late")
	at.Says(".alarms", "requests-high")
	at.Until(`document.querySelectorAll('.chart canvas').length === 5`)
	at.Look("past")
	at.Says(`.past tr[data-end="serves"]`, "second")
	at.Look("planned")
	at.Says(".schedules", "Teardown")
	at.Says(".planned table", "serves")
	at.Says(".cost", "stays after a teardown")
	at.Says(".settings", "no settings")
	at.Accessible("schedule, cost and images on AWS")
	at.Until(`document.querySelector('#trouble').hidden`)
}

// consoleAsks opens the dialog of a teardown, which runs one dry, and tears nothing down.
func (c *cloud) consoleAsks(at tab.Tab) {
	at.Click("#open-teardown")
	at.Says(".resources", "Auto Scaling group")
	at.Says("dialog", "Visitors get no answer from then on")
	at.Says("dialog", "an hour becomes $")
	at.Click("dialog .buttons button")
	at.Until(`!document.querySelector('dialog')`)
	c.serves("second")
}
