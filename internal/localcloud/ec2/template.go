package ec2

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
)

type template struct {
	id, name       string
	tags           map[string]string
	created        time.Time
	versions       []*templateVersion // ascending
	latest         int64              // numbers are never reused
	defaultVersion int64
}

type templateVersion struct {
	of          *template
	serial      int64
	description string
	data        types.ResponseLaunchTemplateData
	created     time.Time
}

func (v *templateVersion) number() string { return strconv.FormatInt(v.serial, 10) }

func (t *template) add(description string, data types.ResponseLaunchTemplateData) *templateVersion {
	t.latest++
	added := &templateVersion{of: t, serial: t.latest, description: description, data: data, created: time.Now().UTC()}
	t.versions = append(t.versions, added)
	return added
}

// version returns a version by number, $Latest or $Default, or the default version for "".
func (t *template) version(wanted string) (*templateVersion, error) {
	switch wanted {
	case "$Latest":
		return t.versions[len(t.versions)-1], nil
	case "", "$Default":
		wanted = strconv.FormatInt(t.defaultVersion, 10)
	}
	for _, v := range t.versions {
		if v.number() == wanted {
			return v, nil
		}
	}
	return nil, fabric.Errorf("InvalidLaunchTemplateId.VersionNotFound", "Could not find launch template version %s of %s", wanted, t.id)
}

// findTemplate finds a template by its ID, or by its name if the ID is nil.
func (s *Service) findTemplate(id, name *string) (*template, error) {
	for _, t := range s.templates {
		if id != nil && t.id == *id || id == nil && t.name == aws.ToString(name) {
			return t, nil
		}
	}
	if id != nil {
		return nil, fabric.Errorf("InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID %s, does not exist.", *id)
	}
	return nil, fabric.Errorf("InvalidLaunchTemplateName.NotFoundException", "The specified launch template, with template name %s, does not exist.", aws.ToString(name))
}

func (t *template) described() *types.LaunchTemplate {
	return &types.LaunchTemplate{
		LaunchTemplateId: aws.String(t.id), LaunchTemplateName: aws.String(t.name), CreateTime: aws.Time(t.created),
		DefaultVersionNumber: aws.Int64(t.defaultVersion), LatestVersionNumber: aws.Int64(t.versions[len(t.versions)-1].serial),
		Tags: tagList(t.tags),
	}
}

func (v *templateVersion) described() *types.LaunchTemplateVersion {
	data := v.data
	return &types.LaunchTemplateVersion{
		LaunchTemplateId: aws.String(v.of.id), LaunchTemplateName: aws.String(v.of.name), VersionNumber: aws.Int64(v.serial),
		VersionDescription: aws.String(v.description), DefaultVersion: aws.Bool(v.serial == v.of.defaultVersion),
		CreateTime: aws.Time(v.created), LaunchTemplateData: &data,
	}
}
