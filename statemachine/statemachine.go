// Package statemachine holds the two state machines in Amazon States Language. Their substitutions,
// such as ${Plan}, are the names of steps and become the functions' ARNs.
// https://states-language.net/spec.html
package statemachine

import _ "embed"

// Release releases a version of the gallery, or undoes itself.
//
//go:embed release.asl.json
var Release []byte

// Teardown deletes what releases made, of one release or of the environment.
//
//go:embed teardown.asl.json
var Teardown []byte
