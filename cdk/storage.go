package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"photogallery/gallery-ami/recipe/settings"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// The prefixes of the bucket.
const (
	photosPrefix  = "gallery/"
	bundlesPrefix = "bundles/"
)

// storage holds what outlives releases: the photos, the lock, and a target group for each slot,
// which cost nothing and stay the same for alarms and dashboards.
type storage struct {
	bucket      awss3.Bucket
	table       awsdynamodb.Table
	blue, green elb.ApplicationTargetGroup
	accessLogs  awss3.Bucket // nil without the option
}

func (s *stack) addStorage() {
	// The second one has no name of its own: CloudFormation makes one that is within 32 characters
	// for every environment.
	s.storage = storage{
		bucket: s.photoBucket(), table: s.table(),
		blue: s.targetGroup("Targets", jsii.String(s.options.Environment.Name())), green: s.targetGroup("GreenTargets", nil),
	}
	if s.network.s3 != nil {
		s.allowPhotosAlone()
	}
	if s.options.AccessLogs {
		s.storage.accessLogs = s.accessLogBucket()
		s.quietEmptier()
	}
}

// allowPhotosAlone closes the fleet's way to S3 for all other buckets.
func (s *stack) allowPhotosAlone() {
	s.network.s3.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("PhotosAlone"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
		Actions:    jsii.Strings("s3:*"),
		Resources:  jsii.Strings(*s.storage.bucket.BucketArn(), *s.storage.bucket.ArnForObjects(jsii.String("*"))),
	}))
}

// photoBucket makes the only resource that remains when the stack is destroyed. CloudFormation
// imports a bucket only by a name that is written in the template; see Assets.
func (s *stack) photoBucket() awss3.Bucket {
	bucket := awss3.NewBucket(s.scope, jsii.String("Photos"), &awss3.BucketProps{
		BucketName:        jsii.String(s.bucketName()),
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		MinimumTLSVersion: jsii.Number(1.2),
		Versioned:         jsii.Bool(true),
		// A failed creation removes the empty bucket, with which the next one would conflict.
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE,
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Id:                                  jsii.String("forget-the-deleted"),
			NoncurrentVersionExpiration:         awscdk.Duration_Days(jsii.Number(30)),
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1)),
			ExpiredObjectDeleteMarker:           jsii.Bool(true),
		}, forgetSoon("settings", settings.DocumentPrefix), forgetSoon("secrets", settings.SecretPrefix), forgetRuns()},
	})
	// A policy that remained with the bucket would conflict with the next deployment's.
	bucket.Policy().ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY)
	bucket.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("UploadKeyAndSBOMsAreMadeOnce"),
		Effect:     awsiam.Effect_DENY,
		Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
		Actions:    jsii.Strings("s3:PutObject"),
		Resources:  jsii.Strings(*bucket.ArnForObjects(jsii.String(release.UploadKeyObject)), *bucket.ArnForObjects(jsii.String(release.SBOMPrefix + "*"))),
		Conditions: &map[string]any{"Null": map[string]string{"s3:if-none-match": "true"}},
	}))
	return bucket
}

// forgetSoon removes what is deleted after a day, the least that S3 takes. Of two rules the shorter time
// holds.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html
func forgetSoon(kind, prefix string) *awss3.LifecycleRule {
	return &awss3.LifecycleRule{
		Id: jsii.String("forget-deleted-" + kind), Prefix: jsii.String(prefix), NoncurrentVersionExpiration: awscdk.Duration_Days(jsii.Number(1)),
	}
}

// forgetRuns deletes after a day the commands and outputs that `gallery run` has not: commands may hold
// secrets. An object that a rule expires becomes a noncurrent version, which has a day more.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
func forgetRuns() *awss3.LifecycleRule {
	rule := forgetSoon("runs", release.RunsPrefix)
	rule.Expiration = awscdk.Duration_Days(jsii.Number(1))
	return rule
}

