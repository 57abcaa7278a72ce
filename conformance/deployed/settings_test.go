//go:build conformance

package deployed

import (
	"encoding/base64"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/gallery-ami/recipe"
	environments "photogallery/internal/environment"
)

// configure sets a setting and a secret with the person's credentials, as `gallery config` does.
func (c *cloud) configure() (digest string) {
	c.Helper()
	configurer := environments.Configurer{
		Reader: environments.Reader{Clients: c.Clients, Environment: environment, Table: c.variable("Lock", "TABLE")}, Bucket: c.variable("Plan", "BUCKET"),
	}
	outcome, err := configurer.Configure(c.Context(), environments.SettingsChange{Set: map[string]string{"A": "1"}, SetSecrets: map[string][]byte{"S": []byte("hunter2")}})
	if err != nil || !outcome.Changed {
		c.Fatalf("%v, %+v", err, outcome)
	}
	c.want("objects of settings", len(c.settings()), 2)
	return outcome.Digest
}

// settings lists the objects of settings and secrets.
func (c *cloud) settings() (all []string) {
	c.Helper()
	out, err := c.S3.ListObjectsV2(c.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(c.variable("Plan", "BUCKET"))})
	if err != nil {
		c.Fatal(err)
	}
	for _, object := range out.Contents {
		if strings.HasPrefix(*object.Key, "settings/") || strings.HasPrefix(*object.Key, "secrets/") {
			all = append(all, *object.Key)
		}
	}
	return all
}

// givesSettings checks which settings the newest launch template version leads an instance to.
func (c *cloud) givesSettings(digest string) {
	c.Helper()
	out, err := c.EC2.DescribeLaunchTemplateVersions(c.Context(), &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: aws.String(environment.Name()), Versions: []string{"$Latest"}})
	if err != nil {
		c.Fatal(err)
	}
	encoded := aws.ToString(out.LaunchTemplateVersions[0].LaunchTemplateData.UserData)
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		text = []byte(encoded) // moto decodes it
	}
	_, got := recipe.ReadApp(string(text))
	c.want("settings of the launch template", got, digest)
}
