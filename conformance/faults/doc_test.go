// Package faults explores the effects of failures. It runs a scenario once, in virtual time on the
// embedded cloud with the shipped state machines and steps, and records every invocation, AWS call
// and event as an injection point. Then it runs the scenario again for each point and each kind of
// fault that can happen there, and checks the invariants of docs/reliability.md after each run. The
// figures in that document and in conformance/reliability.md come from here.
//
// The package has only tests.
package faults
