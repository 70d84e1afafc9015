"""Transcripts of whole syncs, one file a rule (contract): what comes in, what is printed, what the API then holds.

A file of transcripts/*.txt has parts that begin with `== name`: config (members besides the sandbox's), catalog, input (a
message a line), output (what is printed but for LOG lines: STATE lines to the byte, and `TRACE <failure_type>: <words>`),
exit (the code) and api (a line per exported record: `<table> <data to the byte>`)."""
import json
import pathlib

import pytest

from support import airbyte

TRANSCRIPTS = sorted((pathlib.Path(__file__).parent / "transcripts").glob("*.txt"))


def read(path):
    parts, name = {}, None
    for line in path.read_text().splitlines():
        if line.startswith("== "):
            name = line[3:]
            parts[name] = []
        elif name:
            parts[name].append(line)
    assert set(parts) == {"config", "catalog", "input", "output", "exit", "api"}, path
    return parts


def assert_printed(output, wanted):
    seen = [(line, message) for line, message in zip(output.lines, output.messages) if message["type"] != "LOG"]
    assert len(seen) == len(wanted), [line for line, _ in seen]
    for (line, message), expected in zip(seen, wanted):
        if expected.startswith("TRACE "):
            failure_type, words = expected.removeprefix("TRACE ").split(": ", 1)
            error = message["trace"]["error"]
            assert error["failure_type"] == failure_type and words in error["message"], line
        else:
            assert line == expected


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(tmp_path, sandbox, path):
    parts = read(path)
    settings = airbyte.config(sandbox, **json.loads("\n".join(parts["config"])))
    files = airbyte.Files(tmp_path)
    output = files.write(settings, "\n".join(parts["catalog"]), parts["input"])
    assert_printed(output, parts["output"])
    assert output.code == int(parts["exit"][0])
    there = [f"{table} {row.decode()}" for table in sandbox.tables() for row in sandbox.lines(table)]
    assert sorted(there) == sorted(parts["api"])


def test_there_is_a_transcript_for_every_rule():
    assert {path.stem.split("_")[1] for path in TRANSCRIPTS} >= {"2", "3", "4", "6", "7"}  # 1, 5, 8 and 9: other files
