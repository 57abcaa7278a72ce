package process

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	startTimePath = "etc/photogallery/start-milliseconds" // written by provision.sh
	longestStart  = time.Minute                           // the build allows no more
	settleEvery   = 50 * time.Millisecond
	// All instances of a fleet start at once, on the machine that the builder had alone.
	patienceFactor = 2
)

// Starting implements machine.Starter.
func (m *instance) Starting() bool { return !m.settled.Load() }

// settle checks the service until it answers, for a little longer than it took at the build.
func (m *instance) settle(began time.Time) {
	defer m.settled.Store(true)
	measured := m.startTime()
	for deadline := began.Add(patienceFactor * measured); time.Now().Before(deadline); {
		if m.answers() {
			return
		}
		select {
		case <-m.life.Done():
			return
		case <-time.After(settleEvery):
		}
	}
	if measured > 0 {
		fmt.Fprintf(m.log, "the service does not answer / with 200 after %s; at the build it took %s\n",
			time.Since(began).Round(time.Millisecond), measured)
	}
}

// startTime returns how long the service took at the build, or 0 for an image without that time.
func (m *instance) startTime() time.Duration {
	content, _ := os.ReadFile(filepath.Join(m.root, startTimePath)) // missing without a measurement
	milliseconds, _ := strconv.Atoi(strings.TrimSpace(string(content)))
	return max(0, min(time.Duration(milliseconds)*time.Millisecond, longestStart))
}

func (m *instance) answers() bool {
	ctx, cancel := context.WithTimeout(m.life, time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+m.address.String()+"/", nil)
	if err != nil {
		return false
	}
	response, err := m.kind.services.RoundTrip(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close() // its status is the answer
	return response.StatusCode == http.StatusOK
}
