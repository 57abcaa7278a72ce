package cdk

import (
	"fmt"
	"strings"
)

// message is what people read about an event.
type message struct {
	text  string            // with the names of paths in angle brackets
	free  string            // the name of the path whose value may have any characters; text ends with it, or does not have it
	link  string            // where to look
	paths map[string]string // where the values are in the event, by their names
}

// plain returns the template of a message of two lines.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
func (m message) plain() string {
	return fmt.Sprintf(`"%s"`+"\n"+`"%s"`, m.text, m.link)
}

// parts returns the lines of a message as values of a JSON template. EventBridge escapes no value,
// so one that may have quotation marks must be a value of its own, which EventBridge writes as JSON.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
func (m message) parts() []string {
	head, _, hasFree := strings.Cut(m.text, ": <"+m.free+">")
	parts := []string{`"` + strings.TrimSuffix(head, ".") + `."`}
	if hasFree {
		parts = append(parts, "<"+m.free+">")
	}
	return append(parts, `"`+m.link+`"`)
}

// The forms of a webhook.
const (
	slack = "slack"
	teams = "teams"
)

// posted returns the template of the JSON that a webhook takes.
func (m message) posted(form string) string {
	parts := m.parts()
	if form == slack {
		// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
		return fmt.Sprintf(`{"text": %s, "attachments": [%s]}`, parts[0], each(parts[1:], `{"text": %s}`))
	}
	// https://learn.microsoft.com/en-us/connectors/teams/#microsoft-teams-webhook
	return fmt.Sprintf(`{"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", `+
		`"content": {"type": "AdaptiveCard", "version": "1.4", "body": [%s]}}]}`, each(parts, `{"type": "TextBlock", "wrap": true, "text": %s}`))
}

func each(parts []string, format string) string {
	formatted := make([]string, len(parts))
	for i, part := range parts {
		formatted[i] = fmt.Sprintf(format, part)
	}
	return strings.Join(formatted, ", ")
}
