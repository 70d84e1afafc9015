"""./run.sh demo: what a newcomer runs first."""
import importlib.util
import pathlib
import subprocess
import sys

import pytest
from support import processes

DEMO = pathlib.Path(__file__).resolve().parents[2] / "tools/demo/demo.py"


@pytest.fixture(scope="module")
def demo():
    spec = importlib.util.spec_from_file_location("demo", DEMO)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_row_matches_and_lines_fit_a_terminal():
    done = subprocess.run([sys.executable, "-B", DEMO], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every one of the 19,800 rows is as it should be." in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_a_row_that_differs_is_named(demo):
    row = {"id": 1, "name": "x"}
    assert demo.compare({(1,): row}, {(1,): row}) == []
    assert demo.compare({(1,): row}, {}) == ["missing: (1,)"]
    assert demo.compare({}, {(1,): row}) == ["unexpected: (1,)"]
    assert demo.compare({(1,): row}, {(1,): {"id": 1, "name": "y"}}) == ["row (1,) differs in name"]


def test_keep_runs_until_a_signal():
    process = processes.Process([sys.executable, "-B", str(DEMO), "--keep"])
    process.wait_line(r"grpcurl -plaintext 127\.0\.0\.1:\d+ list")
    process.wait_line(r"curl -s http")
    assert process.stop() == 0