func (s *stack) bucketName() string {
	account, region := *s.scope.Account(), *s.scope.Region()
	if s.assets.Account != "" && s.assets.Region != "" {
		account, region = s.assets.Account, s.assets.Region
	}
	return *s.name(account + "-" + region)
}

func (s *stack) table() awsdynamodb.Table {
	return awsdynamodb.NewTable(s.scope, jsii.String("Table"), &awsdynamodb.TableProps{
		PartitionKey:        &awsdynamodb.Attribute{Name: jsii.String(records.Key), Type: awsdynamodb.AttributeType_STRING},
		TimeToLiveAttribute: jsii.String(records.Expires),
		BillingMode:         awsdynamodb.BillingMode_PAY_PER_REQUEST,
		RemovalPolicy:       awscdk.RemovalPolicy_DESTROY,
	})
}

func (s *stack) targetGroup(id string, name *string) elb.ApplicationTargetGroup {
	return elb.NewApplicationTargetGroup(s.scope, jsii.String(id), &elb.ApplicationTargetGroupProps{
		TargetGroupName:     name,
		Vpc:                 s.network.vpc,
		TargetType:          elb.TargetType_INSTANCE,
		Protocol:            elb.ApplicationProtocol_HTTP,
		Port:                jsii.Number(80),
		DeregistrationDelay: awscdk.Duration_Seconds(jsii.Number(30)),
		HealthCheck: &elb.HealthCheck{
			Path:                    jsii.String("/"),
			HealthyHttpCodes:        jsii.String("200"),
			Interval:                awscdk.Duration_Seconds(jsii.Number(10)),
			Timeout:                 awscdk.Duration_Seconds(jsii.Number(5)),
			HealthyThresholdCount:   jsii.Number(2),
			UnhealthyThresholdCount: jsii.Number(6),
		},
	})
}

func (s *stack) accessLogBucket() awss3.Bucket {
	bucket := awss3.NewBucket(s.scope, jsii.String("AccessLogs"), &awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		RemovalPolicy:     awscdk.RemovalPolicy_DESTROY,
		AutoDeleteObjects: jsii.Bool(true),
		LifecycleRules:    &[]*awss3.LifecycleRule{{Expiration: awscdk.Duration_Days(jsii.Number(s.options.LogDays))}},
	})
	// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
	bucket.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("LoadBalancerLogs"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("logdelivery.elasticloadbalancing.amazonaws.com"), nil)},
		Actions:    jsii.Strings("s3:PutObject"),
		Resources:  jsii.Strings(*bucket.ArnForObjects(jsii.String("AWSLogs/" + *awscdk.Aws_ACCOUNT_ID() + "/*"))),
		Conditions: conditions(map[string]map[string]string{"ArnLike": {"aws:SourceArn": arn("elasticloadbalancing", "loadbalancer/app/"+s.options.Environment.Name()+"/*")}}, nil),
	}))
	return bucket
}

// quietEmptier makes the CDK's function that empties the access logs write to the steps' log group.
// By default it makes its own log group, which nobody would delete.
func (s *stack) quietEmptier() {
	provider := s.scope.Node().FindChild(jsii.String("Custom::S3AutoDeleteObjectsCustomResourceProvider"))
	handler := provider.Node().FindChild(jsii.String("Handler")).(awscdk.CfnResource)
	handler.AddPropertyOverride(jsii.String("LoggingConfig"), map[string]any{"LogGroup": s.logs.steps.LogGroupName()})
	if s.roles.given != nil {
		return
	}
	role := provider.Node().FindChild(jsii.String("Role")).(awscdk.CfnResource)
	role.AddPropertyDeletionOverride(jsii.String("ManagedPolicyArns"))
	role.AddPropertyOverride(jsii.String("Policies"), []any{map[string]any{
		"PolicyName": "own", "PolicyDocument": document([]Statement{s.logStatement()}, nil),
	}})
}
