package cdk

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"photogallery/release"
)

// parseTags takes key=value pairs, or a JSON object of keys and values.
func parseTags(o *Options, value string) error {
	if !strings.HasPrefix(value, "{") {
		tags, err := release.ParseTags(value)
		o.Tags = tags.String()
		return err
	}
	var object map[string]any
	decoder := json.NewDecoder(strings.NewReader(value))
	decoder.UseNumber() // 123456789012 is not 1.23456789012e+11
	if err := decoder.Decode(&object); err != nil {
		return errors.New("no JSON object")
	}
	var tags release.Tags
	for _, key := range slices.Sorted(maps.Keys(object)) {
		tags = append(tags, release.Tag{Key: key, Value: fmt.Sprint(object[key])})
	}
	o.Tags = tags.String()
	return tags.Check()
}

// textOf returns a value of cdk.json in the form of the command line: an object as its JSON.
func textOf(given any) string {
	if object, isObject := given.(map[string]any); isObject {
		if text, err := json.Marshal(object); err == nil {
			return string(text)
		}
	}
	return fmt.Sprint(given)
}

// tags returns the tags that the organization requires, or nil if there are none.
func (o Options) tags() release.Tags {
	tags, _ := release.ParseTags(o.Tags) // parseTags has checked them
	return tags
}

// stackTags returns the tags of the CloudFormation stack itself.
func (o Options) stackTags() *map[string]*string {
	tags := map[string]*string{release.TagEnvironment: jsii.String(string(o.Environment))}
	for _, tag := range o.tags() {
		tags[tag.Key] = jsii.String(tag.Value)
	}
	return &tags
}

// addTags adds the organization's tags to all resources, because not every type takes those of the
// CloudFormation stack.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
func (s *stack) addTags() {
	for _, tag := range s.options.tags() {
		awscdk.Tags_Of(s.scope).Add(jsii.String(tag.Key), jsii.String(tag.Value), nil)
	}
}
