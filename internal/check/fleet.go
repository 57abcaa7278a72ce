package check

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"photogallery/internal/local/control"
)

// Requests a second: load calls for the whole fleet, even spread over five instances; ordinary
// traffic only counts; light load leaves two instances idle.
const (
	heavy    = 1200
	ordinary = 300
	light    = 90
)

// leastRequests is how many an event is looked at through.
const leastRequests = 1000

func client() *http.Client { return &http.Client{Timeout: 10 * time.Second} }

// healthy are the fleet's instances that get requests.
func (s *story) healthy() (found []control.Instance) {
	for _, i := range s.status.Instances {
		if i.Health == "healthy" {
			found = append(found, i)
		}
	}
	return found
}

func instancesAre(wanted int) func(control.Status) bool {
	return func(status control.Status) bool {
		healthy := 0
		for _, i := range status.Instances {
			if i.Health == "healthy" {
				healthy++
			}
		}
		return healthy == wanted && len(status.Instances) == wanted
	}
}

// underTraffic counts requests while something happens; none may fail.
func (s *story) underTraffic(happens func() (string, error)) (string, error) {
	load := startTraffic(s.endpoint.Gallery, ordinary)
	seen, err := happens()
	load.reach(leastRequests)
	requests, failed := load.end()
	if err == nil {
		err = failed
	}
	return fmt.Sprintf("%s, none of %d requests failed", seen, requests), err
}

func (s *story) scaleOut(ctx context.Context) (string, error) {
	load := startTraffic(s.endpoint.Gallery, heavy)
	err := s.until(ctx, instancesAre(s.status.Group.Max))
	requests, failed := load.end()
	if err == nil {
		err = failed
	}
	return fmt.Sprintf("%d instances, none of %d requests failed", len(s.status.Instances), requests), err
}

func (s *story) scaleIn(ctx context.Context) (string, error) {
	load := startTraffic(s.endpoint.Gallery, light)
	err := s.until(ctx, instancesAre(s.status.Group.Min))
	requests, failed := load.end()
	if err == nil {
		err = failed
	}
	return fmt.Sprintf("%d instances, none of %d requests failed", len(s.status.Instances), requests), err
}

func (s *story) crash(ctx context.Context) (string, error) {
	return s.replaced(ctx, s.control.Crash)
}

func (s *story) terminate(ctx context.Context) (string, error) {
	return s.underTraffic(func() (string, error) { return s.replaced(ctx, s.control.Terminate) })
}

// replaced ends one instance and waits until another has taken its place.
func (s *story) replaced(ctx context.Context, end func(context.Context, string) error) (string, error) {
	if err := s.until(ctx, func(status control.Status) bool { return len(s.healthy()) > 0 }); err != nil {
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
	err := s.until(ctx, func(status control.Status) bool {
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
