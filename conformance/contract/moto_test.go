//go:build conformance

package contract

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/conformance/emulator"
	"photogallery/conformance/moto"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
)

func TestMotoBehavesAsTheTableSays(t *testing.T) {
	server, err := moto.Start(t.Context(), moto.Options{Pace: 1000, Log: logOf(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	holds(t, "moto", func(b Behavior) string { return b.Moto }, func(t *testing.T) *Account {
		reset(t, server.Endpoint()+"/moto-api/reset")
		return account(t, server.Config(), baseImage)
	})
}

func logOf(t *testing.T) *os.File {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "emulator.log"))
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// holds wants of an emulator that it holds to a behavior or does not, as the table says: what others repair is
// noticed. Each behavior is tried in an account of its own.
func holds(t *testing.T, name string, instead func(Behavior) string, empty func(*testing.T) *Account) {
	t.Helper()
	for _, behavior := range Behaviors() {
		t.Run(behavior.Name, func(t *testing.T) {
			err := try(behavior, func() *Account { return empty(t) })
			// A connection that breaks says nothing of a behavior.
			var broken *net.OpError
			for tries := 1; tries < 3 && errors.As(err, &broken); tries++ {
				err = try(behavior, func() *Account { return empty(t) })
			}
			switch known := instead(behavior); {
			case known == "" && err != nil:
				t.Errorf("%v\n%s", err, behavior.Docs)
			case known != "" && err == nil:
				t.Errorf("%s no more %s", name, known)
			case err != nil:
				t.Logf("%s %s: %v", name, known, err)
			}
		})
	}
}

// try also takes an answer that lacks what AWS's always have for a difference.
func try(behavior Behavior, empty func() *Account) (err error) {
	defer func() {
		if lacking := recover(); lacking != nil {
			err = fmt.Errorf("the answer lacks something: %v", lacking)
			if failed, is := lacking.(error); is {
				err = fmt.Errorf("the answer lacks something: %w", failed)
			}
		}
	}()
	return behavior.Check(empty())
}

// reset empties an emulator. https://docs.getmoto.org/en/latest/docs/server_mode.html
func reset(t *testing.T, url string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
}

// baseImage is the parameter with the ID of Amazon's image.
const baseImage = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"

// account puts the stack's own resources into an empty emulator.
func account(t *testing.T, config aws.Config, baseImage string) *Account {
	t.Helper()
	config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	seed := seeder{t.Context(), step.NewClients(config, nil)}
	settings := step.Settings{
		Environment: "main", Table: "photogallery-main", Bucket: "photogallery-main-" + emulator.Account,
		BaseImageParameter: baseImage,
		ReleaseMachine:     "arn:aws:states:us-east-1:123456789012:stateMachine:photogallery-main-release",
		TeardownMachine:    "arn:aws:states:us-east-1:123456789012:stateMachine:photogallery-main-teardown",
		ScheduleRole:       "arn:aws:iam::123456789012:role/photogallery-main-schedule",
	}
	seed.network(&settings)
	seed.storage(&settings)
	machines := 0
	return &Account{
		Context: t.Context(), Clients: seed.Clients, Settings: settings, Pause: 20 * time.Millisecond, Looks: 150,
		AddMachine: func(definition string) (string, error) {
			machines++
			out, err := seed.SFN.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
				Name: aws.String("probe-" + strconv.Itoa(machines)), Definition: &definition, RoleArn: &settings.ScheduleRole,
			})
			if err != nil {
				return "", err
			}
			return *out.StateMachineArn, nil
		},
	}
}

type seeder struct {
	ctx context.Context
	step.Clients
}

func (s seeder) network(settings *step.Settings) {
	vpc := must((*ec2.Client)(s.EC2).CreateVpc(s.ctx, &ec2.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16")})).Vpc.VpcId
	for i, zone := range []string{"us-east-1a", "us-east-1b"} {
		for j, subnets := range []*[]string{&settings.PublicSubnets, &settings.PrivateSubnets} {
			cidr := "10.0." + strconv.Itoa(2*i+j) + ".0/24"
			out := must((*ec2.Client)(s.EC2).CreateSubnet(s.ctx, &ec2.CreateSubnetInput{VpcId: vpc, CidrBlock: &cidr, AvailabilityZone: aws.String(zone)}))
			*subnets = append(*subnets, *out.Subnet.SubnetId)
		}
	}
	for name, group := range map[string]*string{
		"load-balancer": &settings.LoadBalancerSecurityGroup, "instance": &settings.InstanceSecurityGroup, "builder": &settings.BuilderSecurityGroup,
	} {
		in := &ec2.CreateSecurityGroupInput{VpcId: vpc, GroupName: &name, Description: &name}
		*group = *must((*ec2.Client)(s.EC2).CreateSecurityGroup(s.ctx, in)).GroupId
	}
	for name, group := range map[string]*string{"photogallery-main": &settings.TargetGroup, "photogallery-main-green": &settings.GreenTargetGroup} {
		groups := must((*elb.Client)(s.ELB).CreateTargetGroup(s.ctx, &elb.CreateTargetGroupInput{
			Name: &name, VpcId: vpc, Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(80),
			TargetType: elbtypes.TargetTypeEnumInstance,
		}))
		*group = *groups.TargetGroups[0].TargetGroupArn
	}
}

func (s seeder) storage(settings *step.Settings) {
	must(s.DynamoDB.CreateTable(s.ctx, &dynamodb.CreateTableInput{
		TableName: &settings.Table, BillingMode: dynamodbtypes.BillingModePayPerRequest,
		AttributeDefinitions: []dynamodbtypes.AttributeDefinition{{AttributeName: aws.String(records.Key), AttributeType: "S"}},
		KeySchema:            []dynamodbtypes.KeySchemaElement{{AttributeName: aws.String(records.Key), KeyType: dynamodbtypes.KeyTypeHash}},
	}))
	must(s.S3.CreateBucket(s.ctx, &s3.CreateBucketInput{Bucket: &settings.Bucket}))
	must(s.S3.PutObject(s.ctx, &s3.PutObjectInput{Bucket: &settings.Bucket, Key: aws.String("bundles/default.tar.gz")}))
	settings.DefaultBundle = "s3://" + settings.Bucket + "/bundles/default.tar.gz"
	must(s.Scheduler.CreateScheduleGroup(s.ctx, &scheduler.CreateScheduleGroupInput{Name: aws.String(settings.Environment.Name())}))
}

// must is for what an emulator that works cannot refuse.
func must[Out any](out Out, err error) Out {
	if err != nil {
		panic(err)
	}
	return out
}
