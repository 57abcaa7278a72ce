// Package strategies draws what a release does to fleets and visitors over time, by each strategy,
// from a release that runs on the embedded cloud in virtual time. Its test writes the pictures, since
// virtual time belongs to tests.
package strategies
