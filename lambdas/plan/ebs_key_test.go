package plan_test

import (
	"testing"

	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const ownKey = "arn:aws:kms:us-east-1:123456789012:key/0ea3fef3-80a7-4778-9d8c-1c0c6f4c3d2a"

func TestPlanRefusesADefaultKeyThatABuilderMayNotUse(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.fabric.Do(func() { c.ec2.SetDefaultKey(ownKey) })
		c.refuses(`{}`, release.InvalidRequest, "ebsKey: ", ownKey, "-c ebsKey="+ownKey, "-c ebsKey=alias/aws/ebs", "docs/configuration.md")
		c.refuses(`{"minSize": 1, "instanceType": "t9.huge"}`, release.InvalidRequest, "ebsKey: ", "instanceType: ")
		for _, chosen := range []string{ownKey, step.ManagedKey} {
			c.settings.EBSKey = chosen
			c.mustPlan(`{}`)
		}
	})
}

// An ARN of the alias is AWS's key as well.
func TestPlanTakesAWSsOwnKey(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.mustPlan(`{}`)
		c.fabric.Do(func() { c.ec2.SetDefaultKey("arn:aws:kms:us-east-1:123456789012:alias/aws/ebs") })
		c.mustPlan(`{}`)
	})
}

// What is baked keeps its key, whatever the default has become.
func TestPlanAsksForNoKeyWhereNothingIsBaked(t *testing.T) {
	inCloud(t, func(c *cloud) {
		digest := digestOf(bundleOf("own"))
		image := c.image(map[string]string{release.TagEnvironment: "main", release.TagDigest: digest, release.TagVersion: "1", release.TagBundle: bundleOf("own").URL()})
		c.fabric.Do(func() { c.ec2.SetDefaultKey(ownKey) })
		c.mustPlan(`{"image": "` + image + `"}`)
		c.refuses(`{"bundle": "`+bundleOf("other").URL()+`"}`, release.InvalidRequest, "ebsKey: ")
	})
}

func TestPlanRefusesAKeyOfAnotherRegion(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.settings.EBSKey = "arn:aws:kms:eu-west-1:123456789012:key/0ea3fef3-80a7-4778-9d8c-1c0c6f4c3d2a"
		c.refuses(`{}`, release.InvalidRequest, "ebsKey: ", "another region than us-east-1")
	})
}

func TestFailedKeyLookupIsNotARequestProblem(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.answer("GetEbsDefaultKmsKeyId", func() (any, error) { return nil, fabric.Errorf("RequestLimitExceeded", "slow down") })
		c.refuses(`{}`, release.Throttled, "slow down")
	})
}
