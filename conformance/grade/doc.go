// Package grade holds `gallery grade` against moto: a lesson that was made by hand, with boto3, and what is
// missing if a step of it was left out.
package grade
