package lab

import (
	"slices"
	"strings"

	"photogallery/release"
)

// Deployment is what a lab's deployment gives to the CDK.
type Deployment struct {
	Role, InstanceProfile string   // their names
	Bucket                string   // of the assets
	Context               []string // further options, each KEY=VALUE; they win over these
	Yes                   bool     // a destroy does not ask
}

// Command returns the CDK's command line for an action, deploy or destroy. People can run it
// themselves.
func (d Deployment) Command(action string) []string {
	words := []string{"npx", "cdk", action}
	for _, one := range d.options() {
		words = append(words, "--context", one)
	}
	switch {
	case action == "deploy":
		// A lab's user has seen no list of roles to approve: there are none.
		words = append(words, "--require-approval", "never", "--import-existing-resources")
	case d.Yes:
		words = append(words, "--force")
	}
	return words
}

// options give the architecture too: a lab surely has t3.small, and t4g.small perhaps.
func (d Deployment) options() []string {
	all := []string{"role=" + d.Role, "instanceProfile=" + d.InstanceProfile, "assetsBucket=" + d.Bucket, "architecture=" + release.X8664}
	return append(slices.DeleteFunc(all, d.isGiven), d.Context...)
}

// isGiven reports whether a further option has the key of this one.
func (d Deployment) isGiven(option string) bool {
	key, _, _ := strings.Cut(option, "=")
	return slices.ContainsFunc(d.Context, func(one string) bool { return strings.HasPrefix(one, key+"=") })
}
