package faults

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"photogallery/internal/localcloud/fabric"
)

// invisibleFor is how long a new resource stays invisible to other calls.
const invisibleFor = 30 * time.Second

// hidden is a new resource that other calls of AWS do not see yet: eventual consistency.
type hidden struct {
	made  fabric.Operation
	names []string // its identifiers
	until time.Time
}

// creations maps an operation to the fields of its request and answer that identify what it made.
var creations = map[string][]string{
	"EC2.RunInstances":                             {"InstanceId"},
	"EC2.CreateImage":                              {"ImageId"},
	"EC2.CreateLaunchTemplate":                     {"LaunchTemplateId", "LaunchTemplateName"},
	"EC2.CreateLaunchTemplateVersion":              {"VersionDescription"},
	"Elastic Load Balancing v2.CreateLoadBalancer": {"LoadBalancerArn", "LoadBalancerName"},
	"Elastic Load Balancing v2.CreateListener":     {"ListenerArn"},
	"Elastic Load Balancing v2.CreateRule":         {"RuleArn"},
	"Auto Scaling.CreateAutoScalingGroup":          {"AutoScalingGroupName"},
	"Auto Scaling.StartInstanceRefresh":            {"InstanceRefreshId"},
	"Scheduler.CreateSchedule":                     {"Name"},
	"CloudWatch.PutMetricAlarm":                    {"AlarmName"},
}

// notFound maps an operation to the error for an unknown resource. An operation that is not here
// answers as if there were nothing.
var notFound = map[string]string{
	"EC2.DescribeInstances": "InvalidInstanceID.NotFound", "EC2.TerminateInstances": "InvalidInstanceID.NotFound",
	"EC2.CreateImage": "InvalidInstanceID.NotFound", "EC2.DescribeImages": "InvalidAMIID.NotFound",
	"EC2.DeregisterImage": "InvalidAMIID.Unavailable", "EC2.DescribeLaunchTemplates": "InvalidLaunchTemplateName.NotFoundException",
	"EC2.DescribeLaunchTemplateVersions": "InvalidLaunchTemplateName.NotFoundException",
	"EC2.CreateLaunchTemplateVersion":    "InvalidLaunchTemplateName.NotFoundException",
	"EC2.DeleteLaunchTemplate":           "InvalidLaunchTemplateId.NotFound", "EC2.ModifyLaunchTemplate": "InvalidLaunchTemplateName.NotFoundException",
	"EC2.DeleteLaunchTemplateVersions":                       "InvalidLaunchTemplateName.NotFoundException",
	"Elastic Load Balancing v2.DescribeLoadBalancers":        "LoadBalancerNotFound",
	"Elastic Load Balancing v2.ModifyLoadBalancerAttributes": "LoadBalancerNotFound",
	"Elastic Load Balancing v2.CreateListener":               "LoadBalancerNotFound",
	"Elastic Load Balancing v2.DescribeListeners":            "LoadBalancerNotFound",
	"Elastic Load Balancing v2.DescribeRules":                "ListenerNotFound",
	"Elastic Load Balancing v2.CreateRule":                   "ListenerNotFound",
	"Elastic Load Balancing v2.ModifyListener":               "ListenerNotFound",
	"Elastic Load Balancing v2.DeleteRule":                   "RuleNotFound",
	"Auto Scaling.UpdateAutoScalingGroup":                    "ValidationError", "Auto Scaling.PutScalingPolicy": "ValidationError",
	"Auto Scaling.DeleteAutoScalingGroup":   "ValidationError",
	"Auto Scaling.DescribeScheduledActions": "ValidationError", "Auto Scaling.PutScheduledUpdateGroupAction": "ValidationError",
	"Auto Scaling.DeleteScheduledAction": "ValidationError",
	"Auto Scaling.StartInstanceRefresh":  "ValidationError", "Scheduler.GetSchedule": "ResourceNotFoundException",
	"Scheduler.DeleteSchedule": "ResourceNotFoundException", "CloudWatch.DeleteAlarms": "ResourceNotFound",
}

func atCreations(at point) bool { return at.kind == call && creations[at.operation] != nil }

