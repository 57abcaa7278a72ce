package cdk

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"photogallery/release"
)

// gitHub is the issuer of the tokens of GitHub's jobs. An account has one identity provider of each issuer, which all
// of its stacks share, so no stack makes it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
const gitHub = "token.actions.githubusercontent.com"

// gitHubSession is how long a job's credentials may last: longer than a release, without its approvals, takes.
const gitHubSession = 4

// gitHubSubject matches the claim sub of a job's token without its first word, repo: a repository, with or without
// the IDs of owner and repository, and perhaps where the job runs.
// https://docs.github.com/en/actions/reference/security/oidc
// https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
var gitHubSubject = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}(@[0-9]+)?/[A-Za-z0-9._-]{1,100}(@[0-9]+)?` +
	`(:pull_request|:environment:[A-Za-z0-9._-]{1,255}|:ref:refs/(heads|tags)/[A-Za-z0-9._/-]{1,255})?$`)

func parseGitHub(o *Options, value string) error {
	o.GitHub = value
	if value == "" {
		return nil
	}
	var problems release.Problems
	for _, subject := range o.gitHubSubjects() {
		if !gitHubSubject.MatchString(subject) {
			problems = append(problems, release.Problem{Message: fmt.Sprintf("%q is no repository, or a part of one's jobs that GitHub does not name so", subject)})
		}
	}
	if len(problems) > 0 {
		return problems
	}
	if len(o.gitHubSubjects()) > maxSubjects {
		return errors.New("too many, as a role's trust has no room for them")
	}
	return nil
}

// A role's trust policy has 2,048 characters.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maxSubjects = 5

func (o Options) gitHubSubjects() []string {
	return strings.Split(strings.ReplaceAll(o.GitHub, " ", ""), ",")
}

// gitHubConflicts refuses a role where nobody may make one.
func (o Options) gitHubConflicts() (problems release.Problems) {
	if o.GitHub != "" && o.Role != "" {
		problems = append(problems, release.Problem{Field: "github", Message: o.GitHub + ": with role the stack makes no role, and a job needs one; leave github or role out"})
	}
	return problems
}

// addGitHub makes the role of a repository's jobs, which may release by the command line and no more.
// It is deleted before the destroyer tears down, so that no job releases into that.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html#idp_oidc_Create_GitHub
func (s *stack) addGitHub(destroyer constructs.IDependable) {
	if s.options.GitHub == "" {
		return
	}
	trust := awsiam.NewWebIdentityPrincipal(jsii.String(pseudo().Replace("arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/"+gitHub)), &map[string]any{
		"StringEquals": map[string]any{gitHub + ":aud": "sts.amazonaws.com"},
		"StringLike":   map[string]any{gitHub + ":sub": subjectPatterns(s.options.gitHubSubjects())},
	})
	role := awsiam.NewRole(s.scope, jsii.String("GitHubRole"), &awsiam.RoleProps{
		AssumedBy:          trust,
		Description:        jsii.String("Releases from GitHub Actions"),
		MaxSessionDuration: awscdk.Duration_Hours(jsii.Number(gitHubSession)),
		InlinePolicies:     &map[string]awsiam.PolicyDocument{"own": document(s.releaseStatements(), nil)},
	})
	role.Node().AddDependency(destroyer)
	s.output("GitHubRoleArn", "The role of the repository's jobs", *role.RoleArn())
}

// subjectPatterns returns the claims that the role trusts. A repository alone stands for all of its jobs.
func subjectPatterns(subjects []string) []string {
	patterns := make([]string, len(subjects))
	for i, subject := range subjects {
		patterns[i] = "repo:" + subject
		if !strings.Contains(subject, ":") {
			patterns[i] += ":*"
		}
	}
	return patterns
}

// releaseStatements let their holder run gallery release, with a bundle and to its end. The table in docs/commands.md
// has the same operations, and tests hold both against it.
func (s *stack) releaseStatements() []Statement {
	environment := s.options.Environment
	machine := environment.ReleaseMachine()
	return []Statement{
		{Actions: []string{"cloudformation:DescribeStacks"}, Resources: []string{arn("cloudformation", "stack/"+*s.scope.StackName()+"/*")}},
		{Actions: []string{"states:StartExecution", "states:ListExecutions"}, Resources: []string{arn("states", "stateMachine:"+machine)}},
		{Actions: []string{"states:DescribeExecution", "states:GetExecutionHistory"}, Resources: []string{arn("states", "execution:"+machine+":*")}},
		{Actions: []string{"s3:GetObject", "s3:PutObject"}, Resources: []string{*s.storage.bucket.BucketArn() + "/" + bundlesPrefix + "*"}},
		{Actions: []string{"scheduler:GetSchedule"}, Resources: []string{arn("scheduler", "schedule/"+environment.Name()+"/*")}},
		{
			Actions: []string{"elasticloadbalancing:DescribeLoadBalancers", "scheduler:ListSchedules"}, Resources: []string{"*"},
			Reason: "they know no resources",
		},
	}
}
