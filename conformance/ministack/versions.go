package ministack

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// deleteVersions remembers the versions by their template's ID: another template may have its name.
func (s *Server) deleteVersions(w http.ResponseWriter, made call) {
	out, err := s.behind.EC2.DescribeLaunchTemplates(made.Context(), &ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{made.form.Get("LaunchTemplateName")}})
	if err == nil {
		for i := 1; made.form.Has(fmt.Sprintf("LaunchTemplateVersion.%d", i)) && len(out.LaunchTemplates) == 1; i++ {
			s.deleted.Store(*out.LaunchTemplates[0].LaunchTemplateId+" "+made.form.Get(fmt.Sprintf("LaunchTemplateVersion.%d", i)), true)
		}
	}
	answer(w, made, "<successfullyDeletedLaunchTemplateVersionSet/>", err)
}

func (s *Server) describeVersions(w http.ResponseWriter, made call) {
	s.pass(w, made, func(answer []byte) []byte {
		text := strings.ReplaceAll(string(answer), "InvalidLaunchTemplateId.NotFoundException", "InvalidLaunchTemplateName.NotFoundException")
		return []byte(s.withoutDeleted(text))
	})
}

// withoutDeleted leaves the versions that were deleted out of an answer's list.
func (s *Server) withoutDeleted(text string) string {
	const begin, end = "<item><launchTemplateId>", "</launchTemplateVersionSet>"
	list, rest, _ := strings.Cut(text, end)
	versions := strings.Split(list, begin)
	kept := versions[0]
	for _, version := range versions[1:] {
		id, _, _ := strings.Cut(version, "</launchTemplateId>")
		_, number, _ := strings.Cut(version, "<versionNumber>")
		number, _, _ = strings.Cut(number, "</versionNumber>")
		if _, is := s.deleted.Load(id + " " + number); !is {
			kept += begin + version
		}
	}
	if list == text {
		return kept // an error
	}
	return kept + end + rest
}
