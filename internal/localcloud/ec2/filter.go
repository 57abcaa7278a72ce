package ec2

import (
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
)

// properties holds what filters compare, by filter name. Tag filters need no entry.
type properties map[string]string

// filtered returns the elements that match all filters. A filter matches if one of its values does.
// Values may contain the wildcards * and ?.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
func filtered[T any](from []T, filters []types.Filter, look func(T) (properties, map[string]string)) ([]T, error) {
	var kept []T
	for _, one := range from {
		matched := true
		for _, filter := range filters {
			found, err := candidates(aws.ToString(filter.Name), look, one)
			if err != nil {
				return nil, err
			}
			matched = matched && slices.ContainsFunc(filter.Values, func(pattern string) bool {
				return slices.ContainsFunc(found, wildcard(pattern).MatchString)
			})
		}
		if matched {
			kept = append(kept, one)
		}
	}
	return kept, nil
}

// candidates returns the values with which a filter of that name is compared.
func candidates[T any](filter string, look func(T) (properties, map[string]string), one T) ([]string, error) {
	own, tags := look(one)
	from := map[string]string(own)
	key, isTag := strings.CutPrefix(filter, "tag:")
	if isTag {
		from = tags
	}
	value, present := from[key]
	if present {
		return []string{value}, nil
	}
	if !isTag {
		return nil, fabric.Errorf("InvalidParameterValue", "The filter '%s' is invalid", filter)
	}
	return nil, nil
}

func wildcard(pattern string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(pattern)
	quoted = strings.ReplaceAll(quoted, `\*`, `.*`)
	quoted = strings.ReplaceAll(quoted, `\?`, `.`)
	return regexp.MustCompile(`^(?s:` + quoted + `)$`)
}
