package release

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tag is one tag of a resource.
type Tag struct{ Key, Value string }

// Tags are the tags of a resource in order.
type Tags []Tag

// The limits of an organization's tags. Services differ in the characters that they allow; all of
// them allow these. A stack's tags need a value, a resource has at most 50 tags, and an image has
// seven of ours. The steps read the tags from an environment variable, and a function's variables
// have 4 KB in all.
// https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Tag.html
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const (
	maxTags     = 20
	maxTagKey   = 128   // characters
	maxTagValue = 256   // characters
	maxTagText  = 1_024 // bytes
	tagSigns    = " _.:/=+-@"
)

// ParseTags reads an organization's tags in the form of Tags.String: team=web,cost-center=42.
// Spaces around keys and values are ignored, and "" has no tags. Its error is a Problems that lists
// every problem.
func ParseTags(text string) (tags Tags, err error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	for _, pair := range strings.Split(text, ",") {
		key, value, _ := strings.Cut(pair, "=")
		tags = append(tags, Tag{strings.TrimSpace(key), strings.TrimSpace(value)})
	}
	return tags, tags.Check()
}

// String returns the tags in one line, each as key=value.
func (t Tags) String() string {
	pairs := make([]string, len(t))
	for i, tag := range t {
		pairs[i] = tag.Key + "=" + tag.Value
	}
	return strings.Join(pairs, ",")
}

// Check returns a Problems that lists every problem, or nil.
func (t Tags) Check() error {
	var problems Problems
	wrong := func(format string, args ...any) {
		problems = append(problems, Problem{Message: fmt.Sprintf(format, args...)})
	}
	if len(t) > maxTags {
		wrong("%d tags are more than %d", len(t), maxTags)
	}
	if size := len(t.String()); size > maxTagText {
		wrong("the tags take %d bytes, and the functions' settings have room for %d", size, maxTagText)
	}
	seen := map[string]bool{}
	for _, tag := range t {
		if problem := tag.problem(); problem != "" {
			wrong("tag %q with value %q: %s", tag.Key, tag.Value, problem)
		}
		// IAM roles cannot have two keys that differ only in case.
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
		if folded := strings.ToLower(tag.Key); seen[folded] {
			wrong("tag %q is given twice, or once in another case", tag.Key)
		} else {
			seen[folded] = true
		}
	}
	if problems == nil {
		return nil
	}
	return problems
}

// problem returns the problem of one tag, or "" if there is none.
func (t Tag) problem() string {
	switch {
	case t.Key == "" || t.Value == "":
		return "a tag has a key and a value"
	case utf8.RuneCountInString(t.Key) > maxTagKey || utf8.RuneCountInString(t.Value) > maxTagValue:
		return fmt.Sprintf("a key has at most %d characters and a value %d", maxTagKey, maxTagValue)
	case strings.Contains(t.Key, "=") || !isTagText(t.Key) || !isTagText(t.Value):
		return "only letters, digits, spaces and " + tagSigns[1:] + " are taken, in a key no =, and no space at an end"
	case strings.EqualFold(t.Key, "Name"):
		return "Photogallery gives this tag itself"
	}
	if begins(t.Key, "photogallery:") || begins(t.Key, "aws:") || begins(t.Value, "aws:") {
		return "aws: begins only what AWS gives, and photogallery: only keys that Photogallery gives"
	}
	return ""
}

// begins ignores case, as AWS does.
func begins(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

func isTagText(text string) bool {
	return text == strings.TrimSpace(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !strings.ContainsRune(tagSigns, r)
	})
}
