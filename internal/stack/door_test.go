package stack

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/lambdas/door"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const doorHost = "door.lambda-url.us-east-1.on.aws"

// asks returns the request of a browser.
func asks(method, path, body string) events.LambdaFunctionURLRequest {
	request := events.LambdaFunctionURLRequest{RawPath: path, Body: body, Headers: map[string]string{"host": doorHost, "accept": "text/html,*/*", "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin"}}
	request.RequestContext.DomainName = doorHost
	request.RequestContext.HTTP.Method = method
	return request
}

// opens visits the door, which looks again each time.
func (e *environment) opens() events.LambdaFunctionURLResponse {
	e.Helper()
	time.Sleep(3 * time.Second)
	answer, err := e.Visit(e.Context(), asks(http.MethodGet, "/", ""))
	if err != nil {
		e.Fatal(err)
	}
	return answer
}

func (e *environment) clicks(form string) {
	e.Helper()
	answer, err := e.Visit(e.Context(), asks(http.MethodPost, "/", form))
	if err != nil || answer.StatusCode != http.StatusSeeOther {
		e.Fatalf("a click is answered %d %v: %s", answer.StatusCode, err, answer.Body)
	}
}

// shows checks that the door does not lead in, and shows all of some words.
func (e *environment) shows(words ...string) {
	e.Helper()
	answer := e.opens()
	for _, word := range words {
		if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(answer.Body, word) {
			e.Fatalf("the door answers %d without %q: %s", answer.StatusCode, word, answer.Body)
		}
	}
}

// letsIn waits until the door leads to the gallery and returns how long that took.
func (e *environment) letsIn(within time.Duration) time.Duration {
	e.Helper()
	began := time.Now()
	for {
		answer := e.opens()
		if answer.StatusCode == http.StatusFound {
			if !e.current().Serving || !strings.HasPrefix(answer.Headers["location"], "http://") {
				e.Fatalf("it leads to %q", answer.Headers["location"])
			}
			return time.Since(began)
		}
		if time.Since(began) > within {
			e.Fatalf("after %s it still shows: %s", within, answer.Body)
		}
	}
}

const wakeUp = door.Field + "=yes"

func TestClickAtTheDoorWakesTheGallery(t *testing.T) {
	inVirtualTimeWithSleep(t, func(t *testing.T, e *environment) {
		e.shows("asleep", "Wake it up")
		e.release("r1", `{"bakeTime": "0s"}`).ends("Succeeded")
		e.letsIn(0)
		e.sleeps(2 * sleepy)
		e.shows("going to sleep")
		time.Sleep(30 * time.Minute)
		e.empty(1)
		e.shows("asleep", "USD on AWS")
		e.empty(1)
		e.clicks(wakeUp)
		e.clicks(wakeUp)
		e.shows("waking up", "left", "Ensure load balancer", "succeeded")
		if took := e.letsIn(15 * time.Minute); took > 10*time.Minute {
			t.Errorf("waking took %s", took)
		}
	})
}

// asleepWith deploys with a door, releases, and lets the gallery go to sleep.
func asleepWith(t *testing.T, options Options, scenario func(*testing.T, *environment)) {
	t.Helper()
	inVirtualTimeWith(t, options, func(t *testing.T, e *environment) {
		e.release("r1", `{"bakeTime": "0s"}`).ends("Succeeded")
		e.teardown("t1", `{}`).ends("Succeeded")
		scenario(t, e)
	})
}

// wakings counts the releases that visitors have started.
func (e *environment) wakings() (count int) {
	for _, one := range e.releases() {
		if strings.HasPrefix(release.NameOf(one.arn), "wake-") {
			count++
		}
	}
	return count
}

// paysNothing checks that nothing by the hour is left, and that nobody's look changes that.
func (e *environment) paysNothing() {
	e.Helper()
	time.Sleep(30 * time.Minute)
	e.empty(1)
}

func TestVisitorsWhoClickTogetherStartOneRelease(t *testing.T) {
	asleepWith(t, Options{}, func(t *testing.T, e *environment) {
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() { e.clicks(wakeUp) })
		}
		all.Wait()
		e.letsIn(15 * time.Minute)
		if e.clicks(wakeUp); e.wakings() != 1 {
			t.Errorf("%d releases", e.wakings())
		}
	})
}

