package faults

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/gallery-ami/recipe"
	environments "photogallery/internal/environment"
	"photogallery/internal/localcloud/machine"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// configure sets a setting and a secret, and returns the digest of the configured settings.
func (env *environment) configure(value string) string {
	outcome, err := environments.Configurer{
		Reader: environments.Reader{Clients: env.Clients, Environment: env.Settings.Environment, Table: env.Settings.Table}, Bucket: env.Settings.Bucket,
	}.Configure(env.ctx, environments.SettingsChange{Set: map[string]string{"A": value}, SetSecrets: map[string][]byte{"S": []byte(value)}})
	if err != nil {
		env.violate("the settings cannot be changed: " + err.Error())
	}
	return outcome.Digest
}

// serveWithOldSettings brings up a release with settings, after which so many others are configured that
// the next release deletes some.
func serveWithOldSettings(env *environment) {
	env.configure("first")
	serveFirst(env)
	for i := range records.KeptSettings {
		env.configure(strconv.Itoa(i))
	}
}

// noteSettings remembers the digest that an instance of a fleet was given.
func (env *environment) noteSettings(spec machine.Spec) {
	if _, digest := recipe.ReadApp(spec.UserData); spec.Role == release.RoleFleet {
		env.mu.Lock()
		defer env.mu.Unlock()
		if env.digests == nil {
			env.digests = map[string]string{}
		}
		env.digests[spec.InstanceID] = digest
	}
}

// checkSettings requires that all settings that a release may name are there with their secrets, and that
// each healthy instance has those of the release that serves.
func (env *environment) checkSettings(when string, excused excuse) {
	recorded, err := records.ReadSettings(env.ctx, env.Clients.DynamoDB, env.Settings.Table)
	if err != nil {
		env.violate("the record of settings cannot be read: " + err.Error())
	}
	for _, known := range recorded.Known {
		keys := []string{"settings/" + known.Digest}
		for _, secret := range known.Secrets {
			keys = append(keys, "secrets/"+secret.ID)
		}
		for _, key := range keys {
			if _, err := env.Clients.S3.HeadObject(env.ctx, &s3.HeadObjectInput{Bucket: aws.String(env.Settings.Bucket), Key: aws.String(key)}); err != nil {
				env.violate(when + " a release may name settings of which " + key[:strings.Index(key, "/")] + " are gone")
			}
		}
	}
	current := env.recorded()
	if !current.Serving || excused.serving {
		return
	}
	env.Cloud.Fabric.Do(func() {
		for _, i := range env.Cloud.EC2.Instances() {
			if env.Cloud.ELB.Health(env.Settings.Targets(current.Serves()), i.ID) == "healthy" && env.digests[i.ID] != current.Settings {
				env.violate(when + " an instance serves with settings of another release")
			}
		}
	})
}

// checkConfigured requires that a release that named its settings and serves has made them the
// configured ones, and that none is half deleted after a release without faults.
func (env *environment) checkConfigured() {
	recorded, err := records.ReadSettings(env.ctx, env.Clients.DynamoDB, env.Settings.Table)
	if err != nil || len(recorded.Retiring) > 0 || recorded.Configured != "" && recorded.Find(recorded.Configured) == nil {
		env.violate("settings are left half deleted")
	}
}
