package doctor

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/release"
)

// usualStack is the default stack of `npx cdk deploy`.
var usualStack = release.Environment("main").Name()

// photoBucket finds the photos of a destroyed stack, which the next deployment must be told to
// import. A stack is named after its environment, and its bucket after the stack.
func (e *examination) photoBucket(ctx context.Context) Finding {
	stack := cmp.Or(e.Stack, usualStack)
	if e.environment != "" || e.exists(ctx, stack) {
		return Finding{}
	}
	bucket := stack + "-" + e.account + "-" + e.Config.Region
	_, err := e.S3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket})
	switch {
	case release.IsNotFound(err):
		return well("%s is still to be made", bucket)
	case err != nil:
		return e.unseen(err)
	}
	return well("%s is there, as a former stack has left it", bucket).
		but(Warning, "Deploy with `npx cdk deploy --import-existing-resources`, which takes it in: a plain deployment would end at it.")
}

// exists reports whether a stack exists in any state except the one that a deployment deletes
// first. If it cannot tell it returns true, so that nothing is reported.
func (e *examination) exists(ctx context.Context, stack string) bool {
	out, err := e.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	return err == nil && len(out.Stacks) > 0 && out.Stacks[0].StackStatus != types.StackStatusRollbackComplete
}
