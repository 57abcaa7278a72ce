package process

import (
	"math"
	"time"

	gopsutil "github.com/shirou/gopsutil/v4/process"
)

const cpuSampleEvery = time.Second

// CPU implements machine.Machine. It is the recent load of the services in percent of one core.
func (m *instance) CPU() float64 { return math.Float64frombits(m.cpu.Load()) }

// sampleCPU measures until the instance ends. After a restart a new process counts from zero.
func (m *instance) sampleCPU() {
	ticker := time.NewTicker(cpuSampleEvery)
	defer ticker.Stop()
	last := map[int]float64{}
	for {
		select {
		case <-m.life.Done():
			return
		case <-ticker.C:
		}
		used, times := 0.0, map[int]float64{}
		for _, pid := range m.pids() {
			seconds := cpuSeconds(pid)
			times[pid] = seconds
			used += max(0, seconds-last[pid])
		}
		last = times
		percent := min(100, 100*used/cpuSampleEvery.Seconds())
		m.cpu.Store(math.Float64bits((m.CPU() + percent) / 2))
	}
}

// pids returns the processes of the services and their descendants, such as a web server's workers.
func (m *instance) pids() []int {
	m.mu.Lock()
	defer m.mu.Unlock()
	var pids []int
	for _, s := range m.services {
		pids = append(pids, s.pids()...)
	}
	return pids
}

func cpuSeconds(pid int) float64 {
	p, err := gopsutil.NewProcess(int32(pid))
	if err != nil {
		return 0
	}
	times, err := p.Times()
	if err != nil {
		return 0
	}
	return times.User + times.System
}
