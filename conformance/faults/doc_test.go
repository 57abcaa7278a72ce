// Package faults explores what a failure can do. It runs a scenario once, in virtual time on the
// embedded cloud with the shipped state machines and steps, and lists every invocation, AWS call and
// event. Then it runs the scenario again for each of these places and each kind of
// fault that can strike there, and looks after each run at what must hold whatever fails: see
// docs/reliability.md. Its figures, and those of conformance/reliability.md, are made here.
//
// Everything in it serves its tests.
package faults
