"""What other services of moto lack."""

import copy
import json
import threading
import urllib.request

from moto.autoscaling.models import AutoScalingBackend, InstanceState
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.core.utils import iso_8601_datetime_without_milliseconds, utcfromtimestamp
from moto.ec2.models.amis import AmiBackend
from moto.ec2.models.elastic_block_store import EBSBackend
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.responses import EC2Response
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.responses.instances import InstanceResponse
from moto.ec2.utils import parse_user_data
from moto.events.models import Rule


def size_root_volumes():
    """Without it RunInstances and launch templates want a size of the root volume, which AWS has from
    the image."""
    validate, create = InstanceResponse._validate_block_device_mapping, EBSBackend.create_volume

    def create_volume(self, size, *arguments, **keywords):
        snapshot = keywords.get("snapshot_id") or (len(arguments) > 1 and arguments[1])
        return create(self, size if size or snapshot else 8, *arguments, **keywords)

    def sized(mapping):
        if "NoDevice" not in mapping and not mapping.get("Ebs", {}).get("SnapshotId"):
            mapping.setdefault("Ebs", {}).setdefault("VolumeSize", 8)
        validate(mapping)

    InstanceResponse._validate_block_device_mapping = staticmethod(sized)
    EBSBackend.create_volume = create_volume


def tag_snapshots():
    """Without it CreateImage fails when it is given tags of the snapshot."""
    create = AmiBackend.create_image

    def create_image(self, instance_id, name, description, tag_specifications):
        snapshots = [s for s in tag_specifications if s["ResourceType"] == "snapshot"]
        image = create(self, instance_id, name, description, [s for s in tag_specifications if s not in snapshots])
        for tag in (tag for s in snapshots for tag in s["Tags"]):
            image.ebs_snapshot.add_tag(tag["Key"], tag["Value"])
        return image

    AmiBackend.create_image = create_image


def deregister_with_snapshots():
    """Without it DeregisterImage leaves the snapshots that it is told to delete."""
    deregister = AmisResponse.deregister_image

    def deregister_image(self):
        image = self.ec2_backend.amis.get(self._get_param("ImageId"))
        result = deregister(self)
        if self._get_bool_param("DeleteAssociatedSnapshots") and image and image.ebs_snapshot:
            self.ec2_backend.delete_snapshot(image.ebs_snapshot.id)
        return result

    AmisResponse.deregister_image = deregister_image


def delete_template_versions():
    """Without it there is no DeleteLaunchTemplateVersions."""

    def delete_launch_template_versions(self):
        name, id = self._get_param("LaunchTemplateName"), self._get_param("LaunchTemplateId")
        backend = self.ec2_backend
        template = backend.get_launch_template_by_name(name) if name else backend.get_launch_template(id)
        deleted, kept = [], []
        for number in (int(version) for version in self._get_param("Versions", [])):
            item = {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "VersionNumber": number}
            if number == template.default_version_number:
                kept.append(item | {"ResponseError": {"Code": "unexpectedError", "Message": "The default version cannot be deleted."}})
            else:
                template.versions = [version for version in template.versions if version.number != number]
                deleted.append(item)
        return ActionResult({
            "SuccessfullyDeletedLaunchTemplateVersions": deleted,
            "UnsuccessfullyDeletedLaunchTemplateVersions": kept,
        })

    EC2Response.delete_launch_template_versions = delete_launch_template_versions


def start_from_later_versions():
    """Without it a group can be made of a launch template's first version only, and a version is found
    by its place, not by its number."""
    create, get = LaunchTemplate.create_version, LaunchTemplate.get_version

    def create_version(self, data, description):
        if isinstance(data.get("UserData"), str):
            data["UserData"] = parse_user_data(data["UserData"])
        version = create(self, data, description)
        version.number = 1 + max((known.number for known in self.versions[:-1]), default=0)
        return version

    def get_version(self, number):
        for version in self.versions:
            if str(version.number) == str(number):
                return version
        return get(self, number)

    LaunchTemplate.create_version, LaunchTemplate.get_version = create_version, get_version


def name_versions_of_instances():
    """Without it an instance of a group has the default version of its launch template, whichever it was
    launched from."""
    known = InstanceState.launch_template.fget

    def launch_template(self):
        found = known(self)
        return found and found | {"Version": self.auto_scaling_group.provided_launch_template_version}

    InstanceState.launch_template = property(launch_template)


def keep_policies_by_group():
    """Without it a policy takes the place of another group's policy of that name."""
    put = AutoScalingBackend.put_scaling_policy

    def put_scaling_policy(self, name, *arguments, **keywords):
        policy = put(self, name, *arguments, **keywords)
        self.policies[f"{policy.auto_scaling_group_name}/{name}"] = self.policies.pop(name)
        return policy

    AutoScalingBackend.put_scaling_policy = put_scaling_policy


def name_policies():
    """Without it PutScalingPolicy answers without the policy's ARN."""
    put = AutoScalingResponse.put_scaling_policy

    def put_scaling_policy(self):
        return ActionResult({"PolicyARN": put(self).result["PolicyArn"]})

    AutoScalingResponse.put_scaling_policy = put_scaling_policy


def list_no_refreshes():
    """Without it DescribeInstanceRefreshes fails: there are no instance refreshes."""
    AutoScalingResponse.describe_instance_refreshes = lambda self: ActionResult({"InstanceRefreshes": []})


def name_default_key():
    """Without it there is no GetEbsDefaultKmsKeyId, though ModifyEbsDefaultKmsKeyId is there."""

    def get_ebs_default_kms_key_id(self):
        return ActionResult({"KmsKeyId": "alias/aws/ebs"})

    EC2Response.get_ebs_default_kms_key_id = get_ebs_default_kms_key_id


def lead_rules_to_functions(front_port):
    """Without it PutEvents fails where a rule that matches has a function or a topic for a target. Topics are
    for people and get nothing here either."""
    send = Rule.send_to_targets

    def invoke(function, event):
        url = f"http://127.0.0.1:{front_port}/2015-03-31/functions/{function}/invocations"
        urllib.request.urlopen(urllib.request.Request(url, data=json.dumps(event).encode(), method="POST")).close()

    def send_to_targets(self, original_event, transform_input=True):
        if not self.event_pattern.get_pattern():  # of a schedule, to which moto sends every event
            return
        functions = [target["Arn"] for target in self.targets if ":lambda:" in target["Arn"]]
        if self.event_pattern.matches_event(original_event):
            time = iso_8601_datetime_without_milliseconds(utcfromtimestamp(original_event["time"]))
            for function in functions:
                threading.Thread(target=invoke, args=(function, original_event | {"time": time})).start()
        others = copy.copy(self)
        others.targets = [target for target in self.targets if not {"lambda", "sns"} & set(target["Arn"].split(":"))]
        send(others, original_event, transform_input)

    Rule.send_to_targets = send_to_targets


def apply(front_port):
    size_root_volumes()
    tag_snapshots()
    deregister_with_snapshots()
    delete_template_versions()
    start_from_later_versions()
    name_versions_of_instances()
    keep_policies_by_group()
    name_policies()
    list_no_refreshes()
    name_default_key()
    lead_rules_to_functions(front_port)
