"""Airbyte's side of a sync: configs, catalogs and messages, and `bigdust write` as a process that is fed."""
import json
import re
import subprocess

from support.processes import Process, binary
from support.sandbox import API_KEY

LOG_LEVELS = {"FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"}
EMITTED_AT = 1_700_000_000_000


def config(sandbox, **changes):
    """The settings of a sync into the sandbox."""
    return {"api_key": API_KEY, "biggeo_base_url": sandbox.url, **changes}


def stream(name, namespace=None, mode="append", **more):
    about = {"name": name, "json_schema": {"type": "object"}, "supported_sync_modes": ["full_refresh"]}
    if namespace is not None:
        about["namespace"] = namespace
    return {"stream": about, "sync_mode": "full_refresh", "destination_sync_mode": mode, **more}


def catalog(*streams):
    """catalog("users", stream("orders", "shop")): names alone mean append."""
    return {"streams": [stream(s) if isinstance(s, str) else s for s in streams]}


def line(message):
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def record(name, data, namespace=None, emitted_at=EMITTED_AT):
    """data: a dictionary, or the JSON text to send as it is."""
    where = f',"namespace":{json.dumps(namespace)}' if namespace is not None else ""
    text = data if isinstance(data, str) else line(data)
    return (f'{{"type":"RECORD","record":{{"stream":{json.dumps(name)}{where},"data":{text},'
            f'"emitted_at":{emitted_at}}}}}')


def descriptor(name, namespace=None):
    return {"name": name} if namespace is None else {"name": name, "namespace": namespace}


def stream_state(name, content, namespace=None, **more):
    return line({"type": "STATE", "state": {
        "type": "STREAM",
        "stream": {"stream_descriptor": descriptor(name, namespace), "stream_state": content}, **more}})


def global_state(content, **more):
    return line({"type": "STATE", "state": {
        "type": "GLOBAL", "global": {"shared_state": content, "stream_states": []}, **more}})


def complete(name, namespace=None):
    return line({"type": "TRACE", "trace": {
        "type": "STREAM_STATUS", "emitted_at": 1.0,
        "stream_status": {"stream_descriptor": descriptor(name, namespace), "status": "COMPLETE"}}})


def echoed(state, count):
    """The line that a STATE line must come back as: its bytes, and recordCount behind the state's last member."""
    assert state.endswith("}}")
    return f'{state[:-2]},"destinationStats":{{"recordCount":{count}.0}}}}}}'


class Output:
    """What was printed, line by line; every line must be an Airbyte message."""

    def __init__(self, code, stdout, stderr):
        self.code = code
        self.lines = stdout
        self.stderr = stderr
        self.messages = [json.loads(text) for text in stdout]
        for message in self.messages:
            assert message["type"] in {"LOG", "STATE", "TRACE", "SPEC", "CONNECTION_STATUS"}, message
            if message["type"] == "LOG":
                assert set(message["log"]) == {"level", "message"} and message["log"]["level"] in LOG_LEVELS

    def of(self, kind):
        return [message for message in self.messages if message["type"] == kind]

    @property
    def states(self):
        """The STATE lines as they were printed."""
        return [text for text, message in zip(self.lines, self.messages) if message["type"] == "STATE"]

    @property
    def error(self):
        """The one TRACE ERROR: {"message", "internal_message", "failure_type"}."""
        (trace,) = self.of("TRACE")
        assert trace["trace"]["type"] == "ERROR" and isinstance(trace["trace"]["emitted_at"], float)
        return trace["trace"]["error"]

    def logs(self, event):
        """The texts of the LOG lines of an event."""
        return [m["log"]["message"] for m in self.of("LOG") if m["log"]["message"].split(" ")[0] == event]

    def assert_success(self):
        assert self.code == 0 and not self.of("TRACE"), "\n".join(self.lines + self.stderr)
        return self

    def assert_failure(self, failure_type, *words):
        assert self.code == 1, "\n".join(self.lines + self.stderr)
        assert self.error["failure_type"] == failure_type, self.error
        for word in words:
            assert word in self.error["message"], self.error
        return self


def run(*arguments, stdin=b"", env=None, timeout=120):
    """A command that ends by itself."""
    done = subprocess.run([binary("BIGDUST"), *map(str, arguments)], input=stdin, capture_output=True,
                          timeout=timeout, env=env)
    return Output(done.returncode, done.stdout.decode().splitlines(), done.stderr.decode().splitlines())


class Files:
    """The files that the platform mounts."""

    def __init__(self, folder):
        self.folder = folder

    def put(self, name, content):
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    def arguments(self, settings, streams):
        return ["--config", self.put("config.json", settings), "--catalog", self.put("catalog.json", streams)]

    def write(self, settings, streams, lines, **options):
        """`bigdust write` over all of the lines."""
        text = "".join(f"{text}\n" for text in lines)
        return run("write", *self.arguments(settings, streams), stdin=text.encode(), **options)

    def start(self, settings, streams, *options):
        return Sync(["write", *self.arguments(settings, streams), *options])


class Sync(Process):
    """A `bigdust write` that is fed line by line."""

    def __init__(self, arguments):
        super().__init__([binary("BIGDUST"), *arguments], stdin=subprocess.PIPE)

    def feed(self, *lines):
        """False when it reads no more."""
        try:
            for text in lines:
                self.child.stdin.write(text.encode() + b"\n")
            self.child.stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def wait_state(self, number):
        """Waits until so many STATE lines were printed."""
        def enough():
            return len(self.states()) >= number or None
        with self.changed:
            assert self.changed.wait_for(enough, 60), self.text()

    def states(self):
        return [text for text in self.stdout if re.match(r'\{"type": ?"STATE"', text)]

    def finish(self):
        """The end of the input; what was printed."""
        try:
            self.child.stdin.close()
        except BrokenPipeError:
            pass
        return Output(self.wait(), self.stdout, self.stderr)
