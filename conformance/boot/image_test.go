//go:build boot

package boot

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// image has the files of a disk that no machine runs from, in the folders that a build writes to.
type image struct {
	disk, folder string
	files        map[string]string // the contents by path, regular files alone
}

// readImage copies the files out of the disk, as root would see them, without mounting it.
func readImage(ctx context.Context, disk, folder string) (image, error) {
	i := image{disk, folder, map[string]string{}}
	for _, name := range []string{"/etc", "/root", "/home", "/var", "/opt", "/tmp", "/run"} {
		// It says so where it may not give a file to its owner, which is no matter here.
		if said, err := exec.CommandContext(ctx, "debugfs", "-R", "rdump "+name+" "+folder, disk).CombinedOutput(); err != nil { //nolint:gosec // our own
			return i, fmt.Errorf("%w: %s", err, said)
		}
	}
	return i, filepath.WalkDir(folder, func(path string, found fs.DirEntry, err error) error {
		if err != nil || !found.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		i.files[strings.TrimPrefix(path, folder+"/")] = string(content)
		return err
	})
}

// matching lists the files whose path matches; "" if none does.
func (i image) matching(pattern string) string {
	wanted := regexp.MustCompile("^(" + pattern + ")$")
	var found []string
	for path := range i.files {
		if wanted.MatchString(path) {
			found = append(found, path)
		}
	}
	return strings.Join(found, " ")
}

// containing lists the files that contain one of the texts.
func (i image) containing(texts ...string) string {
	var found []string
	for path, content := range i.files {
		for _, text := range texts {
			if strings.Contains(content, text) {
				found = append(found, path)
			}
		}
	}
	return strings.Join(found, " ")
}

// inImage has the checks that look for files, which must not be there.
var inImage = map[string]string{
	noHostKey:    `etc/ssh/ssh_host_.*`,
	noAuthorized: `(root|home/[^/]*)/\.ssh/.*`,
	noLog:        `var/log/.*|run/.*`,
	noHistory:    `(root|home/[^/]*)/\..*_history`,
	noSeed:       `var/lib/systemd/random-seed|var/lib/systemd/credential\.secret`,
	noCloudInit:  `var/lib/cloud/.*`,
	noBundle:     `(var/)?tmp/.*|.*\.tar\.gz`,
	noSettings:   `etc/photogallery/(environment|upload-key.*)`,
	noSudo:       `etc/sudoers\.d/90-cloud-init-users`,
}

// left may differ in an image from the disk that its builder began with: what is installed, the user that cloud-init makes, the
// network of the first boot, which cloud-init writes anew for another instance, and when timers last came due.
var left = regexp.MustCompile(`^(opt/.*|etc/systemd/system/photogallery\.service(\.d/settings\.conf)?|etc/photogallery/start-milliseconds|var/lib/photogallery-built|` +
	`etc/(passwd|shadow|group|gshadow|subuid|subgid)-?|home/ec2-user/\.(bashrc|profile|bash_logout)|etc/systemd/network/10-cloud-init-.*|var/lib/systemd/timers/.*)$`)

// traces lists the other files that are new or not as they were.
func (i image) traces(before image) string {
	var found []string
	for path, content := range i.files {
		if was, there := before.files[path]; (!there || was != content) && !left.MatchString(path) {
			found = append(found, path)
		}
	}
	return strings.Join(found, " ")
}

func (s *story) judgeImage(ctx context.Context, i, before image, builder *machine) {
	traces := i.traces(before)
	s.check(noTrace, traces == "", "new or not as before: %s", traces)
	service := i.matching(`opt/photogallery/photogallery|etc/systemd/system/photogallery\.service|var/lib/dpkg/status`)
	s.check(holdsService, len(strings.Fields(service)) == 3, "it has only %s", service)
	for name, pattern := range inImage {
		found := i.matching(pattern)
		s.check(name, found == "", "the image has %s", found)
	}
	id, there := i.files["etc/machine-id"]
	s.check(noMachineID, there && id == "" && i.files["var/lib/dbus/machine-id"] == "", "etc/machine-id is %q (there: %t), that of D-Bus %q", id, there, i.files["var/lib/dbus/machine-id"])
	found := i.containing(accessKey(builder.instance), secret, token)
	s.check(noCredential, found == "", "a credential of the builder is in %s", found)
	state, err := exec.CommandContext(ctx, "dumpe2fs", "-h", i.disk).Output() //nolint:gosec // our own
	clean := strings.Contains(string(state), "clean\n") && !strings.Contains(string(state), "needs_recovery")
	s.check(inOrder, err == nil && clean, "the file system was not unmounted in order (%v)", err)
}
