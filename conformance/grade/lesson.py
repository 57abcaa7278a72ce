"""Does the lesson by hand, as a student would: lesson.py ENDPOINT.

For each line of its standard input it does all of it once, and writes a line. The line names the row of
`gallery grade` whose step is left out, or done wrong; an empty one leaves out nothing.
"""

import base64
import sys

import boto3

endpoint, omitted = sys.argv[1], ""
session = boto3.session.Session("conformance", "conformance", region_name="us-east-1")
ec2, elb, groups, alarms = (session.client(service, endpoint_url=endpoint) for service in ("ec2", "elbv2", "autoscaling", "cloudwatch"))


def network():
    block = "10.1.0.0/16" if omitted == "vpc" else "10.0.0.0/16"
    vpc = ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
    zones = ["us-east-1a", "us-east-1a" if omitted == "subnets" else "us-east-1b"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=block.replace(".0.0/16", f".{n}.0/24"), AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for n, zone in enumerate(zones)
    ]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    for subnet in subnets if omitted != "routes" else []:
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    if omitted == "gateway":
        ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    return vpc, subnets


def security_group(vpc, name, **source):
    group = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **source}])
    return group


WORLD = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def image(subnet, group):
    """Makes an image of an instance, which is not needed any more then."""
    amazons = "ami-0c0ffee0c0ffee0c0"
    instance = ec2.run_instances(ImageId=amazons, InstanceType="t2.micro", SubnetId=subnet, SecurityGroupIds=[group], MinCount=1, MaxCount=1)
    instance = instance["Instances"][0]["InstanceId"]
    made = ec2.create_image(InstanceId=instance, Name="my app")["ImageId"]
    if omitted != "leftovers":
        ec2.terminate_instances(InstanceIds=[instance])
    return amazons if omitted == "launch-template" else made


def entrance(vpc, subnets, group):
    targets = elb.create_target_group(
        Name="people", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="instance", HealthCheckPath="/health" if omitted == "target-group" else "/",
    )["TargetGroups"][0]["TargetGroupArn"]
    balancer = elb.create_load_balancer(
        Name="front", Subnets=subnets, SecurityGroups=[group], Scheme="internal" if omitted == "balancer" else "internet-facing", Type="application",
    )["LoadBalancers"][0]["LoadBalancerArn"]
    action = {"Type": "forward", "TargetGroupArn": targets}
    if omitted == "listener":
        action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": "soon"}}
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[action])
    return targets


def fleet(subnets, group, launched, targets):
    script = "#!/bin/bash\necho $(hostname) >/home/ec2-user/foot\n"
    if omitted == "boot":
        script += "cd /home/ec2-user && nohup python3 app.py &\n"
    ec2.create_launch_template(LaunchTemplateName="mine", LaunchTemplateData={
        "ImageId": launched, "InstanceType": "t2.micro", "SecurityGroupIds": [group], "UserData": base64.b64encode(script.encode()).decode(),
    })
    attached = {} if omitted == "attached" else {"TargetGroupARNs": [targets]}
    groups.create_auto_scaling_group(
        AutoScalingGroupName="many", LaunchTemplate={"LaunchTemplateName": "mine", "Version": "$Latest"},
        MinSize=2, MaxSize=2 if omitted == "group" else 5, DesiredCapacity=2, VPCZoneIdentifier=",".join(subnets), **attached,
    )
    if omitted == "attached":
        instances = groups.describe_auto_scaling_groups()["AutoScalingGroups"][0]["Instances"]
        elb.register_targets(TargetGroupArn=targets, Targets=[{"Id": i["InstanceId"]} for i in instances])
    policy = groups.put_scaling_policy(AutoScalingGroupName="many", PolicyName="more", PolicyType="SimpleScaling", AdjustmentType="ChangeInCapacity", ScalingAdjustment=1)
    if omitted != "policy":
        alarms.put_metric_alarm(
            AlarmName="busy", Namespace="AWS/EC2", MetricName="CPUUtilization", Dimensions=[{"Name": "AutoScalingGroupName", "Value": "many"}],
            Statistic="Average", Period=60, EvaluationPeriods=2, Threshold=60, ComparisonOperator="GreaterThanThreshold", AlarmActions=[policy["PolicyARN"]],
        )


def main():
    vpc, subnets = network()
    front = security_group(vpc, "front", **WORLD)
    source = WORLD if omitted == "security-groups" else {"UserIdGroupPairs": [{"GroupId": front}]}
    back = security_group(vpc, "back", **source)
    launched = image(subnets[0], back)
    targets = entrance(vpc, subnets, front)
    fleet(subnets, back, launched, targets)
    if omitted == "image":
        ec2.deregister_image(ImageId=launched)


for line in sys.stdin:
    omitted = line.strip()
    main()
    print("done", flush=True)
