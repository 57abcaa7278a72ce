// Package deployed tests the deployed product over HTTP: the CDK deploys to moto, moto's
// interpreter runs the state machines, and the functions' real executable runs the steps. Its tests
// need the build tag conformance, see `make conformance`.
package deployed
