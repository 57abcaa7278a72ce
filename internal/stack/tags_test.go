package stack

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/internal/localcloud/fabric"
	"photogallery/release"
)

// taggedKinds are what a release makes and AWS tags while it makes it. Schedules, scaling policies, target
// registrations and versions of a launch template have no tags of their own.
var taggedKinds = []string{
	"CreateAutoScalingGroup", "CreateImage image", "CreateImage snapshot", "CreateLaunchTemplate instance",
	"CreateLaunchTemplate launch-template", "CreateLaunchTemplate network-interface", "CreateLaunchTemplate volume",
	"CreateLaunchTemplateVersion instance", "CreateLaunchTemplateVersion network-interface", "CreateLaunchTemplateVersion volume",
	"CreateListener", "CreateLoadBalancer", "CreateRule", "PutMetricAlarm", "RunInstances instance", "RunInstances network-interface", "RunInstances volume",
}

func TestReleaseResourcesCarryTheOrganizationTags(t *testing.T) {
	demanded := release.Tags{{Key: "team", Value: "web"}, {Key: "cost-center", Value: "42"}}
	for name, domain := range map[string]string{"over HTTP": "", "with a domain": "photos.example.com"} {
		t.Run(name, func(t *testing.T) {
			inVirtualTimeWith(t, Options{Tags: demanded, Domain: domain}, func(t *testing.T, e *environment) {
				var mutex sync.Mutex
				seen := map[string]bool{}
				e.Cloud.Fabric.Observe(func(call fabric.Call) {
					for kind, tags := range tagsOf(call.Operation.Name, reflect.ValueOf(call.Input)) {
						mutex.Lock()
						seen[kind] = true
						mutex.Unlock()
						for _, tag := range append(demanded, release.Tag{Key: release.TagEnvironment, Value: "main"}) {
							if tags[tag.Key] != tag.Value {
								t.Errorf("%s: %s is made with %v", call.Caller, kind, tags)
							}
						}
					}
				})
				e.release("r1", `{"ttl": "3h"}`).ends("Succeeded")
				e.release("r2", `{"rebake": true}`).ends("Succeeded")
				e.release("r3", `{"strategy": "rolling"}`).ends("Succeeded")
				if kinds := slices.Sorted(maps.Keys(seen)); !slices.Equal(kinds, taggedKinds) {
					t.Errorf("seen are\n%s\nwant\n%s", strings.Join(kinds, "\n"), strings.Join(taggedKinds, "\n"))
				}
				for _, i := range e.instances(release.RoleFleet) {
					if i.Tags["team"] != "web" || i.Tags["cost-center"] != "42" {
						t.Errorf("instance %s has %v", i.ID, i.Tags)
					}
				}
				e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
				e.empty(0)
			})
		})
	}
}

// tagsOf finds the tags in a request by the fields that the SDK has for them, at any depth and given or
// not, so that a call that nobody thought of is found too.
func tagsOf(operation string, in reflect.Value) map[string]map[string]string {
	found := map[string]map[string]string{}
	switch in.Kind() {
	case reflect.Pointer:
		if !in.IsNil() {
			return tagsOf(operation, in.Elem())
		}
	case reflect.Struct:
		for i := range in.NumField() {
			field, name := in.Field(i), in.Type().Field(i).Name
			switch {
			case name == "Tags" && field.Kind() == reflect.Slice:
				found[operation] = pairs(field)
			case name == "TagSpecifications":
				for j := range field.Len() {
					one := field.Index(j)
					found[fmt.Sprint(operation, " ", one.FieldByName("ResourceType"))] = pairs(one.FieldByName("Tags"))
				}
			case in.Type().Field(i).IsExported():
				maps.Copy(found, tagsOf(operation, field))
			}
		}
	}
	return found
}

func pairs(tags reflect.Value) map[string]string {
	found := map[string]string{}
	for i := range tags.Len() {
		text := func(field string) string { return aws.ToString(tags.Index(i).FieldByName(field).Interface().(*string)) }
		found[text("Key")] = text("Value")
	}
	return found
}
