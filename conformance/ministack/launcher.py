"""Serves MiniStack for the conformance tests: launcher.py.

It listens on a free loopback port, writes that to its standard output, and ends with its standard
input, and with it the functions that it runs, so that nothing outlives the tests.
"""

import asyncio
import datetime
import os
import signal
import socket
import sys
import threading

listener = socket.create_server(("127.0.0.1", 0))
os.environ["GATEWAY_PORT"] = str(listener.getsockname()[1])  # MiniStack reads it when it is imported

from hypercorn.asyncio import serve  # noqa: E402
from hypercorn.config import Config  # noqa: E402
from ministack.app import app  # noqa: E402
from ministack.services import stepfunctions  # noqa: E402


def end_with_parent():
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


scale = float(os.environ["SFN_WAIT_SCALE"])


def hurry(call):
    """An undo's deadline is a minute nearer: it gives 40 seconds to what may not be listed yet, by the
    functions' clock, and MiniStack's waits are much quicker than that. For the same reason a shift of the
    traffic was some minutes earlier and is watched for a shorter time."""

    def hurried(function, event):
        if "-undo" in str(function) and event.get("deadline"):
            deadline = datetime.datetime.fromisoformat(event["deadline"]) - datetime.timedelta(minutes=1)
            event = {**event, "deadline": deadline.isoformat()}
        answer = call(function, event)
        if "-shift-traffic" in str(function):
            since, until = (datetime.datetime.fromisoformat(answer[name]) for name in ("since", "until"))
            answer |= {"since": (since - datetime.timedelta(minutes=5)).isoformat(), "until": (since + scale * (until - since)).isoformat()}
        return answer

    return hurried


def end_waits_for_tokens(invoke):
    """A task that waits for a token ends after TimeoutSecondsPath, as if that were 15 seconds: MiniStack
    heeds TimeoutSeconds alone, and so a wait for a person would be for ever."""

    def ending(resource, effective, token, state):
        if "TimeoutSecondsPath" in state:
            state = {**state, "TimeoutSeconds": 15 * scale}
        return invoke(resource, effective, token, state)

    return ending


def main():
    os.setpgid(0, 0)
    threading.Thread(target=end_with_parent, daemon=True).start()
    stepfunctions._call_lambda = hurry(stepfunctions._call_lambda)
    stepfunctions._invoke_with_callback = end_waits_for_tokens(stepfunctions._invoke_with_callback)
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    print(os.environ["GATEWAY_PORT"], flush=True)
    asyncio.run(serve(app, config))


main()