// visibilityFaults are creations whose result stays invisible for a while. The creation is
// answered, is not answered, or is denied in the answer so that the step fails and is undone at
// once.
func visibilityFaults() []fault {
	return []fault{
		{name: "not-found-30s", tolerated: always, fits: atCreations, call: createHidden},
		{name: "killed-not-found-30s", tolerated: always, fits: atCreations, call: func(env *environment, c *stepCall) (any, error) {
			_, _ = createHidden(env, c)
			c.box.dead = true
			return nil, errKilled
		}},
		{name: "failed-not-found-30s", fits: atCreations, call: func(env *environment, c *stepCall) (any, error) {
			_, _ = createHidden(env, c)
			return nil, fabric.Denied(c.call.Operation)
		}},
	}
}

// createHidden lets the creation succeed and hides the result.
func createHidden(env *environment, c *stepCall) (any, error) {
	if alarm, is := c.call.Input.(*cloudwatch.PutMetricAlarmInput); is && env.hasAlarm(aws.ToString(alarm.AlarmName)) {
		return c.next() // it exists already
	}
	out, err := c.next()
	if err != nil {
		return out, err
	}
	one := hidden{made: c.call.Operation, until: time.Now().Add(invisibleFor)}
	for _, field := range creations[c.call.Operation.String()] {
		one.names = append(one.names, valuesOf(reflect.ValueOf(out), field)...)
		one.names = append(one.names, valuesOf(reflect.ValueOf(c.call.Input), field)...)
	}
	env.mu.Lock()
	env.hidden = append(env.hidden, one)
	env.mu.Unlock()
	return out, nil
}

func (env *environment) hasAlarm(name string) (exists bool) {
	env.Cloud.Fabric.Do(func() { _, exists = env.Cloud.CloudWatch.AlarmState(name) })
	return exists
}

// answerWithout answers a call as if the hidden resources did not exist.
func answerWithout(all []hidden, made fabric.Call, next func() (any, error)) (any, error) {
	all = slices.DeleteFunc(all, func(one hidden) bool { return one.made == made.Operation || !time.Now().Before(one.until) })
	for _, one := range all {
		if code := notFound[made.Operation.String()]; code != "" && one.isNamedIn(made.Input) {
			return nil, fabric.Errorf(code, "%s does not exist", strings.Join(one.names, ", "))
		}
	}
	out, err := next()
	if err == nil && strings.HasPrefix(made.Operation.Name, "Describe") || strings.HasPrefix(made.Operation.Name, "List") {
		for _, one := range all {
			one.remove(reflect.ValueOf(out))
		}
	}
	return out, err
}

func (h hidden) has(text string) bool { return text != "" && slices.Contains(h.names, text) }

// isNamedIn reports whether a request names the resource, directly or in a list of identifiers.
func (h hidden) isNamedIn(input any) bool {
	value := reflect.Indirect(reflect.ValueOf(input))
	for i := range value.NumField() {
		if !value.Type().Field(i).IsExported() {
			continue
		}
		switch field := value.Field(i).Interface().(type) {
		case *string:
			if h.has(aws.ToString(field)) {
				return true
			}
		case []string:
			if slices.ContainsFunc(field, h.has) {
				return true
			}
		}
	}
	return false
}

// remove removes the resource from the lists of an answer.
func (h hidden) remove(value reflect.Value) {
	value = reflect.Indirect(value)
	if value.Kind() != reflect.Struct {
		return
	}
	for i := range value.NumField() {
		field := value.Field(i)
		if field.Kind() != reflect.Slice || !field.CanSet() || field.Type().Elem().Kind() != reflect.Struct {
			continue
		}
		kept := reflect.MakeSlice(field.Type(), 0, field.Len())
		for j := range field.Len() {
			element := field.Index(j)
			if h.isNamedIn(element.Addr().Interface()) {
				continue
			}
			h.remove(element.Addr())
			kept = reflect.Append(kept, element)
		}
		field.Set(kept)
	}
}

// valuesOf returns the values of a field, however deeply nested.
func valuesOf(value reflect.Value, name string) (found []string) {
	value = reflect.Indirect(value)
	switch value.Kind() {
	case reflect.Slice:
		for i := range value.Len() {
			found = append(found, valuesOf(value.Index(i), name)...)
		}
	case reflect.Struct:
		for i := range value.NumField() {
			field := value.Type().Field(i)
			if !field.IsExported() || field.Name == "Tags" || field.Name == "TagSpecifications" {
				continue
			}
			if text, is := value.Field(i).Interface().(*string); is && text != nil && field.Name == name {
				found = append(found, *text)
			}
			found = append(found, valuesOf(value.Field(i), name)...)
		}
	}
	return found
}
