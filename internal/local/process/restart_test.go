package process_test

import (
	"path/filepath"
	"strings"
	"testing"

	"photogallery/internal/localcloud/machine"
)

// What a service needs may be there a moment later. Each is prepared so that its first start on an
// instance of the fleet fails.
func TestServiceIsRestartedAfterAFailedFirstStart(t *testing.T) {
	for name, prepare := range map[string]string{
		"ExecStartPre fails":       "[ $RELEASE = build ] || [ -e NOTE ] || { touch NOTE; exit 1; }",
		"the program is not there": "if [ -e NOTE ]; then cp $0/server $0/its/server; elif [ $RELEASE != build ]; then rm $0/its/server; touch NOTE; fi",
	} {
		t.Run(name, func(t *testing.T) {
			prepare := strings.ReplaceAll(prepare, "NOTE", filepath.Join(t.TempDir(), "tried"))
			k := newKind(t, bundle(t, map[string]string{
				"photogallery.service": strings.Replace(serviceUnit, "ExecStart=/opt/photogallery/server",
					"ExecStartPre=/bin/sh -c '"+prepare+"' /opt/photogallery\nExecStart=/opt/photogallery/its/server", 1),
				"install.sh": "cp server \"$INSTALL_DIR/\"; mkdir \"$INSTALL_DIR/its\"; cp server \"$INSTALL_DIR/its/\"\n",
			}))
			fleet := k.Boot(machine.Spec{InstanceID: "i-1", Zone: "z", Image: bake(t, k), UserData: "v1"}, newHost())
			if got := answer(t, fleet, "/"); got != "v1 on i-1 in z" {
				t.Errorf("got %q", got)
			}
		})
	}
}
