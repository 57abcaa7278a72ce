package ec2

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
)

var templateName = regexp.MustCompile(`^[a-zA-Z0-9().\-/_]{3,128}$`)

func (s *Service) handleTemplates() {
	fabric.Handle(s.fabric, serviceID, "CreateLaunchTemplate", s.createLaunchTemplate)
	fabric.Handle(s.fabric, serviceID, "CreateLaunchTemplateVersion", s.createLaunchTemplateVersion)
	fabric.Handle(s.fabric, serviceID, "ModifyLaunchTemplate", s.modifyLaunchTemplate)
	fabric.Handle(s.fabric, serviceID, "DescribeLaunchTemplates", s.describeLaunchTemplates)
	fabric.Handle(s.fabric, serviceID, "DescribeLaunchTemplateVersions", s.describeLaunchTemplateVersions)
	fabric.Handle(s.fabric, serviceID, "DeleteLaunchTemplate", s.deleteLaunchTemplate)
	fabric.Handle(s.fabric, serviceID, "DeleteLaunchTemplateVersions", s.deleteLaunchTemplateVersions)
}

func (s *Service) createLaunchTemplate(in *ec2.CreateLaunchTemplateInput) (*ec2.CreateLaunchTemplateOutput, error) {
	made, err := once(s, "CreateLaunchTemplate", in.ClientToken, in, func() (*template, error) { return s.newTemplate(in) })
	if err != nil {
		return nil, err
	}
	return &ec2.CreateLaunchTemplateOutput{LaunchTemplate: made.described()}, nil
}

func (s *Service) newTemplate(in *ec2.CreateLaunchTemplateInput) (*template, error) {
	name := aws.ToString(in.LaunchTemplateName)
	if !templateName.MatchString(name) {
		return nil, fabric.Errorf("InvalidLaunchTemplateName.MalformedException", "The launch template name %s is not 3 to 128 letters, digits and ().-/_", name)
	}
	if _, err := s.findTemplate(nil, &name); err == nil {
		return nil, fabric.Errorf("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use: %s", name)
	}
	tags, err := tagsFor(types.ResourceTypeLaunchTemplate, in.TagSpecifications, types.ResourceTypeLaunchTemplate)
	if err != nil {
		return nil, err
	}
	data, err := storedData(in.LaunchTemplateData)
	if err != nil {
		return nil, err
	}
	made := &template{id: s.fabric.ID("lt"), name: name, tags: tags, created: time.Now().UTC(), defaultVersion: 1}
	made.add(aws.ToString(in.VersionDescription), data)
	s.templates = append(s.templates, made)
	return made, nil
}

func (s *Service) createLaunchTemplateVersion(in *ec2.CreateLaunchTemplateVersionInput) (*ec2.CreateLaunchTemplateVersionOutput, error) {
	if in.SourceVersion != nil {
		return nil, fabric.Errorf("InvalidParameterValue", "The embedded cloud makes each version from its own data, not from version %s", *in.SourceVersion)
	}
	made, err := once(s, "CreateLaunchTemplateVersion", in.ClientToken, in, func() (*templateVersion, error) {
		t, err := s.findTemplate(in.LaunchTemplateId, in.LaunchTemplateName)
		if err != nil {
			return nil, err
		}
		data, err := storedData(in.LaunchTemplateData)
		if err != nil {
			return nil, err
		}
		return t.add(aws.ToString(in.VersionDescription), data), nil
	})
	if err != nil {
		return nil, err
	}
	return &ec2.CreateLaunchTemplateVersionOutput{LaunchTemplateVersion: made.described()}, nil
}

// launchedKinds lists the resource types of a launch that a launch template may tag.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateTagSpecificationRequest.html
var launchedKinds = []types.ResourceType{
	types.ResourceTypeInstance, types.ResourceTypeVolume, types.ResourceTypeNetworkInterface, types.ResourceTypeSpotInstancesRequest,
}

// storedData converts the request's SDK type to the answer's, which has the same fields.
func storedData(requested *types.RequestLaunchTemplateData) (stored types.ResponseLaunchTemplateData, err error) {
	if requested == nil {
		return stored, fabric.Errorf("MissingParameter", "The request must contain the parameter LaunchTemplateData")
	}
	for _, specification := range requested.TagSpecifications {
		if !slices.Contains(launchedKinds, specification.ResourceType) {
			return stored, fabric.Errorf("InvalidParameterValue", "'%s' is not a valid taggable resource type for this operation.", specification.ResourceType)
		}
		if err := addTags(map[string]string{}, specification.Tags); err != nil {
			return stored, err
		}
	}
	encoded, err := json.Marshal(requested)
	if err == nil {
		err = json.Unmarshal(encoded, &stored)
	}
	if err != nil {
		return stored, fabric.Errorf("InvalidParameterValue", "The launch template data cannot be read: %s", err)
	}
	return stored, nil
}

