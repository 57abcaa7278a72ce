"""Holds requests and answers, a line [service, operation, side, value] each, against the services' models as botocore
has them: members, what is required, types, enumerations, patterns and bounds. Its own validator knows the first three
alone, and of requests. The side is input, output, or error, whose value is a code.

https://smithy.io/2.0/spec/constraint-traits.html
"""
import json
import sys

import botocore.session
import regex

SERVICES = {
    "Auto Scaling": "autoscaling", "CloudWatch": "cloudwatch", "DynamoDB": "dynamodb", "EC2": "ec2", "EventBridge": "events", "Elastic Load Balancing v2": "elbv2",
    "Route 53": "route53", "S3": "s3", "SFN": "stepfunctions", "SSM": "ssm", "Scheduler": "scheduler", "Service Quotas": "service-quotas",
}
TYPES = {"string": str, "character": str, "blob": str, "timestamp": str, "integer": int, "long": int, "float": (int, float), "double": (int, float), "boolean": bool, "list": list, "map": dict, "structure": dict}

COMMON = {"Throttling", "ThrottlingException", "ValidationError", "ValidationException", "ServiceUnavailable", "InternalFailure"}
DENIED = {"query": "AccessDenied", "rest-xml": "AccessDenied"}


def bounds(value, shape):
    size = value if isinstance(value, (int, float)) else len(value)
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least or most is not None and size > most:
        yield f"{size} is not within {least} to {most}"


def text(value, shape):
    """A pattern is Java's: a surrogate pair stands there for all characters beyond the first plane."""
    pattern = shape.metadata.get("pattern", "").replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
    if shape.metadata.get("enum") and value not in shape.metadata["enum"]:
        yield f"{value!r} is none of {shape.metadata['enum']}"
    if pattern and not regex.search(pattern, value):
        yield f"{value!r} is not like {pattern}"


def structure(value, shape):
    names = {name.lower(): name for name in shape.members}
    given = {names.get(key.lower(), key): inner for key, inner in value.items()}
    for name in shape.required_members:
        if name not in given:
            yield f"has no {name}"
    for name, inner in given.items():
        if name not in shape.members:
            yield f"has {name}, which is not a member"
        else:
            yield from (f"{name}: {finding}" for finding in judge(inner, shape.members[name]))


def judge(value, shape):
    if shape.name == "PageMaxItems":
        value = str(value)  # Route 53 counts in texts, and the Go SDK in numbers
    if not isinstance(value, TYPES[shape.type_name]):
        yield f"{value!r} is not a {shape.type_name}"
    elif shape.type_name == "structure":
        yield from structure(value, shape)
    else:
        if shape.type_name not in ("boolean", "timestamp", "blob"):
            yield from bounds(value, shape)
        if shape.type_name == "string":
            yield from text(value, shape)
        inner = {"list": value, "map": value.values() if shape.type_name == "map" else ()}.get(shape.type_name, ())
        for one in inner:
            yield from judge(one, shape.member if shape.type_name == "list" else shape.value)


def error(code, operation):
    """Models list no errors of EC2, nor those that all operations have, which depend on the protocol. The answer to a
    HEAD request has no body: the SDK makes the code out of the status."""
    if operation.http["method"] == "HEAD":
        return
    known = {shape.metadata.get("error", {}).get("code", shape.name) for shape in operation.error_shapes}
    denied = DENIED.get(operation.service_model.metadata["protocol"], "AccessDeniedException")
    if known and code not in known | COMMON | {denied}:
        yield f"{code!r} is none of {sorted(known)}"


def findings(operation, side, value):
    if side == "error":
        return error(value, operation)
    shape = operation.input_shape if side == "input" else operation.output_shape
    if shape is None:
        return [f"has {value}, and nothing is to be there"] if value else []
    return judge(value, shape)


session, models, found, judged = botocore.session.get_session(), {}, set(), set()
for line in sys.stdin:
    service, name, side, value = json.loads(line)
    if service not in models:
        models[service] = session.get_service_model(SERVICES[service])
    judged.add((side, service, name))
    found |= {f"{service} {name} {side}: {finding}" for finding in findings(models[service].operation_model(name), side, value)}
sides = {side: sum(1 for other, _, _ in judged if other == side) for side in ("input", "output")}
print("\n".join(sorted(found)) or f"requests of {sides['input']} operations and answers of {sides['output']} agree with the services' models")
sys.exit(1 if found or not all(sides.values()) else 0)
