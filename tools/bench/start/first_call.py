"""A function that makes the first call of a step, as one writes it with boto3. FIRST_CALL says of which
service; the event is what to call and with what."""

import os

import boto3

client = boto3.client(os.environ["FIRST_CALL"])


def handler(event, context):
    return getattr(client, event["operation"])(**event["parameters"])