func TestVisitorsWakeTheGalleryOnlySoOftenADay(t *testing.T) {
	asleepWith(t, Options{WakeLimit: 2}, func(t *testing.T, e *environment) {
		for range 2 {
			e.clicks(wakeUp)
			e.letsIn(15 * time.Minute)
			e.teardown("", `{}`).ends("Succeeded")
		}
		e.clicks(wakeUp)
		e.shows("2 times a day", "00:00 UTC", "Upload key")
		e.guesses()
		e.paysNothing()
		if _, err := e.Clients.S3.PutObject(e.Context(), &s3.PutObjectInput{Bucket: &e.Settings.Bucket, Key: aws.String(release.UploadKeyObject), Body: strings.NewReader("secret\n")}); err != nil {
			t.Fatal(err)
		}
		e.guesses()
		e.paysNothing()
		e.clicks(wakeUp + "&key=secret")
		e.letsIn(15 * time.Minute)
		e.teardown("", `{}`).ends("Succeeded")
		time.Sleep(24 * time.Hour)
		e.shows("Wake it up")
		e.clicks(wakeUp)
		e.letsIn(15 * time.Minute)
	})
}

// guesses gives a wrong key, which the door says.
func (e *environment) guesses() {
	e.Helper()
	answer, err := e.Visit(e.Context(), asks(http.MethodPost, "/", wakeUp+"&key=guessed"))
	if err != nil || answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(answer.Body, "not the upload key") {
		e.Fatalf("a wrong key is answered %d %v: %s", answer.StatusCode, err, answer.Body)
	}
}

func TestGalleryStaysAsleepAtNight(t *testing.T) {
	night := step.Night{Teardown: "cron(0 20 * * ? *)", Release: "cron(0 7 ? * MON-FRI *)", TimeZone: "Europe/Zurich"}
	asleepWith(t, Options{Night: night}, func(t *testing.T, e *environment) {
		zone, err := time.LoadLocation(night.TimeZone)
		if err != nil {
			t.Fatal(err)
		}
		until := func(day time.Weekday, hour int) {
			for now := time.Now().In(zone); now.Weekday() != day || now.Hour() != hour; now = time.Now().In(zone) {
				time.Sleep(10 * time.Minute)
			}
		}
		for _, at := range []struct {
			day  time.Weekday
			hour int
		}{{time.Thursday, 20}, {time.Friday, 3}, {time.Friday, 21}, {time.Saturday, 12}, {time.Sunday, 23}} {
			until(at.day, at.hour)
			e.clicks(wakeUp)
			e.shows("at night", "07:00")
		}
		e.paysNothing()
		until(time.Monday, 7)
		e.clicks(wakeUp)
		e.letsIn(15 * time.Minute)
	})
}

func TestGalleryWithoutABudgetLeftStaysAsleep(t *testing.T) {
	withBudget(t, 100_000, func(b *budgeted) {
		b.release("r1", `{}`).ends("Succeeded")
		b.budget.Store(1)
		time.Sleep(2 * time.Hour)
		b.empty(1)
		b.clicks(wakeUp)
		b.shows("budget of this month")
		b.paysNothing()
	})
}

