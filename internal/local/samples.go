package local

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"photogallery/internal/environment"
	"photogallery/release"
)

// keptSamples is one hour of samples at the demo pace.
const keptSamples = 3600

// recorder samples the cloud at the end of each of its minutes, for charts.
type recorder struct {
	mu      sync.Mutex
	samples []environment.Sample
}

// Samples returns the samples after a time, oldest first.
func (l *Local) Samples(after time.Time) []environment.Sample {
	l.recorder.mu.Lock()
	defer l.recorder.mu.Unlock()
	all := l.recorder.samples
	from, _ := slices.BinarySearchFunc(all, after, func(s environment.Sample, at time.Time) int {
		if s.At.After(at) {
			return 1
		}
		return -1
	})
	return append([]environment.Sample{}, all[from:]...)
}

func (l *Local) record(context.Context) error {
	l.stack.Cloud.Fabric.Go(l.recordOn)
	return nil
}

// recordOn records until the cloud is closed.
func (l *Local) recordOn() {
	ticker := time.NewTicker(l.stack.Cloud.Fabric.Scale(time.Minute))
	defer ticker.Stop()
	for {
		select {
		case <-l.stack.Cloud.Fabric.Context().Done():
			return
		case <-ticker.C:
		}
		l.recorder.add(l.sample(time.Now()))
	}
}

// add shares what seldom changes with the sample before it.
func (r *recorder) add(s environment.Sample) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.samples); n > 0 {
		if former := r.samples[n-1]; maps.Equal(former.Alarms, s.Alarms) {
			s.Alarms = former.Alarms
		}
		if former := r.samples[n-1]; maps.Equal(former.Health, s.Health) {
			s.Health = former.Health
		}
	}
	r.samples = append(r.samples, s)
	if len(r.samples) > keptSamples {
		r.samples = slices.Clone(r.samples[len(r.samples)-keptSamples*9/10:])
	}
}

func (l *Local) sample(now time.Time) environment.Sample {
	status, watching := l.Status(), metrics(l.describeAlarms())
	s := environment.Sample{At: now.UTC(), Alarms: map[string]string{}, FleetSample: environment.FleetSample{Health: map[string]int{}}}
	s.Median, s.Slow, s.Errors = l.traffic.take()
	if errors, known := watching[""]["errors"]; known {
		s.Own = l.before(now, errors)
	}
	both := map[release.Slot]environment.FleetSample{}
	for _, fleet := range status.Fleets {
		both[fleet.Slot] = l.fleetSample(now, fleet, watching[fleet.Slot])
		if fleet.Slot == status.Main().Slot {
			s.FleetSample = both[fleet.Slot]
		}
	}
	if len(both) > 1 {
		s.Fleets = both
	}
	for _, a := range status.Alarms {
		s.Alarms[a.Name] = a.State
	}
	return s
}

func (l *Local) fleetSample(now time.Time, of environment.Fleet, watching map[string]watched) environment.FleetSample {
	s := environment.FleetSample{
		Slot: of.Slot, Traffic: of.Traffic, Min: of.Group.Min, Max: of.Group.Max, Desired: of.Group.Desired, InService: of.Group.InService, Health: of.Health,
	}
	for name, value := range map[string]**float64{"requests": &s.Requests, "cpu": &s.CPU, "unhealthy": &s.Unhealthy, "healthy": &s.Healthy} {
		if one, known := watching[name]; known {
			*value = l.before(now, one)
		}
	}
	return s
}
