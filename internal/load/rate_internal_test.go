package load

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

type answering struct{}

func (answering) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("page"))}, nil
}

func TestLoadSendsAtItsRateFromTheFirstSecond(t *testing.T) {
	for _, perSecond := range []int{1, 2, 9, 16, 1200} {
		synctest.Test(t, func(t *testing.T) {
			running := (&Load{home: []string{"http://127.0.0.1"}, client: &http.Client{Transport: answering{}}}).start(perSecond)
			for second := 1; second <= 3; second++ {
				time.Sleep(time.Second)
				synctest.Wait()
				if got, want := running.Requests(), second*perSecond; got < want || got > want+2 {
					t.Errorf("%d a second: %d requests after %d s", perSecond, got, second)
				}
			}
			running.End()
		})
	}
}
