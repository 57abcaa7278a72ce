// Package deployed tests the deployed product: what the CDK puts into moto, the state machines run by
// moto's interpreter, and the functions' real executable behind them, by way of HTTP. Its tests need
// the build tag conformance, see `make conformance`.
package deployed
