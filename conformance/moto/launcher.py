"""Serves moto for the conformance tests: launcher.py FRONT_PORT PACE.

It listens on a free loopback port, writes that to its standard output, and ends with its standard
input, so that it never outlives the tests. FRONT_PORT is where its state machines and rules reach Lambda; PACE
divides their waits. What moto lacks is mended, see the functions of the mend_ files: each says what
moto does without it.
"""

import os
import sys
import threading

os.environ["MOTO_PORT"] = sys.argv[1]  # moto reads it when it is imported

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

import mend_cloudformation  # noqa: E402
import mend_services  # noqa: E402
import mend_stepfunctions  # noqa: E402


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


def main():
    threading.Thread(target=end_with_parent, daemon=True).start()
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    mend_stepfunctions.apply(float(sys.argv[2]))
    mend_services.apply(sys.argv[1])
    mend_cloudformation.apply(server.port)
    print(server.port, flush=True)
    server.serve_forever()


main()
