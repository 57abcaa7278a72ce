package local

import (
	"photogallery/internal/local/control"
	"photogallery/release"
)

// shell returns where a shell on an instance of the fleet starts. A builder or a runner accepts none, as on AWS.
func (l *Local) shell(id string) (control.Shell, error) {
	i, err := l.running(id)
	if err != nil {
		return control.Shell{}, err
	}
	if i.Tags[release.TagRole] != release.RoleFleet {
		return control.Shell{}, release.Errorf(release.InvalidRequest, "instance %s is a %s, which accepts no shell: `gallery logs %s` has what it wrote", i.ID, i.Tags[release.TagRole], i.ID)
	}
	start, err := l.machines.Shell(id)
	return control.Shell{Folder: start.Folder, Environment: start.Environment}, err
}