func TestClickDuringATeardownWakesTheGalleryAfterIt(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{"bakeTime": "0s"}`).ends("Succeeded")
		down := e.start(e.StartTeardown(e.Context(), "t1", `{}`))
		e.shows("going to sleep", "Wake it up")
		e.clicks(wakeUp)
		e.shows("going to sleep", "You have asked")
		e.await(down).ends("Succeeded")
		e.shows("waking up")
		e.letsIn(15 * time.Minute)
		if e.wakings() != 1 {
			t.Errorf("%d releases", e.wakings())
		}
	})
}

func TestWakingThatFailsSaysSoAndMayBeTriedAgain(t *testing.T) {
	asleepWith(t, Options{}, func(t *testing.T, e *environment) {
		lift := e.denies("CreateGroup", "CreateAutoScalingGroup")
		e.clicks(wakeUp)
		time.Sleep(time.Hour)
		e.empty(1)
		e.shows("could not be woken", "Try again")
		if page := e.opens(); strings.Contains(page.Body, "AccessDenied") || strings.Contains(page.Body, "authorized") {
			t.Errorf("visitors see the reason: %s", page.Body)
		}
		e.paysNothing() // nobody has clicked again
		lift()
		e.clicks(wakeUp)
		e.letsIn(15 * time.Minute)
	})
}

// The door dies after it has written down the release, or its start has no answer.
func TestDoorThatDiesWhileItWakesStartsOneRelease(t *testing.T) {
	for _, fails := range []func(*environment) (lift func()){
		func(e *environment) func() { return e.refuses("FrontDoor", "StartExecution", "InternalFailure") },
		func(e *environment) func() { e.losesAnswer("FrontDoor", "StartExecution"); return func() {} },
		func(e *environment) func() { e.losesAnswer("FrontDoor", "PutItem"); return func() {} },
	} {
		asleepWith(t, Options{WakeLimit: 1}, func(t *testing.T, e *environment) {
			lift := fails(e)
			answer, err := e.Visit(e.Context(), asks(http.MethodPost, "/", wakeUp))
			if err != nil || answer.StatusCode != http.StatusServiceUnavailable && answer.StatusCode != http.StatusSeeOther {
				t.Errorf("the click is answered %d, %v", answer.StatusCode, err)
			}
			lift()
			if e.letsIn(15 * time.Minute); e.wakings() != 1 {
				t.Errorf("%d releases", e.wakings())
			}
		})
	}
}

func TestDoorThatSeesNothingApologizes(t *testing.T) {
	asleepWith(t, Options{}, func(t *testing.T, e *environment) {
		for _, operation := range []string{"GetItem", "DescribeExecution"} {
			lift := e.refuses("FrontDoor", operation, "InternalFailure")
			if operation == "DescribeExecution" {
				e.start(e.StartRelease(e.Context(), "", `{}`))
			}
			e.shows("One moment")
			lift()
		}
	})
}

func TestRobotsWakeNothing(t *testing.T) {
	asleepWith(t, Options{Wake: step.WakeByVisit}, func(t *testing.T, e *environment) {
		for name, change := range map[string]func(*events.LambdaFunctionURLRequest){
			"monitor":      func(r *events.LambdaFunctionURLRequest) { r.RequestContext.HTTP.Method = http.MethodHead },
			"link preview": func(r *events.LambdaFunctionURLRequest) { r.Headers["accept"] = "*/*" },
			"prefetch":     func(r *events.LambdaFunctionURLRequest) { r.Headers["sec-purpose"] = "prefetch" },
			"other's script": func(r *events.LambdaFunctionURLRequest) {
				r.Headers["sec-fetch-mode"], r.Headers["sec-fetch-site"] = "cors", "cross-site"
			},
		} {
			request := asks(http.MethodGet, "/", "")
			change(&request)
			if answer, err := e.Visit(e.Context(), request); err != nil || answer.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("%s: %d, %v", name, answer.StatusCode, err)
			}
		}
		e.paysNothing()
		e.shows("waking up") // a person
		e.letsIn(15 * time.Minute)
	})
}

// What refused a visit is over while its page is open: a browser without JavaScript reloads it, and the script of one
// with it asks for it.
func TestOpenPageWakesTheGalleryWithAndWithoutItsScript(t *testing.T) {
	for _, mode := range []string{"navigate", "cors"} {
		asleepWith(t, Options{Wake: step.WakeByVisit, WakeLimit: 1}, func(t *testing.T, e *environment) {
			e.shows("waking up")
			e.letsIn(15 * time.Minute)
			e.teardown("", `{}`).ends("Succeeded")
			e.shows("once a day")
			time.Sleep(24 * time.Hour)
			request := asks(http.MethodGet, "/", "")
			request.Headers["sec-fetch-mode"] = mode
			if answer, err := e.Visit(e.Context(), request); err != nil || !strings.Contains(answer.Body, "waking up") {
				t.Errorf("%s: %d, %v: %s", mode, answer.StatusCode, err, answer.Body)
			}
			e.letsIn(15 * time.Minute)
		})
	}
}

func TestOddRequestsAreRefused(t *testing.T) {
	asleepWith(t, Options{}, func(t *testing.T, e *environment) {
		for name, test := range map[string]struct {
			change func(*events.LambdaFunctionURLRequest)
			want   int
		}{
			"method":       {func(r *events.LambdaFunctionURLRequest) { r.RequestContext.HTTP.Method = http.MethodDelete }, http.StatusMethodNotAllowed},
			"long address": {func(r *events.LambdaFunctionURLRequest) { r.RawPath = "/" + strings.Repeat("a", 2000) }, http.StatusRequestURITooLong},
			"other site":   {func(r *events.LambdaFunctionURLRequest) { r.RawPath = "//attacker.example" }, http.StatusBadRequest},
			"other host":   {func(r *events.LambdaFunctionURLRequest) { r.Headers["host"] = "attacker.example" }, http.StatusMisdirectedRequest},
			"long form":    {func(r *events.LambdaFunctionURLRequest) { r.Body = wakeUp + strings.Repeat("&a=b", 1000) }, http.StatusRequestEntityTooLarge},
			"no form":      {func(r *events.LambdaFunctionURLRequest) { r.Body = "" }, http.StatusBadRequest},
			"bad form":     {func(r *events.LambdaFunctionURLRequest) { r.IsBase64Encoded = true; r.Body = "%" }, http.StatusBadRequest},
			"other page":   {func(r *events.LambdaFunctionURLRequest) { r.Headers["sec-fetch-site"] = "cross-site" }, http.StatusForbidden},
			"other's origin": {func(r *events.LambdaFunctionURLRequest) {
				r.Headers["sec-fetch-site"], r.Headers["origin"] = "", "https://attacker.example"
			}, http.StatusForbidden},
		} {
			request := asks(http.MethodPost, "/", wakeUp)
			test.change(&request)
			if answer, err := e.Visit(e.Context(), request); err != nil || answer.StatusCode != test.want {
				t.Errorf("%s: %d, %v", name, answer.StatusCode, err)
			}
		}
		e.paysNothing()
	})
}

func TestDoorLeadsToNoBalancerThatIsGone(t *testing.T) {
	inVirtualTime(t, func(_ *testing.T, e *environment) {
		e.release("r1", `{"bakeTime": "0s"}`).ends("Succeeded")
		e.letsIn(0)
		e.loseBalancer()
		e.shows("asleep")
		e.clicks(wakeUp)
		e.letsIn(15 * time.Minute)
	})
}

// A wish that was fulfilled, or whose gallery its owner has put to sleep again, wakes nothing later.
func TestFulfilledWishWakesNothingLater(t *testing.T) {
	inVirtualTime(t, func(_ *testing.T, e *environment) {
		e.release("r1", `{"bakeTime": "0s"}`).ends("Succeeded")
		down := e.start(e.StartTeardown(e.Context(), "t1", `{}`))
		e.shows("going to sleep")
		e.clicks(wakeUp)
		e.await(down).ends("Succeeded")
		e.release("r2", `{"bakeTime": "0s"}`).ends("Succeeded")
		e.teardown("t2", `{}`).ends("Succeeded")
		e.shows("Wake it up")
		e.paysNothing()
	})
}

// Its owner tears down what a visitor wakes, and another visitor asks meanwhile.
func TestTeardownOfAWakingIsNoFailure(t *testing.T) {
	asleepWith(t, Options{}, func(t *testing.T, e *environment) {
		e.clicks(wakeUp)
		e.shows("waking up")
		down := e.start(e.StartTeardown(e.Context(), "t2", `{}`))
		time.Sleep(90 * time.Second) // the last step of the release gets time to end
		e.shows("going to sleep")
		e.clicks(wakeUp)
		e.await(down).ends("Succeeded")
		e.letsIn(15 * time.Minute)
		if e.wakings() != 2 {
			t.Errorf("%d releases", e.wakings())
		}
	})
}

// The start of a waking is lost, and its owner wakes the gallery and puts it to sleep again.
func TestLostWakingIsNotStartedAfterAnotherRelease(t *testing.T) {
	asleepWith(t, Options{}, func(_ *testing.T, e *environment) {
		lift := e.refuses("FrontDoor", "StartExecution", "InternalFailure")
		e.clicks(wakeUp)
		lift()
		e.release("r2", `{"bakeTime": "0s"}`).ends("Succeeded")
		e.teardown("t2", `{}`).ends("Succeeded")
		e.shows("Wake it up")
		e.paysNothing()
	})
}
