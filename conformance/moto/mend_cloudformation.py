"""What moto's CloudFormation lacks."""

import ipaddress
import json
import re

import boto3
from moto.awslambda.models import LambdaVersion, lambda_backends
from moto.cloudformation import parsing
from moto.cloudformation.models import ChangeSet, Stack
from moto.core.common_models import CloudFormationModel
from moto.ec2.models import ec2_backends
from moto.ec2.models.route_tables import RouteTable
from moto.ec2.models.subnets import SubnetBackend
from moto.ec2.models.vpcs import VPC
from moto.elbv2.models import FakeTargetGroup
from moto.iam.models import Role
from moto.stepfunctions import models as stepfunctions
from moto.stepfunctions.parser.models import stepfunctions_parser_backends


def run_state_machines():
    """Without it a template's state machines are made in a backend that does not run them, and keep
    the ${Names} of DefinitionSubstitutions."""
    stepfunctions.stepfunctions_backends = stepfunctions_parser_backends
    create = stepfunctions.StateMachine.create_from_cloudformation_json.__func__

    def substituted(cls, name, template, account_id, region_name, **kwargs):
        properties = template["Properties"]
        values = properties.get("DefinitionSubstitutions", {})
        properties["DefinitionString"] = re.sub(
            r"\$\{(\w+)\}", lambda found: values.get(found[1], found[0]), properties["DefinitionString"]
        )
        return create(cls, name, template, account_id, region_name, **kwargs)

    stepfunctions.StateMachine.create_from_cloudformation_json = classmethod(substituted)


def cut_networks():
    """Without it there is neither Fn::Cidr nor a VPC's Ipv6CidrBlocks."""
    clean, attribute = parsing.clean_json, VPC.get_cfn_attribute

    def cut(template, resources):
        if isinstance(template, dict) and "Fn::Cidr" in template:
            block, count, bits = (clean(part, resources) for part in template["Fn::Cidr"])
            network = ipaddress.ip_network(block)
            subnets = network.subnets(new_prefix=network.max_prefixlen - int(bits))
            return [str(next(subnets)) for _ in range(int(count))]
        return clean(template, resources)

    def with_ipv6(self, name):
        if name == "Ipv6CidrBlocks":
            return [block["cidr_block"] for block in self.get_cidr_block_association_set(ipv6=True)]
        return attribute(self, name)

    parsing.clean_json = cut
    VPC.get_cfn_attribute = with_ipv6


def name_versions():
    """Without it a reference to a function's version is no ARN."""

    def create(cls, name, template, account_id, region_name, **kwargs):
        function = lambda_backends[account_id][region_name].publish_version(template["Properties"]["FunctionName"])
        version = cls({"Version": function.version})
        version.arn = function.function_arn
        return version

    LambdaVersion.create_from_cloudformation_json = classmethod(create)
    LambdaVersion.physical_resource_id = property(lambda self: self.arn)


def name_target_groups():
    """Without it a target group has no attributes in a template."""

    def attribute(self, name):
        return {"TargetGroupArn": self.arn, "TargetGroupFullName": self.arn.split(":")[-1], "TargetGroupName": self.name}[name]

    FakeTargetGroup.get_cfn_attribute = attribute


def write_policies():
    """Without it a template's inline policies are no JSON where they are read back."""
    put = Role.put_policy

    def put_policy(self, name, document):
        put(self, name, json.dumps(document) if isinstance(document, dict) else document)

    Role.put_policy = put_policy


def associate_route_tables():
    """Without it a template's route tables are associated with no subnet."""
    create = SubnetBackend.create_subnet_association

    def create_subnet_association(self, route_table_id, subnet_id):
        self.associate_route_table(route_table_id, subnet_id=subnet_id)
        return create(self, route_table_id, subnet_id)

    SubnetBackend.create_subnet_association = create_subnet_association


def delete_route_tables():
    """Without it a stack's route tables stay, and its VPC cannot be deleted."""

    def delete(cls, name, template, account_id, region_name):
        backend = ec2_backends[account_id][region_name]
        backend.route_tables[name]._associations.clear()
        backend.delete_route_table(name)

    RouteTable.delete_from_cloudformation_json = classmethod(delete)


def keep_what_is_retained():
    """Without it a bucket that is kept but where its creation fails, RetainExceptOnCreate, goes with its
    stack."""
    delete = parsing.ResourceMap.delete

    def delete_the_rest(self):
        for resource in self._resource_json_map.values():
            if resource.get("DeletionPolicy") == "RetainExceptOnCreate":
                resource["DeletionPolicy"] = "Retain"
        delete(self)

    parsing.ResourceMap.delete = delete_the_rest


