package process_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"photogallery/internal/localcloud/machine"
)

func TestAnInstanceIsStartingForAsLongAsItsBuildTook(t *testing.T) {
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
			for m.(machine.Starter).Starting() && t.Context().Err() == nil {
				time.Sleep(10 * time.Millisecond)
			}
			if said := asked(t, m); strings.HasPrefix(said, "v1 on i-1") != test.answers {
				t.Errorf("it is no longer starting and answers %q", said)
			}
		})
	}
}

// asked asks once; "" is no answer.
func asked(t *testing.T, m machine.Machine) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://instance/", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := m.RoundTrip(request)
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body) // what is cut off is no answer either
	return string(body)
}
