//go:build !unix

package local

// makePrivate does nothing: the system's user folders are private.
func makePrivate(string) error { return nil }
