//go:build boot

package boot

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"photogallery/conformance/emulator"
	"photogallery/gallery-ami/recipe"
	"photogallery/internal/patience"
)

// marks tell instances apart, except for the upload key, which they share.
type marks struct{ machine, keys, upload string }

// serve boots instance i of the image and waits until it serves.
func (s *story) serve(ctx context.Context, disk string, i int) (*machine, error) {
	digest, err := s.cloud.configure(ctx, i)
	if err != nil {
		return nil, err
	}
	data, err := recipe.FleetUserData(recipe.FleetInput{Release: servedFor, Bucket: bucket, Region: emulator.Region, Uploads: "on", LogGroup: logGroup, Settings: digest})
	if err != nil {
		return nil, err
	}
	m, err := s.boots(ctx, fleetID+strconv.Itoa(i+1), data, disk, false)
	if err != nil {
		return nil, err
	}
	took, err := m.answers(ctx, m.started)
	s.time(fmt.Sprintf("instance %d of two, to its first answer", i+1), took)
	if s.asks(m, "cloud-init status --wait"); err != nil || i == 0 {
		s.check(serves, err == nil, "%s: %v; it says\n%s", m.instance, err,
			s.asks(m, "tail -n 30 /var/log/cloud-init-output.log; tail -n 30 /var/log/photogallery.log; systemctl status photogallery"))
	}
	s.judgeSettings(m, i)
	bare := m.metadata.askedBare()
	s.check(tokenOnly, len(bare) == 0, "without a token %s asks for %q", m.instance, bare)
	s.remember(i, marks{s.asks(m, "cat /etc/machine-id"), s.asks(m, "cat /etc/ssh/ssh_host_*.pub"), s.asks(m, "cat /etc/photogallery/upload-key")})
	return m, nil
}

// first is an instance that boots again.
func (s *story) first(ctx context.Context, disk string) error {
	m, err := s.serve(ctx, disk, 0)
	if err != nil {
		return err
	}
	defer m.end()
	s.judgeService(m)
	s.judgeLogs(m)
	return s.again(ctx, m)
}

// second is an instance whose service is stopped and crashes. Then the builder boots again, as EC2 has it after the snapshot.
func (s *story) second(ctx context.Context, disk string, bundle []byte) error {
	m, err := s.serve(ctx, disk, 1)
	if err != nil {
		return err
	}
	s.crash(ctx, m)
	m.end()
	return s.buildAgain(ctx, disk, bundle)
}

func (s *story) judgeService(m *machine) {
	settings := s.asks(m, "cat /etc/photogallery/environment")
	s.check(ownUserData, strings.Contains(settings, `INSTANCE_ID="`+m.instance+`"`) && strings.Contains(settings, servedFor), "the settings are %s", settings)
	status := strings.Join(strings.Fields(s.asks(m, `grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs):' /proc/$(systemctl show -P MainPID photogallery)/status`)), " ")
	var uid, more int
	var effective, bounding uint64
	read, err := fmt.Sscanf(status, "Uid: %d %d %d %d CapEff: %x CapBnd: %x NoNewPrivs: 1", &uid, &more, &more, &more, &effective, &bounding)
	const listen = 1 << 10 // CAP_NET_BIND_SERVICE
	s.check(ownUser, err == nil && read == 6 && uid >= 61184 && effective == listen && bounding == listen, "the process has %q (%v)", status, err)
	// The credential is looked at where the service sees it.
	said := s.asks(m, `pid=$(systemctl show -P MainPID photogallery); uid=$(stat -c %u /proc/$pid)
for who in $uid 65534 1000; do for file in /run/credentials/photogallery.service/upload-key /etc/photogallery/upload-key; do
nsenter -t $pid -m setpriv --reuid=$who --regid=$who --clear-groups cat $file >/dev/null 2>&1 && echo yes || echo no; done; done`)
	s.check(keyOfService, strings.Join(strings.Fields(said), " ") == "yes no no no no no",
		"credential and file can be read by the service, nobody and ec2-user: %q", said)
}