func (s *Service) modifyLaunchTemplate(in *ec2.ModifyLaunchTemplateInput) (*ec2.ModifyLaunchTemplateOutput, error) {
	t, err := s.findTemplate(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	chosen, err := t.version(aws.ToString(in.DefaultVersion))
	if err != nil {
		return nil, err
	}
	t.defaultVersion = chosen.serial
	return &ec2.ModifyLaunchTemplateOutput{LaunchTemplate: t.described()}, nil
}

// describeLaunchTemplates finds templates by name or lists all.
func (s *Service) describeLaunchTemplates(in *ec2.DescribeLaunchTemplatesInput) (*ec2.DescribeLaunchTemplatesOutput, error) {
	chosen := s.templates
	if len(in.LaunchTemplateNames) > 0 {
		chosen = nil
	}
	for _, name := range in.LaunchTemplateNames {
		t, err := s.findTemplate(nil, &name)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, t)
	}
	out := &ec2.DescribeLaunchTemplatesOutput{}
	for _, t := range chosen {
		out.LaunchTemplates = append(out.LaunchTemplates, *t.described())
	}
	return out, nil
}

// describeLaunchTemplateVersions returns all versions, newest first, as AWS does.
func (s *Service) describeLaunchTemplateVersions(in *ec2.DescribeLaunchTemplateVersionsInput) (*ec2.DescribeLaunchTemplateVersionsOutput, error) {
	t, err := s.findTemplate(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeLaunchTemplateVersionsOutput{}
	for _, v := range slices.Backward(t.versions) {
		out.LaunchTemplateVersions = append(out.LaunchTemplateVersions, *v.described())
	}
	return out, nil
}

func (s *Service) deleteLaunchTemplate(in *ec2.DeleteLaunchTemplateInput) (*ec2.DeleteLaunchTemplateOutput, error) {
	gone, err := s.findTemplate(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	s.templates = without(s.templates, gone)
	return &ec2.DeleteLaunchTemplateOutput{LaunchTemplate: gone.described()}, nil
}

// deleteLaunchTemplateVersions reports its failures in a successful answer. It never deletes the
// default version.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html
func (s *Service) deleteLaunchTemplateVersions(in *ec2.DeleteLaunchTemplateVersionsInput) (*ec2.DeleteLaunchTemplateVersionsOutput, error) {
	t, err := s.findTemplate(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	out := &ec2.DeleteLaunchTemplateVersionsOutput{}
	refuse := func(version string, code types.LaunchTemplateErrorCode, message string) {
		number, _ := strconv.ParseInt(version, 10, 64) // 0 if it is not a number
		out.UnsuccessfullyDeletedLaunchTemplateVersions = append(out.UnsuccessfullyDeletedLaunchTemplateVersions,
			types.DeleteLaunchTemplateVersionsResponseErrorItem{
				LaunchTemplateId: aws.String(t.id), LaunchTemplateName: aws.String(t.name), VersionNumber: aws.Int64(number),
				ResponseError: &types.ResponseError{Code: code, Message: aws.String(message)},
			})
	}
	for _, wanted := range in.Versions {
		v, err := t.version(wanted)
		switch {
		case err != nil:
			refuse(wanted, types.LaunchTemplateErrorCodeLaunchTemplateVersionDoesNotExist, "The version does not exist.")
		case v.serial == t.defaultVersion:
			refuse(wanted, types.LaunchTemplateErrorCodeUnexpectedError, "The default version of a launch template cannot be deleted.")
		default:
			t.versions = without(t.versions, v)
			out.SuccessfullyDeletedLaunchTemplateVersions = append(out.SuccessfullyDeletedLaunchTemplateVersions,
				types.DeleteLaunchTemplateVersionsResponseSuccessItem{
					LaunchTemplateId: aws.String(t.id), LaunchTemplateName: aws.String(t.name), VersionNumber: aws.Int64(v.serial),
				})
		}
	}
	return out, nil
}
