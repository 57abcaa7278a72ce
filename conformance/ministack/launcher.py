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


def hurry(call):
    """An undo's deadline is a minute nearer: it gives 40 seconds to what may not be listed yet, by the
    functions' clock, and MiniStack's waits are much quicker than that."""

    def hurried(function, event):
        if "-undo" in str(function) and event.get("deadline"):
            deadline = datetime.datetime.fromisoformat(event["deadline"]) - datetime.timedelta(minutes=1)
            event = {**event, "deadline": deadline.isoformat()}
        return call(function, event)

    return hurried


def main():
    os.setpgid(0, 0)
    threading.Thread(target=end_with_parent, daemon=True).start()
    stepfunctions._call_lambda = hurry(stepfunctions._call_lambda)
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    print(os.environ["GATEWAY_PORT"], flush=True)
    asyncio.run(serve(app, config))


main()
