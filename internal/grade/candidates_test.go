package grade

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/release"
)

func TestEmptyAccountGetsNothing(t *testing.T) {
	fresh := whole()
	fresh.VPCs, fresh.Subnets, fresh.Gateways, fresh.Routes = fresh.VPCs[:1], fresh.Subnets[:2], fresh.Gateways[:1], fresh.Routes[:1]
	fresh.Balancers, fresh.Groups, fresh.TargetGroups, fresh.Images, fresh.Versions = nil, nil, nil, nil, nil
	for name, s := range map[string]*Snapshot{"with its default VPC": fresh, "without": {}} {
		t.Run(name, func(t *testing.T) {
			r := Grade(s, DefaultPoints())
			if r.Points != 0 || r.Of != 100 || r.Count(Missing) != len(rows) {
				t.Errorf("it gets %v of %v: %+v", r.Points, r.Of, r.Rows)
			}
			for _, row := range r.Rows {
				if row.Next == "" {
					t.Errorf("%s does not say what to do", row.Row)
				}
			}
		})
	}
}

// beside adds the beginning of a second lesson: a VPC with a load balancer and, if full, a group that it
// leads to.
func (s *Snapshot) beside(full bool) {
	s.VPCs = append(s.VPCs, ec2.Vpc{VpcId: text("vpc-2"), CidrBlock: text("10.0.0.0/16")})
	s.Subnets = append(s.Subnets, ec2.Subnet{SubnetId: text("subnet-2"), VpcId: text("vpc-2"), AvailabilityZone: text("us-east-1a")})
	second := s.Balancers[0]
	second.LoadBalancerArn, second.LoadBalancerName, second.VpcId = text("arn:second"), text("second"), text("vpc-2")
	s.Balancers = append([]elb.LoadBalancer{second}, s.Balancers...)
	if full {
		s.TargetGroups = append(s.TargetGroups, elb.TargetGroup{TargetGroupArn: text("arn:few"), VpcId: text("vpc-2"), LoadBalancerArns: []string{"arn:second"}})
		s.Groups = append([]autoscaling.AutoScalingGroup{{AutoScalingGroupName: text("few"), VPCZoneIdentifier: text("subnet-2"), TargetGroupARNs: []string{"arn:few"}}}, s.Groups...)
	}
}

func TestBestOfSeveralLessonsIsGradedAndNamed(t *testing.T) {
	s := whole()
	s.beside(true)
	r := Grade(s, DefaultPoints())
	if r.Graded != "VPC vpc-1, load balancer front, Auto Scaling group many" {
		t.Errorf("it grades %s", r.Graded)
	}
	if want := []string{"VPC vpc-2", "load balancer second", "Auto Scaling group few"}; !slices.Equal(r.Others, want) {
		t.Errorf("it does not grade %q, want %q", r.Others, want)
	}
	for _, row := range r.Rows {
		if (row.Verdict == Done) == (row.Row == "leftovers") {
			t.Errorf("%s is %s: %q", row.Row, row.Verdict, row.Evidence)
		}
	}
}

// The group of the one would make up for what the other lacks.
func TestLessonsAreNotMixed(t *testing.T) {
	for name, change := range map[string]func(*Snapshot){
		"of two VPCs": func(*Snapshot) {},
		"of one VPC": func(s *Snapshot) {
			s.Balancers[0].VpcId, s.TargetGroups[1].VpcId = text("vpc-1"), text("vpc-1")
			s.Groups[0].VPCZoneIdentifier = text("subnet-a,subnet-b")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := whole()
			s.beside(true)
			change(s)
			// The group of the second one is as good as that of the first, and has a policy.
			few := s.Groups[1]
			few.AutoScalingGroupName, few.TargetGroupARNs, few.VPCZoneIdentifier = text("few"), []string{"arn:few"}, s.Groups[0].VPCZoneIdentifier
			s.Groups[0], s.Policies[0].AutoScalingGroupName = few, text("few")
			r := Grade(s, Points{"balancer": 1, "vpc": 1, "subnets": 3, "listener": 3, "policy": 2})
			if r.Graded != "VPC vpc-1, load balancer front, Auto Scaling group many" || verdictOf(r, "policy") != Missing {
				t.Errorf("it grades %s, and the policy is %s", r.Graded, verdictOf(r, "policy"))
			}
		})
	}
}

