"""Fixtures: real processes, stopped and judged at the end of each test."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import processes, stub, tables  # noqa: E402
from support.sandbox import API_KEY, Sandbox  # noqa: E402


def finish_all(running):
    """Ends every process, whatever the others did; then fails with what was wrong."""
    faults = []
    for process in running:
        try:
            process.finish()
        except AssertionError as fault:
            faults.append(str(fault))
    assert not faults, "\n".join(faults)


@pytest.fixture
def start_sandbox():
    """start_sandbox("--discard", …): a sandbox that is stopped after the test."""
    running = []

    def start(*options):
        running.append(Sandbox(*options))
        return running[-1]

    yield start
    finish_all(running)


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox()


@pytest.fixture
def log_watch():
    """What no log line of the test may hold: log_watch.forbid(text)."""
    watch = processes.LogWatch()
    watch.forbid(API_KEY, "the API key")
    watch.forbid(tables.CANARY, "a record's value")
    return watch


@pytest.fixture
def start_bigdust(log_watch):
    """start_bigdust("--log-level", "info", …): a server whose log and exit code are judged after the
    test; of one that the test has killed only the log."""
    running = []

    def start(*options, env=None):
        running.append(processes.Bigdust(*options, env=env, watch=log_watch))
        return running[-1]

    yield start
    finish_all(running)


@pytest.fixture
def bigdust(start_bigdust):
    return start_bigdust()


@pytest.fixture
def client(bigdust):
    with stub.Client(bigdust.address) as connected:
        yield connected


@pytest.fixture
def config(sandbox):
    """The settings of a request that lands in the sandbox."""
    return tables.configuration(sandbox)
