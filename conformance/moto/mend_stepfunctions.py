"""What moto's Step Functions lack."""

import time

from moto.core import config
from moto.core.utils import utcnow
from moto.stepfunctions import models, responses
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.common.timeouts import timeout
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import wait_function
from moto.stepfunctions.parser.backend import execution


def run_state_machines():
    """Without it StartExecution succeeds at once, and no state is ever entered."""
    config.default_user_config["stepfunctions"] = {"execute_state_machine": True}


def pace_waits(pace):
    """Without it a Wait state, a retry and a TimeoutSecondsPath, which is a wait for an answer, take their real
    time. Other time-outs are left alone."""

    def wait(self, env, wait_seconds):
        until = time.monotonic() + wait_seconds / pace
        while env.is_running() and (left := until - time.monotonic()) > 0:
            env.program_state_event.wait(left)

    class Paced:
        sleep = staticmethod(lambda seconds: time.sleep(seconds / pace))

    seconds_of = timeout.TimeoutSecondsPath._eval_seconds
    timeout.TimeoutSecondsPath._eval_seconds = lambda self, env: seconds_of(self, env) / pace
    wait_function.WaitFunction._wait_interval = wait
    retrier_decl.time = Paced


def copy_state_machines():
    """Without it the second StartExecution fails: it deep-copies the machine with its executions,
    and these hold locks."""

    def copy(self, memo):
        clone = object.__new__(type(self))
        clone.__dict__.update(self.__dict__)
        return clone

    models.StateMachineInstance.__deepcopy__ = copy


def keep_causes():
    """Without it SendTaskFailure loses the cause."""

    def send_task_failure(self):
        token, error, cause = (self._get_param(name) for name in ("taskToken", "error", "cause"))
        self.stepfunction_backend.send_task_failure(token, error=error, cause=cause)
        return responses.EmptyResult()

    responses.StepFunctionResponse.send_task_failure = send_task_failure


def stop_at_once():
    """Without it an execution that is stopped while it waits for a token goes on until a heartbeat is
    missed, and then ends as FAILED. The error and the cause of StopExecution are lost in any case."""
    stop, reflect = execution.Execution.stop, execution.BaseExecutionWorkerCommunication._reflect_execution_status

    def stop_execution(self, stop_date, error, cause):
        if self.exec_status != ExecutionStatus.RUNNING:
            return
        self.exec_status, self.stop_date, self.error, self.cause = ExecutionStatus.ABORTED, stop_date, error, cause
        stop(self, stop_date=stop_date, error=error, cause=cause)
        for callback in list(self.exec_worker.env.callback_pool_manager._pool.values()):
            callback.interrupt_all()

    def reflect_unless_stopped(self):
        if self.execution.exec_status == ExecutionStatus.RUNNING:
            reflect(self)

    def respond(self):
        arn, error, cause = (self._get_param(name) for name in ("executionArn", "error", "cause"))
        found = self.stepfunction_backend.describe_execution(arn)
        found.stop(stop_date=utcnow(), error=error, cause=cause)
        return responses.ActionResult({"stopDate": found.stop_date})

    execution.Execution.stop = stop_execution
    execution.BaseExecutionWorkerCommunication._reflect_execution_status = reflect_unless_stopped
    responses.StepFunctionResponse.stop_execution = respond


def apply(pace):
    run_state_machines()
    pace_waits(pace)
    copy_state_machines()
    keep_causes()
    stop_at_once()
