package console

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/environment"
	"photogallery/release"
)

// counted is a cloud that counts how often it is asked, and answers with an error while it has one.
type counted struct {
	Cloud
	Executions

	mu     sync.Mutex
	looks  int // at the status
	rests  int // at the images
	failed error
	partly error // of the images alone
}

func (c *counted) Status(context.Context) (environment.Status, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looks++
	return environment.Status{Environment: "main"}, c.failed
}

func (c *counted) Images(context.Context) ([]environment.Image, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rests++
	return nil, c.partly
}

func (c *counted) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = err
}

func (c *counted) counts() (looks, rests int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	looks, rests = c.looks, c.rests
	c.looks, c.rests = 0, 0
	return looks, rests
}

func (c *counted) History(context.Context) ([]environment.Past, error) { return nil, nil }
func (c *counted) Settings(context.Context) (environment.Settings, error) {
	return environment.Settings{}, nil
}
func (c *counted) Samples(context.Context, time.Time) ([]environment.Sample, error) { return nil, nil }
func (c *counted) ListExecutions(context.Context, *sfn.ListExecutionsInput, ...func(*sfn.Options)) (*sfn.ListExecutionsOutput, error) {
	return &sfn.ListExecutionsOutput{}, nil
}

// onAWS tells a story of the console of a stack in virtual time.
func onAWS(t *testing.T, tell func(*testing.T, *counted, *Console)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cloud := &counted{}
		c := New(Options{Cloud: cloud, Executions: cloud, Polls: OnAWS})
		defer c.Close()
		tell(t, cloud, c)
	})
}

func TestTenPagesCostOnePoll(t *testing.T) {
	onAWS(t, func(t *testing.T, cloud *counted, c *Console) {
		var pages []chan []byte
		for range 10 {
			pages = append(pages, c.feed.subscribe())
		}
		time.Sleep(time.Hour)
		looks, rests := cloud.counts()
		if looks < 290 || looks > 310 || rests < 58 || rests > 62 {
			t.Errorf("ten pages have looked %d and %d times in an hour, want about 300 looks, every 12 seconds, and 60 at the rest", looks, rests)
		}
		for i, page := range pages {
			if said := next(page); !strings.Contains(said, `"environment":"main"`) {
				t.Errorf("page %d begins with %q", i, said)
			}
			c.feed.leave(page)
		}
		time.Sleep(time.Hour)
		if looks, rests := cloud.counts(); looks != 0 || rests != 0 {
			t.Errorf("no page has looked %d and %d times", looks, rests)
		}
	})
}

func TestLateBeginnersAreToldWhatIsKnown(t *testing.T) {
	onAWS(t, func(t *testing.T, cloud *counted, c *Console) {
		first := c.feed.subscribe()
		time.Sleep(time.Minute)
		before, _ := cloud.counts()
		late := c.feed.subscribe()
		if said := next(late); before == 0 || !strings.HasPrefix(said, "event: overview") {
			t.Errorf("a late page begins with %q after %d looks", said, before)
		}
		c.feed.leave(first)
		c.feed.leave(late)
	})
}

func TestLostCredentialsAreSaidAndForgotten(t *testing.T) {
	onAWS(t, func(t *testing.T, cloud *counted, c *Console) {
		page := c.feed.subscribe()
		defer c.feed.leave(page)
		time.Sleep(time.Minute)
		for next(page) != "" { // what a page begins with
		}
		cloud.fail(release.Errorf(release.AccessDenied, "your AWS credentials have expired"))
		time.Sleep(time.Hour)
		if said := next(page); !strings.Contains(said, `"message":"your AWS credentials have expired","stale":true`) {
			t.Errorf("the page is told %q", said)
		}
		if said := next(page); said != "" {
			t.Errorf("the page is told again: %q", said)
		}
		cloud.fail(nil)
		time.Sleep(OnAWS.Longest)
		if said := next(page); said != "event: trouble\ndata: {}\n\n" {
			t.Errorf("with good credentials the page is told %q", said)
		}
	})
}

func TestPartOfThePageOutlivesAnother(t *testing.T) {
	onAWS(t, func(t *testing.T, cloud *counted, c *Console) {
		cloud.partly = release.Errorf(release.AccessDenied, "AWS does not let you call EC2 DescribeImages")
		page := c.feed.subscribe()
		defer c.feed.leave(page)
		time.Sleep(time.Minute)
		for _, want := range []string{`"environment":"main"`, "event: history", `{"message":"AWS does not let you call EC2 DescribeImages"}`} {
			if said := next(page); !strings.Contains(said, want) {
				t.Errorf("the page is told %q, want %s", said, want)
			}
		}
	})
}

// next returns the next message, or "" if there is none.
func next(page chan []byte) string {
	select {
	case text := <-page:
		return string(text)
	default:
		return ""
	}
}
