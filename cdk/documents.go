package cdk

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"photogallery/lambdas"
	"photogallery/release"
)

// OptionsDocument returns the table of options in Markdown.
func OptionsDocument() string {
	var text strings.Builder
	text.WriteString("| key | default | allowed | effect |\n|---|---|---|---|\n")
	for _, option := range Table() {
		value := "none"
		if option.Default != "" {
			value = "`" + option.Default + "`"
		}
		fmt.Fprintf(&text, "| `%s` | %s | %s | %s |\n", option.Key, value, option.Allowed, option.Effect)
	}
	return text.String()
}

// PermissionsDocument lists in Markdown what each operation requires of its caller, and for each
// function what it may do, on which resources and why, for the environment "main". The error is
// that of CallersDocument or Permissions.
func PermissionsDocument() (string, error) {
	const environment release.Environment = "main"
	var text strings.Builder
	operations, err := CallersDocument(lambdas.Steps())
	if err != nil {
		return "", err
	}
	text.WriteString(operations + "\n")
	for _, declared := range lambdas.Steps() {
		statements, err := Permissions(environment, declared)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&text, "### %s\n%s %v, %d MB.\n\n", declared.Name, declared.Summary, declared.Timeout, declared.MemoryMB)
		if len(statements) == 0 {
			text.WriteString("Calls nothing.\n\n")
			continue
		}
		text.WriteString("| may | on | if | because |\n|---|---|---|---|\n")
		for _, statement := range statements {
			reason := statement.Reason
			if reason == "" {
				reason = "the step calls it"
			}
			fmt.Fprintf(&text, "| %s | %s | %s | %s |\n", code(statement.Actions), code(short(statement.Resources)), conditionText(statement.Conditions), reason)
		}
		text.WriteString("\n")
	}
	return text.String(), nil
}

func code(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = "`" + word + "`"
	}
	return strings.Join(quoted, " ")
}

// short removes from ARNs the parts that are the same in all: partition, region and account.
func short(resources []string) []string {
	cut := strings.NewReplacer("arn:${AWS::Partition}:", "", ":${AWS::Region}:${AWS::AccountId}:", ":", ":${AWS::Region}::", ":", "::${AWS::AccountId}:", ":")
	shortened := make([]string, len(resources))
	for i, resource := range resources {
		shortened[i] = cut.Replace(resource)
	}
	return shortened
}

func conditionText(conditions map[string]map[string]string) string {
	var texts []string
	for _, operator := range slices.Sorted(maps.Keys(conditions)) {
		for _, key := range slices.Sorted(maps.Keys(conditions[operator])) {
			texts = append(texts, fmt.Sprintf("`%s` is `%s`", key, short([]string{conditions[operator][key]})[0]))
		}
	}
	return strings.Join(texts, ", ")
}
