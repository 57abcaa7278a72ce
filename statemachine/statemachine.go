// Package statemachine holds the two state machines in Amazon States Language. Their substitutions,
// ${Plan} and the like, are the names of the steps; each becomes its function's ARN.
// https://states-language.net/spec.html
package statemachine

import _ "embed"

// Release brings a version of the gallery into service, or undoes itself.
//
//go:embed release.asl.json
var Release []byte

// Teardown deletes what releases made, of one release or of the environment.
//
//go:embed teardown.asl.json
var Teardown []byte
