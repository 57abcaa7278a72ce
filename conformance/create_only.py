"""Prints which properties CloudFormation cannot change without a replacement, for the resource types
that are given as arguments and those of the file that standard input holds.

The answer comes from the resource schemas that CloudFormation publishes and cfn-lint ships, and from what its
documentation says of updates, which the CDK ships: neither has all.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html#schema-properties-createonlyproperties
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""
import gzip
import json
import pathlib
import sys

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

database = pathlib.Path(__file__).parent.parent / "node_modules/aws-cdk/db.json.gz"
documented = {}
for resource in json.loads(gzip.decompress(database.read_bytes()))["schema"]["resource"]["entities"]:
    properties = resource["properties"].items()
    documented[resource["cloudFormationType"]] = {name for name, value in properties if value.get("causesReplacement", "no") != "no"}

types = sorted(set(json.load(sys.stdin)) | set(sys.argv[1:]))
found = {}
for kind in types:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    paths = schema.get("createOnlyProperties", []) + schema.get("conditionalCreateOnlyProperties", [])
    found[kind] = sorted({path.removeprefix("/properties/").split("/")[0] for path in paths} | documented[kind])
json.dump(found, sys.stdout, indent=1)
print()
