package execution

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// answer has the fields by which steps tell people of their progress; each answers with some.
type answer struct {
	Outcome, WaitingFor, Report, Reason, Progress, Status, State string
	Percent, Healthy, Wanted                                     *int
	Image, Instance, Zone, Version, InstanceType                 string
	MinSize, MaxSize                                             int
	Removed                                                      []string
}

// note is what a step's last answer says of its progress, for people, or until there is one what the
// step waits for; "" if nothing.
func (s *State) note() string {
	if s.answer == "" {
		return prospect(s.Name, s.input)
	}
	var a answer
	if json.Unmarshal([]byte(s.answer), &a) != nil {
		return "" // an answer of another form has nothing for people
	}
	switch {
	case a.Outcome == "acquired", a.Outcome == "" && a.Report != "":
		return "" // Unlock reports what the execution's outcome tells
	case a.WaitingFor != "":
		return "waiting for " + a.WaitingFor
	case a.Report != "":
		return a.Report
	case a.Percent != nil && a.Status != "":
		return strings.TrimSuffix(fmt.Sprintf("%s, %d %%: %s", a.Status, *a.Percent, a.Reason), ": ")
	case a.Reason != "":
		return a.Reason
	case a.Healthy != nil:
		return a.health()
	case len(a.Removed) > 0:
		return "removed " + arnPrefix.ReplaceAllString(few(a.Removed), "")
	}
	return a.things()
}

func (a answer) health() string {
	if a.Wanted == nil {
		return fmt.Sprintf("%d healthy", *a.Healthy)
	}
	return fmt.Sprintf("%d of %d healthy", *a.Healthy, *a.Wanted)
}

// things names what the answer is about.
func (a answer) things() string {
	switch {
	case a.MaxSize > 0:
		return strings.TrimSpace(fmt.Sprintf("version %s, %d to %d %s", a.Version, a.MinSize, a.MaxSize, a.InstanceType))
	case a.Instance != "":
		return strings.TrimSuffix(a.Instance+" in "+a.Zone, " in ")
	case a.State == "absent":
		return "none yet"
	case a.State == "present":
		return "there is one"
	case a.State == "available" && a.Progress == "":
		return strings.TrimSpace("reuses " + a.Image)
	case a.Progress != "":
		return strings.TrimSpace(a.Image + " " + a.Progress)
	case a.Image != "":
		return a.Image
	case a.State != "":
		return a.State
	case a.Version != "":
		return "version " + a.Version
	}
	return a.Status
}

// arnPrefix is the part of an ARN that tells people nothing; what names the resource follows.
var arnPrefix = regexp.MustCompile(`\barn:[^ ]*:([a-z]+/)?`)

func few(names []string) string {
	const most = 3
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// prospect is what a step waits for before its function has told anything.
func prospect(name, input string) string {
	var known struct {
		Builder struct{ Instance string }
	}
	if name != "AwaitBuild" || json.Unmarshal([]byte(input), &known) != nil || known.Builder.Instance == "" {
		return ""
	}
	return "builder " + known.Builder.Instance + " provisions itself"
}
