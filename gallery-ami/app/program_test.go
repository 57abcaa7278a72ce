package app

import (
	"math"
	"runtime/debug"
	"testing"
	"testing/fstest"
)

func TestMemoryLimitIsTheUnits(t *testing.T) {
	const kept = "sys/fs/cgroup/system.slice/photogallery.service/memory.max"
	group := &fstest.MapFile{Data: []byte("0::/system.slice/photogallery.service\n")}
	for name, test := range map[string]struct {
		root    fstest.MapFS
		bytes   int64
		limited bool
	}{
		"limited":     {fstest.MapFS{"proc/self/cgroup": group, kept: {Data: []byte("346030080\n")}}, 346030080, true},
		"unlimited":   {fstest.MapFS{"proc/self/cgroup": group, kept: {Data: []byte("max\n")}}, 0, false},
		"not mounted": {fstest.MapFS{"proc/self/cgroup": group}, 0, false},
		"no Linux":    {fstest.MapFS{}, 0, false},
	} {
		if bytes, limited := memoryLimit(test.root); limited != test.limited || limited && bytes != test.bytes {
			t.Errorf("%s: %d, %t", name, bytes, limited)
		}
	}
}

// A t4g.nano has 512 MB, of which the unit takes three quarters.
func TestPicturesFitTheMachine(t *testing.T) {
	former := debug.SetMemoryLimit(330 << 20)
	defer debug.SetMemoryLimit(former)
	if most := (Config{}).withDefaults().limits().memory; most != (330<<20)/3*2 {
		t.Errorf("a picture may take %d bytes of 330 MB", most)
	}
	debug.SetMemoryLimit(math.MaxInt64)
	if most := (Config{}).withDefaults().limits().memory; most != 300_000_000 {
		t.Errorf("a picture may take %d bytes where memory has no limit", most)
	}
}