// What nothing connects yet is one lesson, if it is in one VPC.
func TestPartsThatAreNotConnectedAreOneLesson(t *testing.T) {
	s := whole()
	s.Groups[0].TargetGroupARNs = nil
	s.beside(false)
	if r := Grade(s, DefaultPoints()); r.Graded != "VPC vpc-1, load balancer front, Auto Scaling group many" {
		t.Errorf("it grades %s", r.Graded)
	}
	s.Groups[0].Status = text("Delete in progress")
	if r := Grade(s, DefaultPoints()); r.Graded != "VPC vpc-1, load balancer front" {
		t.Errorf("with a group that goes it grades %s", r.Graded)
	}
}

func verdictOf(r Report, row string) Verdict {
	return r.Rows[slices.IndexFunc(r.Rows, func(found Result) bool { return found.Row == row })].Verdict
}

// refuse takes the answer of a call away.
func (s *Snapshot) refuse(operation Operation) {
	s.Refused[operation] = release.Errorf(release.AccessDenied, "AWS does not let you")
	switch operation {
	case describeVPCs:
		s.VPCs = nil
	case describeSubnets:
		s.Subnets = nil
	case describeGateways:
		s.Gateways = nil
	case describeRoutes:
		s.Routes = nil
	case describeSecurityGroups:
		s.SecurityGroups = nil
	case describeInstances:
		s.Instances = nil
	case describeImages:
		s.Images = nil
	case describeSnapshots:
		s.Snapshots = nil
	case describeVersions, describeTemplates:
		s.Versions = nil
	case describeBalancers:
		s.Balancers, s.Listeners, s.Pages = nil, nil, nil
	case describeListeners:
		s.Listeners, s.Pages = nil, nil
	case describeTargetGroups:
		s.TargetGroups, s.Health = nil, nil
	case describeTargetHealth:
		s.Health = nil
	case describeGroups:
		s.Groups = nil
	case describePolicies:
		s.Policies = nil
	case describeActivities:
		s.Activities = nil
	case describeAlarms:
		s.Alarms = nil
	}
}

// Nothing of a whole lesson is missing because a call was refused, and each refusal is seen.
func TestRefusedCallMakesRowsUnknown(t *testing.T) {
	for _, call := range calls {
		t.Run(string(call.operation), func(t *testing.T) {
			s := whole()
			s.refuse(call.operation)
			r := Grade(s, DefaultPoints())
			for _, row := range r.Rows {
				if row.Verdict != Done && row.Verdict != Unknown {
					t.Errorf("%s is %s: %q %s", row.Row, row.Verdict, row.Evidence, row.Next)
				}
				if row.Verdict == Unknown && (row.Points != 0 || !slices.Contains(row.Evidence, "AWS does not let you")) {
					t.Errorf("%s has %v points: %q", row.Row, row.Points, row.Evidence)
				}
			}
			// What proves a row in another way is enough.
			enough := slices.Contains([]Operation{describeSnapshots, describeTemplates, describeVersions, describeImages}, call.operation)
			if r.Count(Unknown) == 0 && !enough {
				t.Error("no row is unknown")
			}
			if got := r.Points + r.Unseen; got != r.Of {
				t.Errorf("it has %v points and %v unseen of %v", r.Points, r.Unseen, r.Of)
			}
		})
	}
}

func TestPartlyIsHalfAndUnknownIsNothing(t *testing.T) {
	s := whole()
	s.Groups[0].MaxSize = aws.Int32(4)
	if r := Grade(s, Points{"group": 7, "vpc": 2}); r.Points != 5.5 || r.Of != 9 {
		t.Errorf("it has %v of %v", r.Points, r.Of)
	}
}
