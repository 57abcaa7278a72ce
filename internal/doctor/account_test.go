package doctor

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cloudformationtypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	quotatypes "github.com/aws/aws-sdk-go-v2/service/servicequotas/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	cloudec2 "photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
	"photogallery/lambdas/plan"
)

// account is an AWS account around an embedded cloud with a deployed environment.
type account struct {
	*testing.T
	*stack.Stack
	Options

	caller      string
	status      cloudformationtypes.StackStatus // "" for no stack
	made        string                          // the architecture of the stack, or "" if it does not say so
	key         string                          // that the stack was deployed with, or "" for none
	own         []types.RouteTable              // of a VPC that the stack did not make, or nil
	endpoints   []types.VpcEndpoint
	vpcs        int
	quotas      map[string]float64 // that apply, by code; those that are absent have their default
	rate        float64            // of state transitions
	concurrency int32
	door        string // the address of the stack's front door, or "" if it has none
	reserved    *int32 // for it
	stored      int64  // bytes of code
	empty       bool   // of Lambda's answer
	buckets     map[string]bool
	roles       map[string]bool
	mayMake     bool
	defaultZone []string         // zones with a default subnet
	offered     []string         // zones that have the instance type, or nil for those of the embedded cloud
	others      []types.Instance // of nobody's business here
	refused     map[string]error // by operation
	tools       map[string]string
}

// healthy is an account in which nothing is wrong.
func healthy(t *testing.T, test func(*account)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, err := stack.New(stack.Options{Environment: "main", Kind: machine.NewSimulated(nil), Random: func() float64 { return 0.5 }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		a := &account{
			T: t, Stack: s, Options: Options{MinSize: 2, MaxSize: 5},
			caller: "arn:aws:sts::123456789012:assumed-role/Developer/ann", status: cloudformationtypes.StackStatusCreateComplete,
			vpcs: 1, quotas: map[string]float64{plan.StandardQuota: 32}, rate: 800, concurrency: 1000,
			roles:   map[string]bool{"AWSServiceRoleForAutoScaling": true, "AWSServiceRoleForElasticLoadBalancing": true},
			refused: map[string]error{}, tools: map[string]string{"node": "v24.21.0", "npm": "11.6.1", "go": "go1.26.8"},
			defaultZone: []string{"us-east-1a", "us-east-1b", "us-east-1c"},
		}
		a.Config = s.Cloud.Fabric.Config()
		a.Tool = a.tool
		s.Cloud.Fabric.Do(func() { s.Cloud.SSM.Set(bootstrapParameter, "29") })
		a.attach()
		test(a)
	})
}

