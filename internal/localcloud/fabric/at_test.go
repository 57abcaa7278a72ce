package fabric_test

import (
	"testing"
	"testing/synctest"
	"time"

	"photogallery/internal/localcloud/fabric"
)

func TestAtFollowsTheWallClockWhateverThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(60)
		defer f.Close()
		start := time.Now()
		ran := map[string]time.Duration{}
		at := func(name string, after time.Duration) (stop func()) {
			return f.At(start.Add(after), func() { ran[name] = time.Since(start) })
		}
		at("later", 90*time.Minute)
		at("past", -time.Hour)
		at("stopped", time.Minute)()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if len(ran) != 2 || ran["past"] != 0 || ran["later"] != 90*time.Minute {
			t.Errorf("ran %v", ran)
		}
	})
}
