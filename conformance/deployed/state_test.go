//go:build conformance

package deployed

import (
	"reflect"

	"photogallery/conformance/state"
	"photogallery/release"
)

const environment release.Environment = "main"

func (c *cloud) state() state.Environment {
	return state.Environment{Clients: c.Clients, Name: environment, MaxSize: c.maxSize, Sleeps: c.sleeps}
}

// serves checks what a release has made.
func (c *cloud) serves(name string) {
	c.Helper()
	if err := c.state().Serves(c.Context(), name, 1); err != nil {
		c.Error(err)
	}
}

// nothing checks that nothing is left of a release but its images.
func (c *cloud) nothing(images int) {
	c.Helper()
	if err := c.state().Nothing(c.Context(), images); err != nil {
		c.Error(err)
	}
}

func (c *cloud) want(what string, got, want any) {
	c.Helper()
	if !reflect.DeepEqual(got, want) {
		c.Errorf("%s: %v, want %v", what, got, want)
	}
}

// builders counts the instances that build, and live.
func (c *cloud) builders() int {
	c.Helper()
	count, err := c.state().Builders(c.Context())
	if err != nil {
		c.Fatal(err)
	}
	return count
}

// schedules returns the names of the environment's one-time schedules, with their expressions.
func (c *cloud) schedules() map[string]string {
	c.Helper()
	found, err := c.state().Schedules(c.Context())
	if err != nil {
		c.Fatal(err)
	}
	return found
}