func (a *account) attach() {
	f := a.Cloud.Fabric
	fabric.Handle(f, "STS", "GetCallerIdentity", func(*sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
		return &sts.GetCallerIdentityOutput{Account: aws.String(fabric.Account), Arn: &a.caller}, nil
	})
	fabric.Handle(f, "IAM", "GetRole", a.getRole)
	fabric.Handle(f, "IAM", "SimulatePrincipalPolicy", a.simulate)
	fabric.Handle(f, "Lambda", "GetAccountSettings", func(*lambda.GetAccountSettingsInput) (*lambda.GetAccountSettingsOutput, error) {
		if a.empty {
			return &lambda.GetAccountSettingsOutput{}, nil
		}
		return &lambda.GetAccountSettingsOutput{AccountLimit: &lambdatypes.AccountLimit{
			ConcurrentExecutions: a.concurrency, UnreservedConcurrentExecutions: &a.concurrency, TotalCodeSize: 75 << 30,
		}, AccountUsage: &lambdatypes.AccountUsage{TotalCodeSize: a.stored}}, nil
	})
	fabric.Handle(f, "Lambda", "GetFunctionConcurrency", func(in *lambda.GetFunctionConcurrencyInput) (*lambda.GetFunctionConcurrencyOutput, error) {
		if a.door == "" || *in.FunctionName != "photogallery-main-front-door" {
			return nil, fabric.Errorf("ResourceNotFoundException", "Function not found: %s", *in.FunctionName)
		}
		return &lambda.GetFunctionConcurrencyOutput{ReservedConcurrentExecutions: a.reserved}, nil
	})
	fabric.Handle(f, "S3", "HeadBucket", func(in *s3.HeadBucketInput) (*s3.HeadBucketOutput, error) {
		if !a.buckets[*in.Bucket] {
			return nil, fabric.Errorf("NotFound", "Not Found")
		}
		return &s3.HeadBucketOutput{}, nil
	})
	fabric.Handle(f, "CloudFormation", "DescribeStacks", a.describeStacks)
	fabric.Handle(f, "EC2", "DescribeVpcs", func(*ec2.DescribeVpcsInput) (*ec2.DescribeVpcsOutput, error) {
		return &ec2.DescribeVpcsOutput{Vpcs: make([]types.Vpc, a.vpcs)}, nil
	})
	fabric.Handle(f, "EC2", "DescribeRouteTables", func(*ec2.DescribeRouteTablesInput) (*ec2.DescribeRouteTablesOutput, error) {
		return &ec2.DescribeRouteTablesOutput{RouteTables: a.own}, nil
	})
	fabric.Handle(f, "EC2", "DescribeVpcEndpoints", func(*ec2.DescribeVpcEndpointsInput) (*ec2.DescribeVpcEndpointsOutput, error) {
		return &ec2.DescribeVpcEndpointsOutput{VpcEndpoints: a.endpoints}, nil
	})
	fabric.Handle(f, "EC2", "DescribeAvailabilityZones", a.describeZones)
	fabric.Handle(f, "Service Quotas", "GetAWSDefaultServiceQuota", func(in *servicequotas.GetAWSDefaultServiceQuotaInput) (*servicequotas.GetAWSDefaultServiceQuotaOutput, error) {
		return &servicequotas.GetAWSDefaultServiceQuotaOutput{Quota: &quotatypes.ServiceQuota{QuotaCode: in.QuotaCode, Value: aws.Float64(5)}}, nil
	})
	fabric.Handle(f, "Service Quotas", "ListServiceQuotas", func(*servicequotas.ListServiceQuotasInput) (*servicequotas.ListServiceQuotasOutput, error) {
		return &servicequotas.ListServiceQuotasOutput{Quotas: []quotatypes.ServiceQuota{
			{QuotaName: aws.String("StartExecution throttle token bucket size"), QuotaCode: aws.String("L-0"), Value: aws.Float64(1)},
			{QuotaName: aws.String(transitionRate), QuotaCode: aws.String("L-1"), Value: &a.rate},
		}}, nil
	})
	f.Intercept(a.instead)
}

// instead answers what the embedded cloud knows in part only.
func (a *account) instead(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
	if err := a.refused[call.Operation.Name]; err != nil && call.Caller == "" {
		return nil, err
	}
	switch in := call.Input.(type) {
	case *servicequotas.GetServiceQuotaInput:
		if value, applies := a.quotas[*in.QuotaCode]; applies {
			return &servicequotas.GetServiceQuotaOutput{Quota: &quotatypes.ServiceQuota{QuotaCode: in.QuotaCode, Value: &value}}, nil
		}
	case *ec2.DescribeSubnetsInput:
		if len(in.Filters) > 0 && *in.Filters[0].Name == "default-for-az" {
			out := &ec2.DescribeSubnetsOutput{}
			for _, zone := range a.defaultZone {
				out.Subnets = append(out.Subnets, types.Subnet{AvailabilityZone: aws.String(zone)})
			}
			return out, nil
		}
	case *ec2.DescribeInstanceTypeOfferingsInput:
		if a.offered != nil {
			out := &ec2.DescribeInstanceTypeOfferingsOutput{}
			for _, zone := range a.offered {
				out.InstanceTypeOfferings = append(out.InstanceTypeOfferings, types.InstanceTypeOffering{Location: aws.String(zone)})
			}
			return out, nil
		}
	case *ec2.DescribeInstancesInput:
		if len(in.Filters) > 0 && *in.Filters[0].Name == "instance-state-name" {
			return &ec2.DescribeInstancesOutput{Reservations: []types.Reservation{{Instances: a.others}}}, nil
		}
	}
	return next()
}

