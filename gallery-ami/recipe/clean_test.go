package recipe_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// What EC2 Image Builder removes, and a reason where provisioning leaves it.
// https://docs.aws.amazon.com/imagebuilder/latest/userguide/security-best-practices.html#post-build-cleanup
var imageBuilderRemoves = map[string]string{
	"etc/sudoers.d/90-cloud-init-users":               "",
	"etc/locale.conf":                                 "a setting of the base image or the bundle, the same on each machine",
	"var/log/cloud-init.log":                          "",
	"var/log/cloud-init-output.log":                   "",
	"var/lib/cloud/instances/i-1/user-data.txt":       "",
	"etc/.updated":                                    "a time; without it the first boot updates what is up to date",
	"etc/aliases.db":                                  "Amazon Linux 2023 has no mail server; one of the bundle's needs it",
	"etc/hostname":                                    "",
	"var/lib/misc/postfix.aliasesdb-stamp":            "as etc/aliases.db",
	"var/lib/postfix/master.lock":                     "as etc/aliases.db",
	"var/spool/postfix/pid/master.pid":                "as etc/aliases.db",
	"var/.updated":                                    "as etc/.updated",
	"var/cache/yum/x86_64/2/.gpgkeyschecked.yum":      "",
	"etc/ssh/ssh_host_rsa_key":                        "",
	"etc/ssh/ssh_host_rsa_key.pub":                    "",
	"etc/ssh/ssh_host_ecdsa_key":                      "",
	"etc/ssh/ssh_host_ecdsa_key.pub":                  "",
	"etc/ssh/ssh_host_ed25519_key":                    "",
	"etc/ssh/ssh_host_ed25519_key.pub":                "",
	"root/.ssh/authorized_keys":                       "",
	"home/ec2-user/.ssh/authorized_keys":              "",
	"var/log/audit/audit.log":                         "",
	"var/log/boot.log":                                "",
	"var/log/dmesg":                                   "",
	"var/log/cron":                                    "",
	"var/log/amazon/ssm/amazon-ssm-agent.log":         "",
	"var/log/sa/sa01":                                 "",
	"var/lib/dhclient/dhclient--eth0.lease":           "",
	"var/tmp/left":                                    "",
	"var/lib/rsyslog/imjournal.state":                 "",
	"var/log/journal/0123456789abcdef/system.journal": "",
}

// https://systemd.io/BUILDING_IMAGES/#resources-to-reset, without machine-id, which is emptied. The EFI
// partition is mounted where the Boot Loader Specification allows, Amazon Linux takes the first.
// https://uapi-group.org/specifications/specs/boot_loader_specification/#mount-points
var systemdRemoves = []string{
	"var/lib/systemd/random-seed",
	"boot/efi/loader/random-seed", "boot/loader/random-seed", "efi/loader/random-seed",
	"etc/hostname", "etc/machine-info",
	"var/lib/systemd/credential.secret",
}

// What neither names: systemd takes an ID from D-Bus's file where its own is empty, and programs that
// people run keep histories.
// https://www.freedesktop.org/software/systemd/man/latest/machine-id.html#Initialization
var moreRemoved = []string{
	"var/lib/dbus/machine-id",
	"root/.bash_history", "root/.zsh_history", "root/.python_history", "root/.lesshst", "root/.viminfo",
	"home/ec2-user/.bash_history", "home/ec2-user/.zsh_history", "home/ec2-user/.python_history", "home/ec2-user/.viminfo",
	"root/.ssh/known_hosts", "var/cache/dnf/packages.db", "var/log/wtmp", "var/log/lastlog",
	"tmp/.hidden", "var/tmp/.hidden", "var/lib/cloud/.hidden",
}

// None of these may be lost with the rest.
var kept = []string{"etc/ssh/sshd_config", "etc/sudoers.d/app", "home/ec2-user/.bashrc", "root/.profile", "var/lib/systemd/timers/stamp", "boot/efi/loader/loader.conf"}

func TestImageHoldsNothingOfItsBuilder(t *testing.T) {
	s, environment := newSite(t, http.StatusOK)
	left := append([]string{}, kept...)
	var gone []string
	for path, reason := range imageBuilderRemoves {
		if reason == "" {
			gone = append(gone, path)
		} else {
			left = append(left, path)
		}
	}
	gone = append(append(gone, systemdRemoves...), moreRemoved...)
	for _, path := range append(append([]string{}, gone...), left...) {
		write(t, filepath.Join(s.root, path), "of the builder\n")
	}
	if said, err := s.provision(t, environment); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, path := range gone {
		if _, err := os.Lstat(filepath.Join(s.root, path)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is in the image: %v", path, err)
		}
	}
	for _, path := range left {
		if _, err := os.Lstat(filepath.Join(s.root, path)); err != nil {
			t.Errorf("%s is lost: %v (%s)", path, err, imageBuilderRemoves[path])
		}
	}
	// Services that log want their folders.
	for _, folder := range []string{"var/log/audit", "var/log/journal"} {
		if _, err := os.Stat(filepath.Join(s.root, folder)); err != nil {
			t.Error(err)
		}
	}
}

// rm says so of what it cannot remove, as a mount point.
func TestImageHoldsNothingElseWhereOneThingCannotBeRemoved(t *testing.T) {
	s, environment := newSite(t, http.StatusOK)
	write(t, filepath.Join(s.tools, "rm"), "#!/bin/bash\ncase \"$*\" in *random-seed*) exit 1 ;; esac\nexec /bin/rm \"$@\"\n")
	for _, path := range []string{"var/lib/systemd/random-seed", "var/tmp/left", "var/log/messages"} {
		write(t, filepath.Join(s.root, path), "of the builder\n")
	}
	if said, err := s.provision(t, environment); err == nil {
		t.Errorf("the build succeeds: %s", said)
	}
	for _, path := range []string{"var/tmp/left", "var/log/messages"} {
		if _, err := os.Lstat(filepath.Join(s.root, path)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is in the image: %v", path, err)
		}
	}
}
