"""Serves moto for the conformance tests: launcher.py FRONT_PORT PACE.

It listens on a free loopback port, writes that to its standard output, and ends with its standard
input, so that it never outlives the tests. FRONT_PORT is where its state machines reach Lambda; PACE
divides their waits. What moto lacks is mended here, each with what moto does without it.
"""

import os
import sys
import threading
import time

os.environ["MOTO_PORT"] = sys.argv[1]
PACE = float(sys.argv[2])

from moto import settings  # noqa: E402 - it reads the environment
from moto.core import config  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from moto.stepfunctions import models as stepfunctions, responses  # noqa: E402
from moto.stepfunctions.parser import models as engine  # noqa: E402
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl  # noqa: E402
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import wait_function  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402


def run_state_machines():
    """Without it StartExecution succeeds at once, and no state is ever entered."""
    config.default_user_config["stepfunctions"] = {"execute_state_machine": True}


def pace_waits():
    """Without it a Wait state and a retry take their real time. Time-outs are left alone."""

    def wait(self, env, wait_seconds):
        until = time.monotonic() + wait_seconds / PACE
        while env.is_running() and (left := until - time.monotonic()) > 0:
            env.program_state_event.wait(left)

    class Paced:
        sleep = staticmethod(lambda seconds: time.sleep(seconds / PACE))

    wait_function.WaitFunction._wait_interval = wait
    retrier_decl.time = Paced


def copy_state_machines():
    """Without it the second StartExecution fails: it deep-copies the machine with its executions,
    and these hold locks."""

    def copy(self, memo):
        clone = object.__new__(type(self))
        clone.__dict__.update(self.__dict__)
        return clone

    stepfunctions.StateMachineInstance.__deepcopy__ = copy


def keep_causes():
    """Without it SendTaskFailure loses the cause."""

    def send_task_failure(self):
        token, error, cause = (self._get_param(name) for name in ("taskToken", "error", "cause"))
        self.stepfunction_backend.send_task_failure(token, error=error, cause=cause)
        return responses.EmptyResult()

    responses.StepFunctionResponse.send_task_failure = send_task_failure


MENDS = [keep_causes, run_state_machines, pace_waits, copy_state_machines]


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


def main():
    for mend in MENDS:
        mend()
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    print(server.port, flush=True)
    threading.Thread(target=end_with_parent, daemon=True).start()
    server.serve_forever()


main()
