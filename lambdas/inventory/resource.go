// Package inventory finds and removes an environment's resources of the kinds that several steps
// remove: images with their snapshots, launch template versions and ttl schedules.
package inventory

import "photogallery/release"

// Resource is a resource that a step found, as answers and errors name it.
type Resource struct {
	Kind string `json:"kind"` // in AWS's words: "image", "network interface"
	ID   string `json:"id"`
	Name string `json:"name"` // a name for people, or "" if the ID says enough

	Release string `json:"-"` // that made an image, or ""
	Leaving bool   `json:"-"` // it goes away without being removed, now or after something else
}

// String returns the kind, the ID and, in brackets, the name.
func (r Resource) String() string {
	if r.Name == "" || r.Name == r.ID {
		return r.Kind + " " + r.ID
	}
	return r.Kind + " " + r.ID + " (" + r.Name + ")"
}

// vanished turns "not found" into success, because an absent resource needs no removal. Only an
// empty list proves that it is gone.
func vanished(err error) error {
	if release.IsNotFound(err) {
		return nil
	}
	return err
}
