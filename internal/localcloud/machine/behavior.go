package machine

import "time"

// Result is how a simulated build ends.
type Result int

// The results of a simulated build.
const (
	BuildSucceeds Result = iota
	BuildFails           // the build result reports it, with Behavior.Reason
	BuildSilent          // no result is sent, as if the event were lost
	BuilderDies          // the builder shuts down without a result
)

// Behavior is the behavior of one simulated machine. Durations are AWS durations. The zero Behavior
// is a machine without faults at the usual speed.
type Behavior struct {
	BootTime  time.Duration // from running until user data starts, or 0 for 20 s
	BuildTime time.Duration // from then to the build result, or 0 for 80 s
	Build     Result
	Reason    string // of a failed build, or "" for a default sentence

	HealthyAfter   time.Duration // from running until the service answers, or 0 for BootTime
	UnhealthyAfter time.Duration // from running until the service answers 503, or 0 for never
	NeverHealthy   bool          // the service answers 503 from the start

	// The answers to simulated requests. Real requests, health checks among them, have neither.
	ErrorShare   float64       // of them that are errors, 0 to 1: 0.25 is every fourth
	ResponseTime time.Duration // of each, or 0 for 20 ms

	CPUPerRequest float64 // percent of CPU that one request a second costs, or 0 for 0.5
	CaptureFails  bool    // Capture ends with an error
}

// Served counts a machine's answers to several requests.
type Served struct {
	Answered int           // how many were; the others met nothing that listens
	Failed   int           // how many of the answers were errors of the service
	Each     time.Duration // the time of each answer
}

func (b Behavior) withDefaults() Behavior {
	if b.BootTime == 0 {
		b.BootTime = 20 * time.Second
	}
	if b.BuildTime == 0 {
		b.BuildTime = 80 * time.Second
	}
	if b.Reason == "" {
		b.Reason = "provision.sh failed"
	}
	if b.HealthyAfter == 0 {
		b.HealthyAfter = b.BootTime
	}
	if b.ResponseTime == 0 {
		b.ResponseTime = 20 * time.Millisecond
	}
	if b.CPUPerRequest == 0 {
		b.CPUPerRequest = 0.5
	}
	return b
}
