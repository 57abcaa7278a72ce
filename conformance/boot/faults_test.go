//go:build boot

package boot

import (
	"slices"
	"strings"
	"testing"

	"photogallery/conformance/emulator"
	"photogallery/gallery-ami/recipe"
)

// fault makes the scripts wrong in one way, and has the checks that must find it.
type fault struct {
	what  string
	edits []string // texts, each followed by its replacement
	found []string
}

// provision is where a builder installs the bundle.
const provision = `  HEALTH_PATH=$health_path CHECK_SECONDS=$start_seconds bash /run/photogallery/provision.sh "$work/bundle" --keep`

// faults has them by runs: those of one run do not hide each other.
var faults = [][]fault{{
	{"the builder's host keys stay in the image", []string{"etc/ssh/ssh_host_*\n", ""}, []string{noHostKey}},
	{"authorized keys stay in the image", []string{"root/.ssh\nhome/*/.ssh\n", ""}, []string{noAuthorized}},
	{"the machine ID stays in the image", []string{`  install -m 0444 /dev/null "$root/etc/machine-id" || status=$?` + "\n", ""}, []string{noMachineID, ownID}},
	{"cloud-init's state stays in the image", []string{"var/lib/cloud/*\n", ""}, []string{noCloudInit, noCredential, builtOnce}},
	{"the random seed stays in the image", []string{"var/lib/systemd/random-seed\n", ""}, []string{noSeed}},
	{"histories stay in the image", []string{"root/.*_history\nhome/*/.*_history\n", ""}, []string{noHistory}},
	{"the builder's user may still become root", []string{"etc/sudoers.d/90-cloud-init-users\n", ""}, []string{noSudo}},
	{"the bundle stays in the image", []string{"var/tmp/*\n", "", `  rm -rf "$work"` + "\n  touch", "  touch"}, []string{noBundle}},
	{"logs stay in the image", []string{`  find "$root/var/log" -type f -delete 2>/dev/null || true` + "\n", ""}, []string{noLog}},
	{"a forgotten builder does not end", []string{"shutdown -h +45", "true"}, []string{safetyNet}},
	{"a result that is refused is not sent again", []string{"for pause in 1 2 4 8 16 32; do\n    refused", "for pause in 1; do\n    refused"}, []string{retried, asRule}},
	{"a failure is reported without the log", []string{`ended with status $status: $(last_words)"`, `ended with status $status"`}, []string{lastWords}},
	{"the build's log is lost", []string{"  trap - EXIT ERR\n  keep_log\n", "  trap - EXIT ERR\n"}, []string{buildLog}},
	{"the service is not enabled", []string{`systemctl enable "$unit"`, "true"}, []string{enabled}},
	{"the service runs as root", []string{provision, `  sed -i '/^DynamicUser=/d' "$work"/bundle/*.service` + "\n" + provision}, []string{ownUser}},
	{"the service is not started again", []string{provision, `  sed -i '/^Restart=/d' "$work"/bundle/*.service` + "\n" + provision}, []string{restarted}},
	{"the service ignores that it is to stop", []string{provision, `  sed -i 's/^TimeoutStopSec=.*/KillSignal=SIGCONT\nTimeoutStopSec=3/' "$work"/bundle/*.service` + "\n" + provision}, []string{stopped}},
	{"everybody may read the upload key", []string{"fetch_key() (\n  umask 077\n", "fetch_key() (\n"}, []string{keyOfService}},
	{"everybody may read the secrets", []string{"fetch_settings() (\n  umask 077\n", "fetch_settings() (\n"}, []string{secretOfService}},
	{"secrets are no variables", []string{`  mv "$settings/environment.new" "$settings/environment"`, `  mv "$settings/environment.new" "$settings/lost"; : >"$settings/environment"`}, []string{ownSettings}},
	{"the service logs elsewhere", []string{"StandardOutput=append:/var/log/photogallery.log\nStandardError=append:/var/log/photogallery.log", "StandardOutput=append:/var/log/other.log"}, []string{logged}},
	{"the log is rotated once a day", []string{"OnCalendar=*:0/10", "OnCalendar=daily"}, []string{rotated}},
}, {
	{"nothing cleans up at the shutdown", []string{`  ln -sf ../photogallery-clean.service "$units/final.target.wants/"` + "\n", ""}, []string{noSeed, noHistory, noBundle, builtOnce}},
	{"user data runs once for ever", []string{`rm -f "$settings"` + "\n", "", "set -euo pipefail\n\nmetadata=", "set -euo pipefail\n[ ! -e /etc/photogallery/environment ] || exit 0\nmetadata="}, []string{noSettings, ownUserData}},
}}

// follows lists what else may be found in the second run, where an instance sets nothing up.
var follows = []string{logged, rotated, keyOfService, ownSettings, secretOfService, oneKey, noMachineID, ownID}

// plant makes the faults whose text is in the user data.
func plant(faults []fault, userData string) string {
	for _, one := range faults {
		for edit := range slices.Chunk(one.edits, 2) {
			userData = strings.ReplaceAll(userData, edit[0], edit[1])
		}
	}
	return userData
}

func TestFaultsCanBePlanted(t *testing.T) {
	builder, err := recipe.BuilderUserData(recipe.BuilderInput{Region: emulator.Region, LogGroup: logGroup})
	if err != nil {
		t.Fatal(err)
	}
	fleet, err := recipe.FleetUserData(recipe.FleetInput{Region: emulator.Region, LogGroup: logGroup, Uploads: "on", Settings: strings.Repeat("0", 64)})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range slices.Concat(faults...) {
		for edit := range slices.Chunk(one.edits, 2) {
			if n := strings.Count(builder, edit[0]) + strings.Count(fleet, edit[0]); n != 1 {
				t.Errorf("%s: the scripts have %q %d times, not once", one.what, edit[0], n)
			}
		}
	}
}

func TestFaultsAreFound(t *testing.T) {
	d := openDisks(t)
	for i, planted := range faults {
		s := tell(t, d, planted)
		expected := append([]string{noTrace}, follows[:len(follows)*i]...)
		for _, one := range planted {
			expected = slices.Concat(expected, one.found)
			t.Run(one.what, func(t *testing.T) {
				for _, name := range one.found {
					if s.judged[name] && s.found[name] == "" {
						t.Errorf("not found: %s", name)
					}
					t.Logf("%s: %s", name, s.found[name])
				}
			})
		}
		for name, found := range s.found {
			if !slices.Contains(expected, name) {
				t.Errorf("%s: nobody has planted that %s", name, found)
			}
		}
	}
}
