"""./run.sh demo: what a newcomer runs first."""
import pathlib
import re
import subprocess
import sys
import urllib.request

import pytest
from support import processes

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tools/demo"
DEMO = FOLDER / "demo.py"
ROWS = {"biggeo": "19,900", "dust-tables": "19,900", "dust-documents": "4,975"}


@pytest.fixture
def compare(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import places
    return places.compare


def run(*options):
    done = subprocess.run([sys.executable, "-B", DEMO, *options], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 100
    return done.stdout


def test_into_biggeo_by_default_every_row_matches():
    said = run()
    assert "into a local BigGeo" in said
    assert f"Every one of the {ROWS['biggeo']} rows is as it should be." in said


def test_into_a_table_of_dust_every_row_matches_and_its_merging_is_waited_for():
    said = run("--destination", "dust-tables")
    assert f"Every one of the {ROWS['dust-tables']} rows is as it should be." in said
    waits = re.findall(r"(\d+\.\d) s of it: all taken by Dust", said)
    assert len(waits) == 3 and min(map(float, waits)) >= 1


def test_into_documents_of_dust_every_row_matches():
    said = run("--destination", "dust-documents")
    assert f"Every one of the {ROWS['dust-documents']} rows is as it should be." in said


def test_a_row_that_differs_is_named(compare):
    row = {"id": 1, "name": "x"}
    assert compare({1: row}, {1: row}) == []
    assert compare({1: row}, {}) == ["missing: 1"]
    assert compare({}, {1: row}) == ["unexpected: 1"]
    assert compare({1: row}, {1: {"id": 1, "name": "y"}}) == ["row 1 differs in name"]


@pytest.mark.parametrize("destination", ROWS)
def test_keep_runs_until_a_signal(destination):
    process = processes.Process([sys.executable, "-B", str(DEMO), "--keep", "--destination", destination])
    process.wait_line(r"grpcurl -plaintext 127\.0\.0\.1:\d+ list", timeout=300)
    process.wait_line(r"curl -s ")
    url = process.wait_line(r"(http://\S+/(?:rows|documents)/\S+)").group(1)
    request = urllib.request.Request(url, headers={"Authorization": "Bearer sk-test-key"})
    assert b"Shahrak-e Qods" in urllib.request.urlopen(request).read()
    assert max(map(len, process.stdout)) <= 100
    assert process.stop() == 0


def test_a_signal_on_the_way_ends_it_all():
    process = processes.Process([sys.executable, "-B", str(DEMO), "--destination", "dust-tables"])
    sandbox = process.wait_line(r"sandbox, .*(http://127\.0\.0\.1:\d+)").group(1)
    process.wait_line("WriteBatch: upsert")
    assert process.stop() == 130
    with pytest.raises(OSError):
        urllib.request.urlopen(sandbox)