func (a *account) getRole(in *iam.GetRoleInput) (*iam.GetRoleOutput, error) {
	if !a.roles[*in.RoleName] {
		return nil, &iamtypes.NoSuchEntityException{Message: aws.String("The role with name " + *in.RoleName + " cannot be found.")}
	}
	return &iam.GetRoleOutput{Role: &iamtypes.Role{RoleName: in.RoleName}}, nil
}

func (a *account) simulate(in *iam.SimulatePrincipalPolicyInput) (*iam.SimulatePrincipalPolicyOutput, error) {
	if *in.PolicySourceArn != "arn:aws:iam::123456789012:role/Developer" {
		return nil, &iamtypes.NoSuchEntityException{Message: in.PolicySourceArn}
	}
	decision := iamtypes.PolicyEvaluationDecisionTypeImplicitDeny
	if a.mayMake {
		decision = iamtypes.PolicyEvaluationDecisionTypeAllowed
	}
	return &iam.SimulatePrincipalPolicyOutput{EvaluationResults: []iamtypes.EvaluationResult{{EvalDecision: decision}}}, nil
}

func (a *account) describeStacks(in *cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error) {
	name := a.Settings.Environment.Name()
	if asked := aws.ToString(in.StackName); asked != "" && (asked != name || a.status == "") {
		return nil, fabric.Errorf("ValidationError", "Stack with id %s does not exist", asked)
	}
	if a.status == "" {
		return &cloudformation.DescribeStacksOutput{}, nil
	}
	var network []cloudformationtypes.Output
	if a.own != nil {
		network = []cloudformationtypes.Output{
			{OutputKey: aws.String("VpcId"), OutputValue: aws.String(cloudec2.VPC)},
			{OutputKey: aws.String("PublicSubnetIds"), OutputValue: aws.String(strings.Join(a.Settings.PublicSubnets, ","))},
			{OutputKey: aws.String("PrivateSubnetIds"), OutputValue: aws.String(strings.Join(a.Settings.PrivateSubnets, ","))},
		}
	}
	return &cloudformation.DescribeStacksOutput{Stacks: []cloudformationtypes.Stack{{
		StackName: &name, StackStatus: a.status,
		Outputs: append(network, []cloudformationtypes.Output{
			{OutputKey: aws.String("Environment"), OutputValue: aws.String(string(a.Settings.Environment))},
			{OutputKey: aws.String("TableName"), OutputValue: &a.Settings.Table},
			{OutputKey: aws.String("Architecture"), OutputValue: &a.made},
			{OutputKey: aws.String("EbsKey"), OutputValue: &a.key},
			{OutputKey: aws.String("FrontDoorUrl"), OutputValue: &a.door},
			{OutputKey: aws.String("ReleaseStateMachineArn"), OutputValue: &a.Settings.ReleaseMachine},
			{OutputKey: aws.String("TeardownStateMachineArn"), OutputValue: &a.Settings.TeardownMachine},
		}...),
	}}}, nil
}

func (a *account) describeZones(*ec2.DescribeAvailabilityZonesInput) (*ec2.DescribeAvailabilityZonesOutput, error) {
	return &ec2.DescribeAvailabilityZonesOutput{AvailabilityZones: []types.AvailabilityZone{
		{ZoneName: aws.String("us-east-1b")}, {ZoneName: aws.String("us-east-1a")},
	}}, nil
}

func (a *account) tool(_ context.Context, name string, _ ...string) (string, error) {
	if said, installed := a.tools[name]; installed {
		return said, nil
	}
	return "", errors.New("exec: \"" + name + "\": executable file not found in $PATH")
}

// examined returns the findings by their check.
func (a *account) examined() map[string]Finding {
	a.Helper()
	found := map[string]Finding{}
	Examine(a.Context(), a.Options, func(f Finding) {
		if f.Saw == "" || f.Verdict == "" || (f.Remedy == "") != (f.Verdict == OK) {
			a.Errorf("%+v is no finding", f)
		}
		if _, twice := found[f.Check]; twice {
			a.Errorf("%s is found twice", f.Check)
		}
		found[f.Check] = f
	})
	return found
}
