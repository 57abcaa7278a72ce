package inventory

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/release"
)

// Filters selects EC2 resources that carry the environment's tag. Callers compare the release in
// code: EC2's filters read * and ? as wildcards, and users choose the names of releases.
func Filters(environment release.Environment) []types.Filter {
	return []types.Filter{{Name: aws.String("tag:" + release.TagEnvironment), Values: []string{string(environment)}}}
}

// Tags returns tags in EC2's form.
func Tags(tags release.Tags) (converted []types.Tag) {
	for _, tag := range tags {
		converted = append(converted, types.Tag{Key: aws.String(tag.Key), Value: aws.String(tag.Value)})
	}
	return converted
}

// Tag returns the value of the tag with that key, or "" if there is none.
func Tag(tags []types.Tag, key string) string {
	for _, tag := range tags {
		if aws.ToString(tag.Key) == key {
			return aws.ToString(tag.Value)
		}
	}
	return ""
}