def output_what_change_sets_make():
    """Without it a stack that a change set has made has no outputs."""
    apply_changes = ChangeSet.apply

    def apply_with_outputs(self):
        apply_changes(self)
        self.stack.template_dict = self.template_dict
        self.stack.output_map = self.stack._create_output_map()

    ChangeSet.apply = apply_with_outputs


def list_nothing_deleted():
    """Without it a list of a deleted stack's resources makes them anew."""
    resources = Stack.stack_resources

    def stack_resources(self):
        return [] if self.status == "DELETE_COMPLETE" else resources.fget(self)

    Stack.stack_resources = property(stack_resources)


# Types that moto makes by its API, but not from a template: the call, and where its answer or its
# properties have what Ref gives.
BY_CALL = {
    "AWS::CloudWatch::Alarm": ("cloudwatch", "put_metric_alarm", "AlarmName"),
    "AWS::EC2::EgressOnlyInternetGateway": (
        "ec2", "create_egress_only_internet_gateway", "EgressOnlyInternetGateway.EgressOnlyInternetGatewayId"),
    "AWS::EC2::VPCCidrBlock": ("ec2", "associate_vpc_cidr_block", "VpcId"),
    "AWS::Lambda::Url": ("lambda", "create_function_url_config", "FunctionArn"),
    "AWS::Scheduler::Schedule": ("scheduler", "create_schedule", "Name"),
    "AWS::Scheduler::ScheduleGroup": ("scheduler", "create_schedule_group", "Name"),
}

# Properties that the call has by another name.
RENAMED = {"TargetFunctionArn": "FunctionName"}

# Types that only the template's own tests see.
LEFT_OUT = ["AWS::EC2::SecurityGroupEgress", "AWS::Logs::MetricFilter", "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"]


class Made(CloudFormationModel):
    """A resource that a call has made."""

    __module__ = "moto.made"  # moto's models say so of which service they are

    def __init__(self, name, arn, answer):
        self.name, self.arn, self.answer = name, arn, answer

    @property
    def physical_resource_id(self):
        return self.name

    def get_cfn_attribute(self, name):
        return self.answer.get(name, self.arn)

    @staticmethod
    def cloudformation_type():
        return "(made by a call)"

    @staticmethod
    def cloudformation_name_type():
        return ""


def make_by_call(port):
    """Without it a template's alarms, schedules and their groups, function URLs, egress-only gateways and IPv6
    blocks are left out with a warning, and references to them come to nothing."""

    def client(service):
        return boto3.client(service, endpoint_url=f"http://127.0.0.1:{port}")

    def made(kind, service=None, call=None, ref=""):
        def create(cls, name, template, account_id, region_name, **kwargs):
            found = {RENAMED.get(key, key): value for key, value in template.get("Properties", {}).items()}
            answer = {}
            if service:
                tags = found.pop("Tags", None)
                answer = getattr(client(service), call)(**found)
                found.update(answer)
            for part in ref.split("."):
                found = found.get(part, name) if isinstance(found, dict) else found
            if ref and isinstance(found, str):
                name = found
            resource = cls(name, f"arn:aws:{service}:{region_name}:{account_id}:alarm:{name}", answer)
            resource.type = kind
            return resource

        return type(
            "Made" + kind.replace("::", ""),
            (Made,),
            {
                "__module__": "moto.made",
                "create_from_cloudformation_json": classmethod(create),
                "delete_from_cloudformation_json": classmethod(lambda *_, **__: None),
                "cloudformation_type": staticmethod(lambda: kind),
            },
        )

    made_types = {kind: made(kind, *how) for kind, how in BY_CALL.items()} | {kind: made(kind) for kind in LEFT_OUT}
    known = parsing.resource_class_from_type

    def resource_class_from_type(kind):
        # A custom resource's function would be run in Docker; the tests invoke it themselves.
        if kind.startswith("Custom::"):
            return made(kind)
        return made_types.get(kind) or known(kind)

    parsing.resource_class_from_type = resource_class_from_type


def apply(port):
    run_state_machines()
    cut_networks()
    name_versions()
    name_target_groups()
    write_policies()
    associate_route_tables()
    delete_route_tables()
    keep_what_is_retained()
    output_what_change_sets_make()
    list_nothing_deleted()
    make_by_call(port)
