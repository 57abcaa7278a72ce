package process_test

import (
	"strings"
	"testing"

	"photogallery/internal/localcloud/machine"
)

func TestInstanceIsStartingForTheTimeOfItsBuild(t *testing.T) {
	for name, test := range map[string]struct {
		noted, start string
		answers      bool // before it is no longer starting
	}{
		"a slow starter":               {"60000", "sleep 0.5; ", true},
		"one that never answers":       {"20", "exec sleep 1000; ", false},
		"an image that does not tell":  {"", "exec sleep 1000; ", false},
		"an image that tells nonsense": {"soon", "exec sleep 1000; ", false},
	} {
		t.Run(name, func(t *testing.T) {
			unit := strings.Replace(serviceUnit, "/opt/photogallery/server", "/bin/sh -c '[ $RELEASE = build ] || { "+test.start+"}; exec $0' /opt/photogallery/server", 1)
			k := newKind(t, bundle(t, map[string]string{
				"photogallery.service": unit,
				"install.sh":           "install -m 0755 server \"$INSTALL_DIR/server\"; echo " + test.noted + " >\"$ROOT/etc/photogallery/start-milliseconds\"\n",
			}))
			m := k.Boot(machine.Spec{InstanceID: "i-1", Zone: "z", Image: bake(t, k), UserData: "v1"}, newHost())
			until(t, "an end of its start", func() bool { return !m.(machine.Starter).Starting() })
			if said, _ := asked(t, m, "/"); strings.HasPrefix(said, "v1 on i-1") != test.answers {
				t.Errorf("it is no longer starting and answers %q", said)
			}
		})
	}
}
