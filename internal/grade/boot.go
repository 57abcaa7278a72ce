package grade

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// starts finds lines of user data that start a service or a server themselves. What restarts one may have
// found it running.
var starts = regexp.MustCompile(`(?m)^[^#\n]*\b(?:systemctl\s+(?:-\S+\s+)*(?:start|enable)\b|service\s+\S+\s+start\b|nohup\b|setsid\b|docker\s+run\b|flask\s+run\b|gunicorn\b|python3?\s+\S+\.py\b).*$`)

var restarts = regexp.MustCompile(`(?m)^[^#\n]*\bsystemctl\s+(?:-\S+\s+)*(?:re|try-re)start\b`)

// judgeBoot infers: nobody can see from outside what an instance starts at boot. One that the group has
// launched by itself and that answers has started its service without anybody.
func judgeBoot(l *lesson) finding {
	var alone []string
	for _, id := range l.fleet() {
		if slices.Contains(l.healthy(), id) {
			alone = append(alone, id)
		}
	}
	if len(alone) == 0 {
		return missing("Run `sudo systemctl enable` for the app's service, make the image again, and let the group launch from it: no instance of a group answers yet.")
	}
	evidence := fmt.Sprintf("Inferred: launched by the group, and answering on their own: %s.", list(alone))
	script := userData(l)
	if line := starts.FindString(script); line != "" {
		return partly("Run `sudo systemctl enable` for the app's service before you make the image, and take the start out of the user data.",
			evidence, fmt.Sprintf("The user data starts a service, so that the image need not: %q.", strings.TrimSpace(line)))
	}
	if restarts.MatchString(script) {
		return done(evidence, "The user data restarts a service, which would also start one that is not enabled.")
	}
	return done(evidence)
}

// userData returns that of the group's launch template, or "" if it has none.
func userData(l *lesson) string {
	v := l.template()
	if v == nil || v.LaunchTemplateData == nil {
		return ""
	}
	coded := aws.ToString(v.LaunchTemplateData.UserData)
	script, err := base64.StdEncoding.DecodeString(coded)
	if err != nil {
		return coded
	}
	return string(script)
}