func (s *story) judgeLogs(m *machine) {
	const agent = "/opt/aws/amazon-cloudwatch-agent/etc/cloudwatch-agent.json"
	told := s.asks(m, "cat /run/agent/told")
	said := s.asks(m, `for file in $(grep -o '/var/log/[a-z.-]*' `+agent+`); do echo "$file $(wc -c <$file)"; done; systemctl show -P StandardOutput,StandardError photogallery`)
	files := strings.Fields(said)
	holds := strings.HasSuffix(told, "file:"+agent) && len(files) > 3 && files[0] == "/var/log/photogallery.log" && files[1] != "0" && files[2] == "/var/log/cloud-init-output.log" && files[3] != "0"
	s.check(logged, holds, "the agent is told %q, and of these files and bytes: %q", told, said)
	next := s.asks(m, `now=$(date +%s); systemctl show -P NextElapseUSecRealtime logrotate.timer; next=$(date -d "$(systemctl show -P NextElapseUSecRealtime logrotate.timer)" +%s); echo $((next - now))
logrotate --debug /etc/logrotate.d/photogallery 2>&1 | grep -c 'error' `)
	lines := strings.Split(next, "\n")
	seconds := -1
	if len(lines) > 2 {
		seconds, _ = strconv.Atoi(lines[1]) // -1 and 0 are told below
	}
	s.check(rotated, seconds >= 0 && seconds <= 660 && lines[2] == "0", "the timer and the errors of the configuration: %q", next)
}

// again boots the instance once more.
func (s *story) again(ctx context.Context, m *machine) error {
	const ran = "stat -c %Y /etc/photogallery/environment; cat /proc/sys/kernel/random/boot_id"
	before := strings.Fields(s.asks(m, ran))
	began := time.Now()
	s.asks(m, "systemctl --no-block reboot")
	if err := m.ready(); err != nil {
		return err
	}
	var took time.Duration
	looked, stop := context.WithCancel(ctx)
	defer stop()
	err := together(
		func() (err error) { took, err = m.answers(looked, began); return err },
		func() error {
			if s.asks(m, "systemctl is-system-running --wait >/dev/null; systemctl is-active photogallery || true") == "inactive" {
				stop()
			}
			return nil
		})
	s.time("an instance that boots again, from the reboot to its first answer", took)
	s.check(enabled, err == nil, "%v; systemd says %s", err, s.asks(m, "systemctl status photogallery"))
	s.asks(m, "cloud-init status --wait")
	after := strings.Fields(s.asks(m, ran))
	s.check(oneUserData, len(before) == 2 && len(after) == 2 && before[1] != after[1] && before[0] == after[0], "settings and boot were %q and are %q", before, after)
	return nil
}

// crash stops the service, starts it and kills it, and waits for its return.
func (s *story) crash(ctx context.Context, m *machine) {
	said := s.asks(m, "systemctl stop photogallery; systemctl show -P Result photogallery; systemctl show -P ActiveState photogallery; systemctl start photogallery")
	s.check(stopped, strings.Join(strings.Fields(said), " ") == "success inactive", "stopped, it is %q", said)
	const process = "systemctl show -P MainPID photogallery"
	before := s.asks(m, process)
	s.asks(m, "kill -SEGV "+before)
	after := before
	limit := time.Now().Add(time.Minute)
	for (after == before || after == "0") && time.Now().Before(limit) && patience.Pause(ctx, time.Second) == nil {
		after = s.asks(m, process)
	}
	holds := after != before && after != "0"
	if holds {
		_, err := m.answers(ctx, time.Now())
		holds = err == nil
	}
	s.check(restarted, holds, "process %s becomes %s: %s", before, after, s.asks(m, "systemctl status photogallery"))
}

// buildAgain boots the builder from its disk, as EC2 does after the snapshot.
func (s *story) buildAgain(ctx context.Context, disk string, bundle []byte) error {
	data, err := s.builderData(ctx, bundle)
	if err != nil {
		return err
	}
	m, err := s.boots(ctx, builderID, data, disk, false)
	if err != nil {
		return err
	}
	defer m.end()
	said := s.asks(m, `cloud-init status --wait >/dev/null
for i in {1..60}; do
  [ ! -e /run/systemd/system/final.target.wants ] || systemctl --quiet is-active photogallery-build || break
  sleep 3
done
ls /run/systemd/system/final.target.wants /run/photogallery; cat /run/systemd/shutdown/scheduled`)
	events := s.cloud.events(builderID)
	s.check(builtOnce, strings.Contains(said, "photogallery-clean.service") && !strings.Contains(said, "build.log") && strings.Contains(said, "MODE=poweroff") && len(events) <= 1,
		"it has sent %d events, and now: %s", len(events), said)
	return nil
}
