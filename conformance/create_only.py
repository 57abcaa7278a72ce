"""Prints which properties CloudFormation cannot change without a replacement, for the resource types
that are given as arguments and those of the file that standard input holds.

The answer comes from the resource schemas that CloudFormation publishes and cfn-lint ships:
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html#schema-properties-createonlyproperties
"""
import json
import sys

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

types = sorted(set(json.load(sys.stdin)) | set(sys.argv[1:]))
found = {}
for kind in types:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    paths = schema.get("createOnlyProperties", []) + schema.get("conditionalCreateOnlyProperties", [])
    found[kind] = sorted(path.removeprefix("/properties/") for path in paths)
json.dump(found, sys.stdout, indent=1)
print()
