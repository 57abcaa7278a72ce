// Package inventory finds and removes what an environment owns of the kinds that several steps
// remove: images with their snapshots, launch template versions and ttl schedules.
package inventory

import "photogallery/release"

// Resource is one thing that a step found, as its answer and its errors name it.
type Resource struct {
	Kind string `json:"kind"` // AWS's word: "image", "network interface"
	ID   string `json:"id"`
	Name string `json:"name"` // what a person would recognize it by, or "" if the ID says it all

	Leaving bool `json:"-"` // goes without being removed, now or when something else has gone
}

// String returns the kind, the ID and, in brackets, the name.
func (r Resource) String() string {
	if r.Name == "" || r.Name == r.ID {
		return r.Kind + " " + r.ID
	}
	return r.Kind + " " + r.ID + " (" + r.Name + ")"
}

// vanished turns "not found" into success: what is to be removed and is absent needs no removal.
// Only a list that comes back empty proves it gone.
func vanished(err error) error {
	if release.IsNotFound(err) {
		return nil
	}
	return err
}
