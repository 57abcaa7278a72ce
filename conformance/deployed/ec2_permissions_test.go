//go:build conformance

package deployed

import (
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// needsOfEC2 follows
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
func (c *cloud) needsOfEC2(action string, made call) []permission {
	switch made.operation {
	case "RunInstances":
		return c.needsOfBuilder(action, made)
	case "TerminateInstances":
		var all []permission
		for i := 1; made.form.Get(fmt.Sprintf("InstanceId.%d", i)) != ""; i++ {
			id := made.form.Get(fmt.Sprintf("InstanceId.%d", i))
			all = append(all, permission{action, arnOf("ec2", "instance/"+id), c.tagsOf(id)})
		}
		return all
	case "CreateImage":
		instance := made.form.Get("InstanceId")
		all := []permission{{action, arnOf("ec2", "instance/"+instance), c.tagsOf(instance)}}
		return append(all, tagging(action, made, amazonARN("image/*"), amazonARN("snapshot/*"))...)
	case "DeregisterImage":
		id := made.form.Get("ImageId")
		all := []permission{{action, amazonARN("image/" + id), c.tagsOf(id)}}
		if made.form.Get("DeleteAssociatedSnapshots") == "true" {
			all = append(all, c.needsOfSnapshots(id)...)
		}
		return all
	case "DeleteSnapshot":
		id := made.form.Get("SnapshotId")
		return []permission{{action, amazonARN("snapshot/" + id), c.tagsOf(id)}}
	case "CreateLaunchTemplate":
		return tagging(action, made, arnOf("ec2", "launch-template/*"))
	case "CreateLaunchTemplateVersion", "ModifyLaunchTemplate", "DeleteLaunchTemplate", "DeleteLaunchTemplateVersions":
		id := c.template(made)
		return []permission{{action, arnOf("ec2", "launch-template/"+id), c.tagsOf(id)}}
	}
	return []permission{{action, "*", nil}}
}

// tagging returns an action that makes resources with tags: each with the tags of its kind.
func tagging(action string, made call, resources ...string) (all []permission) {
	for _, resource := range resources {
		kind := resource[strings.LastIndex(resource, ":")+1 : strings.LastIndex(resource, "/")]
		requested := map[string]string{}
		for i := 1; made.form.Get(fmt.Sprintf("TagSpecification.%d.ResourceType", i)) != ""; i++ {
			if made.form.Get(fmt.Sprintf("TagSpecification.%d.ResourceType", i)) != kind {
				continue
			}
			for j := 1; made.form.Get(fmt.Sprintf("TagSpecification.%d.Tag.%d.Key", i, j)) != ""; j++ {
				requested["aws:RequestTag/"+made.form.Get(fmt.Sprintf("TagSpecification.%d.Tag.%d.Key", i, j))] = made.form.Get(fmt.Sprintf("TagSpecification.%d.Tag.%d.Value", i, j))
			}
		}
		all = append(all, permission{action, resource, requested})
		if len(requested) > 0 {
			tags := maps.Clone(requested)
			tags["ec2:CreateAction"] = made.operation
			all = append(all, permission{"ec2:CreateTags", resource, tags})
		}
	}
	return all
}

// needsOfBuilder is also of the instance of a command, whose image is the environment's.
func (c *cloud) needsOfBuilder(action string, made call) []permission {
	all := tagging(action, made, arnOf("ec2", "instance/*"), arnOf("ec2", "volume/*"), arnOf("ec2", "network-interface/*"))
	image := map[string]string{}
	parameter := c.variable("LaunchBuilder", "BASE_IMAGE_PARAMETER")
	if out, err := c.SSM.GetParameter(c.Context(), &ssm.GetParameterInput{Name: &parameter}); err == nil && *out.Parameter.Value == made.form.Get("ImageId") {
		image["ec2:Owner"] = "amazon"
	} else {
		image = c.tagsOf(made.form.Get("ImageId"))
	}
	for i := 1; made.form.Get(fmt.Sprintf("NetworkInterface.1.SecurityGroupId.%d", i)) != ""; i++ {
		all = append(all, permission{action, arnOf("ec2", "security-group/"+made.form.Get(fmt.Sprintf("NetworkInterface.1.SecurityGroupId.%d", i))), nil})
	}
	return append(all,
		permission{action, amazonARN("image/" + made.form.Get("ImageId")), image},
		permission{action, arnOf("ec2", "subnet/"+made.form.Get("NetworkInterface.1.SubnetId")), nil},
		passing(c.roleOf(made.form.Get("IamInstanceProfile.Arn")), "ec2.amazonaws.com"))
}

func (c *cloud) needsOfSnapshots(image string) (all []permission) {
	out, err := c.EC2.DescribeImages(c.Context(), &ec2.DescribeImagesInput{ImageIds: []string{image}})
	if err != nil || len(out.Images) == 0 {
		return nil
	}
	for _, mapping := range out.Images[0].BlockDeviceMappings {
		if mapping.Ebs != nil && mapping.Ebs.SnapshotId != nil {
			all = append(all, permission{"ec2:DeleteSnapshot", amazonARN("snapshot/" + *mapping.Ebs.SnapshotId), c.tagsOf(*mapping.Ebs.SnapshotId)})
		}
	}
	return all
}

// template returns the ID of the launch template that a call names.
func (c *cloud) template(made call) string {
	if id := made.form.Get("LaunchTemplateId"); id != "" {
		return id
	}
	out, err := c.EC2.DescribeLaunchTemplates(c.Context(), &ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{made.form.Get("LaunchTemplateName")}})
	if err != nil || len(out.LaunchTemplates) == 0 {
		return "unknown"
	}
	return *out.LaunchTemplates[0].LaunchTemplateId
}
