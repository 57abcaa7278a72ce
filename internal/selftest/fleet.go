package selftest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"photogallery/internal/environment"
	"photogallery/internal/load"
)

// Requests a second: load needs the whole fleet, even spread over five instances; ordinary traffic
// only counts; light load leaves two instances idle.
const (
	heavy    = 1200
	ordinary = 300
	light    = 90
)

// minRequests is the minimum number of requests during an event.
const minRequests = 1000

func client() *http.Client { return &http.Client{Timeout: 10 * time.Second} }

// healthy returns the fleet's instances that get requests.
func (s *story) healthy() (found []environment.Instance) {
	for _, i := range s.status.Instances {
		if i.Health == "healthy" {
			found = append(found, i)
		}
	}
	return found
}

func instancesAre(wanted int) func(environment.Status) bool {
	return func(status environment.Status) bool {
		healthy := 0
		for _, i := range status.Instances {
			if i.Health == "healthy" {
				healthy++
			}
		}
		return healthy == wanted && len(status.Instances) == wanted
	}
}

// underTraffic counts the answers that clients receive during an event. No answer may be lost.
func (s *story) underTraffic(happens func() (string, error)) (string, error) {
	traffic := load.StartPosting(s.endpoint.Gallery, ordinary)
	seen, err := happens()
	return told(seen, err, traffic)
}

// told adds the result of the requests during the event, after there were enough of them.
func told(seen string, err error, traffic *load.Load) (string, error) {
	for traffic.Requests() < minRequests {
		time.Sleep(poll)
	}
	result := traffic.End()
	if err == nil && result.Failures > 0 {
		err = fmt.Errorf("%d of %d requests failed, the first because %s", result.Failures, result.Requests, result.First)
	}
	return fmt.Sprintf("%s, none of %d requests failed", seen, result.Requests), err
}

func (s *story) scaleOut(ctx context.Context) (string, error) {
	traffic := load.Start(s.endpoint.Gallery, heavy)
	err := s.until(ctx, instancesAre(s.status.Group.Max))
	return told(fmt.Sprintf("%d instances", len(s.status.Instances)), err, traffic)
}

func (s *story) scaleIn(ctx context.Context) (string, error) {
	traffic := load.StartPosting(s.endpoint.Gallery, light)
	err := s.until(ctx, instancesAre(s.status.Group.Min))
	return told(fmt.Sprintf("%d instances", len(s.status.Instances)), err, traffic)
}

func (s *story) crash(ctx context.Context) (string, error) {
	return s.replaced(ctx, s.control.Crash)
}

func (s *story) terminate(ctx context.Context) (string, error) {
	return s.underTraffic(func() (string, error) { return s.replaced(ctx, s.control.Terminate) })
}

// replaced ends one instance and waits until another has replaced it.
func (s *story) replaced(ctx context.Context, end func(context.Context, string) error) (string, error) {
	if err := s.until(ctx, func(environment.Status) bool { return len(s.healthy()) > 0 }); err != nil {
		return "", err
	}
	before := map[string]bool{}
	for _, i := range s.status.Instances {
		before[i.ID] = true
	}
	victim := s.healthy()[0].ID
	if err := end(ctx, victim); err != nil {
		return "", err
	}
	replacement := ""
	err := s.until(ctx, func(status environment.Status) bool {
		gone := true
		for _, i := range status.Instances {
			if !before[i.ID] && i.Health == "healthy" {
				replacement = i.ID
			}
			gone = gone && i.ID != victim
		}
		return gone && replacement != ""
	})
	return fmt.Sprintf("%s in place of %s", replacement, victim), err
}
