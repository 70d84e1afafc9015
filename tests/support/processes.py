"""Real processes under test: started, read line by line, stopped, and looked at afterwards."""
import json
import os
import re
import signal
import subprocess
import threading
import time

LEVELS = {"INFO", "WARNING", "SEVERE"}
PATIENCE = 60  # seconds that anything may take before a test gives up


def binary(variable):
    """The path of the program that the environment variable names."""
    path = os.environ.get(variable)
    if not path:
        raise RuntimeError(f"set {variable} to the program to test (ctest does so)")
    return path


class Process:
    """A child process; its output is collected by threads, so that it never blocks."""

    def __init__(self, command, env=None, stdin=subprocess.DEVNULL):
        self.command = command
        self.changed = threading.Condition()
        self.stdout = []
        self.stderr = []
        self.stdout_ended = False
        self.killed = False
        self.child = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, env={**os.environ, **(env or {})})
        self.readers = [threading.Thread(target=self._read, args=pair, daemon=True)
                        for pair in ((self.child.stdout, self.stdout),
                                     (self.child.stderr, self.stderr))]
        for reader in self.readers:
            reader.start()

    def _read(self, pipe, lines):
        for line in pipe:
            with self.changed:
                lines.append(line.decode("utf-8", "surrogateescape").rstrip("\n"))
                self.changed.notify_all()
        pipe.close()
        with self.changed:
            self.stdout_ended = self.stdout_ended or lines is self.stdout
            self.changed.notify_all()

    @property
    def pid(self):
        return self.child.pid

    def wait_line(self, pattern, start=0, timeout=PATIENCE):
        """The match of the first line of stdout, from index start on, in which pattern is found."""
        seen = start

        def look():
            nonlocal seen
            while seen < len(self.stdout):
                match = re.search(pattern, self.stdout[seen])
                seen += 1
                if match:
                    return match
            return "ended" if self.stdout_ended else None

        with self.changed:
            match = self.changed.wait_for(look, timeout)
        if match is None or match == "ended":
            raise AssertionError(f"{self.command[0]} never printed {pattern!r} "
                                 f"({match or 'in time'}):\n" + self.text())
        return match

    def text(self):
        return "\n".join(self.stdout + self.stderr)

    def peak_memory(self):
        """The most bytes of memory that the process had so far (VmHWM)."""
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) * 1024

    def signal(self, number):
        self.child.send_signal(number)

    def wait(self, timeout=PATIENCE):
        """Waits for the end; the exit code, below 0 for a signal."""
        code = self.child.wait(timeout)
        for reader in self.readers:
            reader.join(timeout)
        return code

    def stop(self):
        """SIGTERM, and the exit code."""
        if self.child.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.command[0]} did not stop on SIGTERM:\n" + self.text())

    def kill(self):
        self.killed = True
        self.child.kill()
        return self.wait()


def _listening_port(pid):
    """The port that the process listens on; None: on none (yet)."""
    folder = f"/proc/{pid}/fd"
    files = set()
    for number in os.listdir(folder):
        try:
            files.add(os.readlink(f"{folder}/{number}"))
        except FileNotFoundError:
            pass  # closed meanwhile
    for family in ("tcp", "tcp6"):
        with open(f"/proc/{pid}/net/{family}") as sockets:
            for fields in map(str.split, sockets.readlines()[1:]):
                if fields[3] == "0A" and f"socket:[{fields[9]}]" in files:
                    return int(fields[1].rsplit(":", 1)[1], 16)
    return None


def listening_port(pid):
    """The port of a server whose log does not tell, as soon as it listens."""
    until = time.monotonic() + PATIENCE
    while not (port := _listening_port(pid)):
        assert time.monotonic() < until, f"process {pid} listens nowhere"
        time.sleep(0.01)
    return port


class LogWatch:
    """Judges every line that the destination logs: JSON of Fivetran's shape, and no secrets."""

    def __init__(self):
        self.forbidden = {}

    def forbid(self, text, why="a value that was written"):
        """No line may hold this text (nor as JSON writes it). Returns it."""
        if len(text) < 4:
            raise ValueError(f"too short to look for: {text!r}")
        self.forbidden[text] = why
        return text

    def faults_of_line(self, line):
        """What is wrong with a line; [] when nothing is."""
        try:
            event = json.loads(line)
        except ValueError:
            return [f"not JSON: {line!r}"]
        if not isinstance(event, dict) or set(event) != {"level", "message", "message-origin"}:
            return [f"not the members level, message, message-origin: {line!r}"]
        faults = []
        if event["level"] not in LEVELS:
            faults.append(f"unknown level: {line!r}")
        if event["message-origin"] != "sdk_destination":
            faults.append(f"wrong message-origin: {line!r}")
        if not isinstance(event["message"], str) or not event["message"]:
            faults.append(f"no message: {line!r}")
        return faults

    def leaks_of_line(self, line):
        texts = [line]
        try:
            texts.append(str(json.loads(line)["message"]))
        except (ValueError, KeyError, TypeError):
            pass
        return [f"leaks {why} ({text!r}): {line!r}" for text, why in self.forbidden.items()
                if any(text in shown for shown in texts)]

    def check(self, process):
        """Fails with every faulty line. stderr must be empty."""
        faults = []
        for line in process.stdout:
            faults += self.faults_of_line(line) + self.leaks_of_line(line)
        for line in process.stderr:
            faults += [f"on stderr: {line!r}"] + self.leaks_of_line(line)
        assert not faults, "the log is at fault:\n" + "\n".join(faults[:50])


class Bigdust(Process):
    """The server on a port of its own; address is where clients find it."""

    def __init__(self, *options, env=None, watch=None):
        if "--state-dir" not in options:
            options += ("--state-dir", "")
        super().__init__([binary("BIGDUST"), "--port", "0", *options], env)
        self.watch = watch or LogWatch()
        try:
            started = self.wait_line(r'"message":\s*"server_started .*\bport=(\d+)')
        except BaseException:
            self.kill()
            raise
        self.port = int(started.group(1))
        self.address = f"127.0.0.1:{self.port}"

    def events(self, name=None):
        """The log so far as dictionaries; only those whose message starts with the event's name.

        A thread reads the log, so what was logged just now may be missing: wait_events() waits."""
        events = [json.loads(line) for line in list(self.stdout)]
        return [e for e in events if not name or e["message"].split(" ")[0] == name]

    def wait_events(self, name, count=1):
        """All events of the name, as soon as there are that many."""
        with self.changed:
            self.changed.wait_for(lambda: self.stdout_ended or len(self.events(name)) >= count, PATIENCE)
        events = self.events(name)
        assert len(events) >= count, f"{len(events)} of {count} events {name!r}:\n" + self.text()
        return events

    def wait_event(self, name, start=0):
        return self.wait_line(rf'"message":\s*"{re.escape(name)}\b.*', start).group(0)

    def finish(self):
        """Stops it: exit code 0 (unless it was killed), and a log without fault."""
        code = self.stop()
        self.watch.check(self)
        assert code == 0 or self.killed, f"exit code {code}:\n{self.text()}"
