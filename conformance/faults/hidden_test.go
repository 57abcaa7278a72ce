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

// unseenFor is how long a new thing cannot be seen everywhere.
const unseenFor = 30 * time.Second

// hidden is something new that AWS's other calls do not know yet: eventual consistency.
type hidden struct {
	made  fabric.Operation
	names []string // its identifiers
	until time.Time
}

// creations tells, by operation, where the answer or the request names what it has made.
var creations = map[string][]string{
	"EC2.RunInstances":                             {"InstanceId"},
	"EC2.CreateImage":                              {"ImageId"},
	"EC2.CreateLaunchTemplate":                     {"LaunchTemplateId", "LaunchTemplateName"},
	"EC2.CreateLaunchTemplateVersion":              {"VersionDescription"},
	"Elastic Load Balancing v2.CreateLoadBalancer": {"LoadBalancerArn", "LoadBalancerName"},
	"Elastic Load Balancing v2.CreateListener":     {"ListenerArn"},
	"Auto Scaling.CreateAutoScalingGroup":          {"AutoScalingGroupName"},
	"Auto Scaling.StartInstanceRefresh":            {"InstanceRefreshId"},
	"Scheduler.CreateSchedule":                     {"Name"},
	"CloudWatch.PutMetricAlarm":                    {"AlarmName"},
}

// notFound is what a service answers to who names what it does not know. Where it is missing, the
// operation answers as if there were nothing.
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
	"Auto Scaling.UpdateAutoScalingGroup":                    "ValidationError", "Auto Scaling.PutScalingPolicy": "ValidationError",
	"Auto Scaling.DeleteAutoScalingGroup": "ValidationError",
	"Auto Scaling.StartInstanceRefresh":   "ValidationError", "Scheduler.GetSchedule": "ResourceNotFoundException",
	"Scheduler.DeleteSchedule": "ResourceNotFoundException", "CloudWatch.DeleteAlarms": "ResourceNotFound",
}

func atCreations(at site) bool { return at.kind == call && creations[at.operation] != nil }

// unseenFaults are creations whose result cannot be seen for a while: answered, without an answer, and
// refused in the answer, so that the step fails and is undone at once.
func unseenFaults() []fault {
	return []fault{
		{name: "not-found-30s", passes: always, fits: atCreations, call: notFoundAtFirst},
		{name: "killed-not-found-30s", passes: always, fits: atCreations, call: func(w *world, c *crossing) (any, error) {
			_, _ = notFoundAtFirst(w, c)
			c.box.dead = true
			return nil, errKilled
		}},
		{name: "failed-not-found-30s", fits: atCreations, call: func(w *world, c *crossing) (any, error) {
			_, _ = notFoundAtFirst(w, c)
			return nil, refused(c.call.Operation)
		}},
	}
}

// notFoundAtFirst lets the creation succeed, and hides what it has made.
func notFoundAtFirst(w *world, c *crossing) (any, error) {
	if alarm, is := c.call.Input.(*cloudwatch.PutMetricAlarmInput); is && w.hasAlarm(aws.ToString(alarm.AlarmName)) {
		return c.next() // nothing new
	}
	out, err := c.next()
	if err != nil {
		return out, err
	}
	one := hidden{made: c.call.Operation, until: time.Now().Add(unseenFor)}
	for _, field := range creations[c.call.Operation.String()] {
		one.names = append(one.names, named(reflect.ValueOf(out), field)...)
		one.names = append(one.names, named(reflect.ValueOf(c.call.Input), field)...)
	}
	w.mu.Lock()
	w.hidden = append(w.hidden, one)
	w.mu.Unlock()
	return out, nil
}

func (w *world) hasAlarm(name string) (exists bool) {
	w.Cloud.Fabric.Do(func() { _, exists = w.Cloud.CloudWatch.AlarmState(name) })
	return exists
}

// hiding answers a call as if what is hidden were not there.
func hiding(all []hidden, made fabric.Call, next func() (any, error)) (any, error) {
	all = slices.DeleteFunc(all, func(one hidden) bool { return one.made == made.Operation || !time.Now().Before(one.until) })
	for _, one := range all {
		if code := notFound[made.Operation.String()]; code != "" && one.isMeant(made.Input) {
			return nil, fabric.Errorf(code, "%s does not exist", strings.Join(one.names, ", "))
		}
	}
	out, err := next()
	if err == nil && strings.HasPrefix(made.Operation.Name, "Describe") || strings.HasPrefix(made.Operation.Name, "List") {
		for _, one := range all {
			one.strike(reflect.ValueOf(out))
		}
	}
	return out, err
}

func (h hidden) has(text string) bool { return text != "" && slices.Contains(h.names, text) }

// isMeant reports whether a request names it, by itself or in a list of identifiers.
func (h hidden) isMeant(input any) bool {
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

// strike takes it out of the lists of an answer.
func (h hidden) strike(value reflect.Value) {
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
			if h.isMeant(element.Addr().Interface()) {
				continue
			}
			h.strike(element.Addr())
			kept = reflect.Append(kept, element)
		}
		field.Set(kept)
	}
}

// named finds the values of a field of that name, wherever it is.
func named(value reflect.Value, name string) (found []string) {
	value = reflect.Indirect(value)
	switch value.Kind() {
	case reflect.Slice:
		for i := range value.Len() {
			found = append(found, named(value.Index(i), name)...)
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
			found = append(found, named(value.Field(i), name)...)
		}
	}
	return found
}
