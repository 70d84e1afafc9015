"""The tester (tools/tester) as a process, and a destination of a test's own to point it at."""
import concurrent.futures
import json
import os
import pathlib
import subprocess

import grpc

from support import protos
from support.processes import PATIENCE, binary


class Run:
    """What a run of the tester came to."""

    def __init__(self, code, output, errors):
        self.code = code
        self.output = output
        self.errors = errors
        self.lines = output.splitlines()

    def failures(self):
        return [line for line in self.lines if line.startswith("FAIL ") or "]: FAILED" in line]

    def passed(self):
        return [line for line in self.lines if line.startswith("PASS ")]

    def assert_passed(self):
        assert self.code == 0 and not self.failures() and not self.errors, self.output + self.errors
        assert self.lines[-1].startswith("ALL PASSED: ")
        return self

    def assert_failed(self, *texts):
        """Exit code 1, and exactly one failure, which holds the texts."""
        assert self.code == 1, self.output
        assert len(self.failures()) == 1, self.output
        assert self.lines[-1].startswith("FAILED: ") and ", 1 failed" in self.lines[-1]
        for text in texts:
            assert text in self.failures()[0], self.output
        return self


def write_json(path, value):
    pathlib.Path(path).write_text(json.dumps(value, indent=1, ensure_ascii=False))


def command(port, folder, *options):
    return [binary("TESTER"), "--port", str(port), "--data-folder", str(folder), *options]


def run(port, folder, *options, settings=None, env=None, stdin=None, delay=False):
    """Runs the tester on a data folder; settings become its configuration.json."""
    if settings is not None:
        write_json(pathlib.Path(folder) / "configuration.json", settings)
    pause = () if delay else ("--disable-operation-delay",)
    done = subprocess.run(command(port, folder, *pause, *options), input=stdin or "", text=True,
                          capture_output=True, timeout=2 * PATIENCE, env={**os.environ, **(env or {})})
    return Run(done.returncode, done.stdout, done.stderr)


class Destination:
    """A destination that answers as the test says: answers["DescribeTable"] = a function of the request,
    a response, or a grpc.StatusCode. Whatever else it is asked succeeds. requests: [(call, request)]."""

    def __init__(self, **answers):
        self.answers = answers
        self.requests = []
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(16),
                                  options=[("grpc.max_receive_message_length", -1)])
        handlers = {name: self._handler(name) for name in protos.method_names()}
        self.server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(protos.SERVICE, handlers),))
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def _handler(self, name):
        _, request_class, response_class = protos.method(name)
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self._answer(name, request, context, response_class),
            request_class.FromString, response_class.SerializeToString)

    def _answer(self, name, request, context, response_class):
        self.requests.append((name, request))
        answer = self.answers.get(name)
        answer = answer(request) if callable(answer) else answer
        if isinstance(answer, grpc.StatusCode):
            context.abort(answer, "as the test wants it")
        if answer is None:
            answer = response_class()
            if "not_found" in answer.DESCRIPTOR.fields_by_name:
                answer.not_found = True
            elif "success" in answer.DESCRIPTOR.fields_by_name:
                answer.success = True
        return answer

    def of(self, name):
        return [request for called, request in self.requests if called == name]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop(None).wait()
