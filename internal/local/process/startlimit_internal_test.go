package process

import (
	"testing"
	"time"
)

func TestStartLimitCountsWithinAnInterval(t *testing.T) {
	limit := startLimit{burst: 2, interval: 10 * time.Second}
	now := time.Now()
	for i, step := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {time.Second, true}, {time.Second, false}, {8 * time.Second, false}, {time.Second, true}, {0, true}, {0, false}} {
		if now = now.Add(step.after); limit.allows(now) != step.want {
			t.Errorf("start %d: allowed %v", i, !step.want)
		}
	}
	for _, none := range []startLimit{{burst: 0, interval: time.Hour}, {burst: 1, interval: 0}} {
		for range 3 {
			if !none.allows(now) {
				t.Errorf("%+v is a limit", none)
			}
		}
	}
}
