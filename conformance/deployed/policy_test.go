//go:build conformance

package deployed

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// statement is an Allow statement of a deployed role's policies. Other effects are refused.
type statement struct {
	Effect    string
	Action    several
	Resource  several
	Condition map[string]map[string]several
}

// several is one string, or an array of them.
type several []string

func (s *several) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*s = several{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(s))
}

// permission is what a call needs of its caller: an action on a resource, in a context of condition
// keys. The resource "*" is that of an action that knows none.
type permission struct {
	action, resource string
	context          map[string]string
}

func (p permission) String() string {
	return fmt.Sprintf("%s on %s with %v", p.action, p.resource, p.context)
}

// policies returns the statements of a function's deployed role.
func (c *cloud) policies(function string) ([]statement, error) {
	found, err := c.functions.deployed.GetFunctionConfiguration(c.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: &function})
	if err != nil {
		return nil, err
	}
	return c.roleStatements(*found.Role)
}

// roleStatements returns the statements of a deployed role.
func (c *cloud) roleStatements(arn string) ([]statement, error) {
	role := arn[strings.LastIndex(arn, "/")+1:]
	names, err := c.IAM.ListRolePolicies(c.Context(), &iam.ListRolePoliciesInput{RoleName: &role})
	if err != nil {
		return nil, err
	}
	var all []statement
	for _, name := range names.PolicyNames {
		policy, err := c.IAM.GetRolePolicy(c.Context(), &iam.GetRolePolicyInput{RoleName: &role, PolicyName: aws.String(name)})
		if err != nil {
			return nil, err
		}
		text, err := url.QueryUnescape(*policy.PolicyDocument)
		if err != nil {
			return nil, err
		}
		var document struct{ Statement []statement }
		if err := json.Unmarshal([]byte(text), &document); err != nil {
			return nil, fmt.Errorf("policy %s of %s: %w", name, role, err)
		}
		all = append(all, document.Statement...)
	}
	return all, nil
}

// allows follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
// for Allow statements.
func (s statement) allows(p permission) bool {
	return s.Effect == "Allow" && anyLike(s.Action, p.action) && anyLike(s.Resource, p.resource) && s.holds(p.context)
}

func anyLike(patterns []string, text string) bool {
	for _, pattern := range patterns {
		if like(pattern, text) {
			return true
		}
	}
	return false
}

// like compares with the wildcards * and ?. A text that is itself a *, of an action that knows no
// resource, is like that pattern only.
func like(pattern, text string) bool {
	if text == "*" {
		return pattern == "*"
	}
	quoted := regexp.QuoteMeta(pattern)
	quoted = strings.ReplaceAll(strings.ReplaceAll(quoted, `\*`, `.*`), `\?`, `.`)
	return regexp.MustCompile("^" + quoted + "$").MatchString(text)
}

// holds wants every key of every operator, which must be one that is known here. ForAllValues holds where the key is
// absent, and Null wants it to be absent or present.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
func (s statement) holds(context map[string]string) bool {
	for operator, keys := range s.Condition {
		for key, wanted := range keys {
			value, has := context[key]
			switch operator {
			case "StringEquals":
				has = has && anyEqual(wanted, value)
			case "ForAllValues:StringEquals":
				has = !has || anyEqual(wanted, value)
			case "Null":
				has = anyEqual(wanted, strconv.FormatBool(!has))
			case "StringLike", "ArnLike", "ArnEquals":
				has = has && anyLike(wanted, value)
			default:
				panic("the condition operator " + operator + " is not known here")
			}
			if !has {
				return false
			}
		}
	}
	return true
}

func anyEqual(wanted []string, value string) bool {
	for _, one := range wanted {
		if one == value {
			return true
		}
	}
	return false
}
