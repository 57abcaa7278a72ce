package contract

import (
	"errors"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

const (
	deleteVersions   = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html"
	templateVersions = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-launch-template-versions.html"
)

func templates() []Behavior {
	return []Behavior{
		{"CreateLaunchTemplate: a client token that was used gives the same template", ec2Idempotency,
			"ignores client tokens: the name is taken", func(a *Account) error {
				first, err := a.template("once")
				if err != nil {
					return err
				}
				second, err := a.template("once")
				return errors.Join(err, same("the second template", second, first))
			}},
		{"CreateLaunchTemplate: a name that a template has is InvalidLaunchTemplateName.AlreadyExistsException", ec2Errors, "", func(a *Account) error {
			if _, err := a.template("one"); err != nil {
				return err
			}
			_, err := a.template("two")
			return refused(err, "InvalidLaunchTemplateName.AlreadyExistsException")
		}},
		{"DescribeLaunchTemplates: an unknown name is InvalidLaunchTemplateName.NotFoundException", ec2Errors, "", func(a *Account) error {
			_, err := a.EC2.DescribeLaunchTemplates(a.Context, &ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{"none"}})
			return refused(err, "InvalidLaunchTemplateName.NotFoundException")
		}},
		{"CreateLaunchTemplateVersion: versions are numbered from 1, and the default is the first", templateVersions, "", (*Account).versionsAreNumbered},
		{"CreateLaunchTemplateVersion: a client token that was used gives the same version", ec2Idempotency,
			"ignores client tokens and makes another version", (*Account).tokenGivesSameVersion},
		{"CreateLaunchTemplateVersion: an unknown template is InvalidLaunchTemplateName.NotFoundException", ec2Errors,
			"", func(a *Account) error {
				_, err := a.version("none", "one")
				return refused(err, "InvalidLaunchTemplateName.NotFoundException")
			}},
		{"ModifyLaunchTemplate: the default version moves", templateVersions, "", (*Account).defaultVersionMoves},
		{"DeleteLaunchTemplateVersions: the default version stays, and the answer says so without an error", deleteVersions,
			"", (*Account).defaultVersionStays},
		{"DeleteLaunchTemplate: its versions go with it", ec2Errors, "", (*Account).templateIsDeleted},
		{"DeleteLaunchTemplate: an unknown name is InvalidLaunchTemplateName.NotFoundException", ec2Errors,
			"has the error code MissingParameter", func(a *Account) error {
				return refused(a.deleteTemplate(), "InvalidLaunchTemplateName.NotFoundException")
			}},
	}
}

func (a *Account) template(token string) (id string, err error) {
	out, err := a.EC2.CreateLaunchTemplate(a.Context, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("probe"), ClientToken: &token, VersionDescription: aws.String("first"), LaunchTemplateData: a.templateData(),
		TagSpecifications: []types.TagSpecification{tagged(types.ResourceTypeLaunchTemplate)},
	})
	if err != nil {
		return "", err
	}
	return *out.LaunchTemplate.LaunchTemplateId, nil
}

func (a *Account) templateData() *types.RequestLaunchTemplateData {
	base, _ := a.base() // which the stack has
	return &types.RequestLaunchTemplateData{
		ImageId: &base, InstanceType: types.InstanceTypeT4gSmall,
		NetworkInterfaces: []types.LaunchTemplateInstanceNetworkInterfaceSpecificationRequest{{
			DeviceIndex: aws.Int32(0), Groups: []string{a.Settings.InstanceSecurityGroup},
		}},
	}
}

func (a *Account) version(of, token string) (number int64, err error) {
	out, err := a.EC2.CreateLaunchTemplateVersion(a.Context, &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: &of, ClientToken: &token, VersionDescription: &token, LaunchTemplateData: a.templateData(),
	})
	if err != nil {
		return 0, err
	}
	return *out.LaunchTemplateVersion.VersionNumber, nil
}

// versions returns the numbers of the template's versions and its default.
func (a *Account) versions() (numbers map[int64]string, standard int64, err error) {
	out, err := a.EC2.DescribeLaunchTemplateVersions(a.Context, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: aws.String("probe")})
	if err != nil {
		return nil, 0, err
	}
	numbers = map[int64]string{}
	for _, v := range out.LaunchTemplateVersions {
		numbers[*v.VersionNumber] = aws.ToString(v.VersionDescription)
		if *v.DefaultVersion {
			standard = *v.VersionNumber
		}
	}
	return numbers, standard, nil
}

func (a *Account) versionsAreNumbered() error {
	if _, err := a.template("one"); err != nil {
		return err
	}
	number, err := a.version("probe", "second")
	if err != nil {
		return err
	}
	numbers, standard, err := a.versions()
	return errors.Join(err, same("the new version", number, 2), same("versions", len(numbers), 2), same("the default", standard, 1),
		same("version 1", numbers[1], "first"), same("version 2", numbers[2], "second"))
}

func (a *Account) tokenGivesSameVersion() error {
	if _, err := a.template("one"); err != nil {
		return err
	}
	for range 2 {
		number, err := a.version("probe", "second")
		if err := errors.Join(err, same("the version", number, 2)); err != nil {
			return err
		}
	}
	return nil
}

func (a *Account) makeDefault(version int64) error {
	_, err := a.EC2.ModifyLaunchTemplate(a.Context, &ec2.ModifyLaunchTemplateInput{
		LaunchTemplateName: aws.String("probe"), DefaultVersion: aws.String(strconv.FormatInt(version, 10)),
	})
	return err
}

func (a *Account) defaultVersionMoves() error {
	if _, err := a.template("one"); err != nil {
		return err
	}
	if _, err := a.version("probe", "second"); err != nil {
		return err
	}
	if err := a.makeDefault(2); err != nil {
		return err
	}
	_, standard, err := a.versions()
	return errors.Join(err, same("the default", standard, 2))
}

func (a *Account) defaultVersionStays() error {
	if _, err := a.template("one"); err != nil {
		return err
	}
	if _, err := a.version("probe", "second"); err != nil {
		return err
	}
	out, err := a.EC2.DeleteLaunchTemplateVersions(a.Context, &ec2.DeleteLaunchTemplateVersionsInput{
		LaunchTemplateName: aws.String("probe"), Versions: []string{"1", "2"},
	})
	if err != nil {
		return err
	}
	numbers, _, err := a.versions()
	if err != nil {
		return err
	}
	return errors.Join(same("deleted", len(out.SuccessfullyDeletedLaunchTemplateVersions), 1),
		same("not deleted", len(out.UnsuccessfullyDeletedLaunchTemplateVersions), 1), same("version 1", numbers[1], "first"), same("left", len(numbers), 1))
}

func (a *Account) templateIsDeleted() error {
	if _, err := a.template("one"); err != nil {
		return err
	}
	if err := a.deleteTemplate(); err != nil {
		return err
	}
	_, _, err := a.versions()
	return refused(err, "InvalidLaunchTemplateName.NotFoundException")
}

func (a *Account) deleteTemplate() error {
	_, err := a.EC2.DeleteLaunchTemplate(a.Context, &ec2.DeleteLaunchTemplateInput{LaunchTemplateName: aws.String("probe")})
	return err
}
