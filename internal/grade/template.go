package grade

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// judgeTemplate wants the account's own image where there is one: the row of the image judges whether there
// is.
func judgeTemplate(l *lesson) finding {
	v := l.anyTemplate()
	if v == nil || v.LaunchTemplateData == nil {
		return missing("Make a launch template with your image and the instances' security group.")
	}
	image, groups := aws.ToString(v.LaunchTemplateData.ImageId), groupsOfTemplate(v)
	evidence := fmt.Sprintf("%s launches %s with %s.", templateName(v), cmp.Or(image, "no image"), cmp.Or(list(groups), "no security group"))
	var next []string
	isOwn := slices.ContainsFunc(l.Images, func(i ec2.Image) bool { return aws.ToString(i.ImageId) == image })
	if image == "" || len(l.Images) > 0 && !isOwn {
		next = append(next, "Make a version of it that launches your own image.")
	}
	if len(groups) == 0 {
		next = append(next, "Make a version of it with the instances' security group.")
	}
	if l.group != nil && l.template() == nil {
		next = append(next, fmt.Sprintf("Let %s launch from it.", aws.ToString(l.group.AutoScalingGroupName)))
	}
	return judged(next, evidence)
}

// anyTemplate returns the version that the group launches, or else one of a template that no group uses,
// the latest, or nil if there is none.
func (l *lesson) anyTemplate() *ec2.LaunchTemplateVersion {
	if v := l.template(); v != nil {
		return v
	}
	var free []ec2.LaunchTemplateVersion
	for _, v := range l.Versions {
		used := slices.ContainsFunc(l.Groups, func(g autoscaling.AutoScalingGroup) bool {
			of := (&lesson{Snapshot: l.Snapshot, group: &g}).template()
			return of != nil && aws.ToString(of.LaunchTemplateId) == aws.ToString(v.LaunchTemplateId)
		})
		if !used {
			free = append(free, v)
		}
	}
	if len(free) == 0 {
		return nil
	}
	return &slices.SortedFunc(slices.Values(free), func(a, b ec2.LaunchTemplateVersion) int {
		return aws.ToTime(b.CreateTime).Compare(aws.ToTime(a.CreateTime))
	})[0]
}
