package ec2

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
)

// tagsFor returns the tags of specifications for one resource type. It refuses a specification for
// a type that the operation does not make.
func tagsFor(want types.ResourceType, specifications []types.TagSpecification, makes ...types.ResourceType) (map[string]string, error) {
	tags := map[string]string{}
	for _, specification := range specifications {
		if !slices.Contains(makes, specification.ResourceType) {
			return nil, fabric.Errorf("InvalidParameterValue", "'%s' is not a valid taggable resource type for this operation.", specification.ResourceType)
		}
		if specification.ResourceType != want {
			continue
		}
		if err := addTags(tags, specification.Tags); err != nil {
			return nil, err
		}
	}
	return tags, nil
}

// addTags enforces EC2's limits for tags.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
func addTags(to map[string]string, tags []types.Tag) error {
	for _, tag := range tags {
		key, value := aws.ToString(tag.Key), aws.ToString(tag.Value)
		if key == "" || strings.HasPrefix(key, "aws:") {
			return fabric.Errorf("InvalidTagKey.Malformed", "The tag key '%s' is empty or begins with the reserved 'aws:'", key)
		}
		if utf8.RuneCountInString(key) > 128 || utf8.RuneCountInString(value) > 256 {
			return fabric.Errorf("InvalidParameterValue", "The tag '%s' has more than 128 characters, or its value more than 256: '%s'", key, value)
		}
		to[key] = value
	}
	return nil
}

func tagList(tags map[string]string) []types.Tag {
	var list []types.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return list
}
