"""What a failed `write` says and how it ends; signals; progress."""
import json
import os
import pty
import signal
import socket
import subprocess

import pytest

from support import airbyte
from support.airbyte import catalog, config, record, stream_state
from support.processes import binary
from support.sandbox import API_KEY
from support.tables import secret

USERS = [record("users", {"n": n, "text": secret("a")}) for n in range(30)]


@pytest.fixture
def files(tmp_path):
    return airbyte.Files(tmp_path)


# TRACE ERROR

@pytest.mark.parametrize("kind", ["nonfinal", "final"])
@pytest.mark.parametrize("status, failure_type, word", [
    (401, "config_error", "API key"), (403, "config_error", "rights"), (404, "config_error", "Not Found"),
    (400, "config_error", "HTTP 400"), (402, "config_error", "plan")])
def test_rule_2_a_refusal_is_a_config_error(files, sandbox, kind, status, failure_type, word):
    sandbox.fault(kind, "status", status=status, body='{"message":"told by the API"}', times=-1)
    output = files.write(config(sandbox), catalog("users"), [*USERS, stream_state("users", 1)])
    output.assert_failure(failure_type, word, "told by the API", "table users")
    assert output.states == [] and len(sandbox.posts(kind)) == 1
    text = "\n".join(output.lines)
    assert API_KEY not in text and secret("a") not in text


def test_rule_2_a_wrong_config_is_a_config_error(files, sandbox):
    files.write(config(sandbox, batch_size=0), catalog("users"), USERS).assert_failure("config_error", "Batch size")
    files.write({}, catalog("users"), USERS).assert_failure("config_error", "API key is missing")
    assert sandbox.requests() == []


def test_rule_2_a_missing_file_is_a_config_error(tmp_path):
    airbyte.run("write", "--config", tmp_path / "no.json", "--catalog", tmp_path / "no.json").assert_failure("config_error", "no.json")


@pytest.mark.parametrize("status", [503, 429, 500])
def test_what_passes_is_tried_again(files, sandbox, status):
    sandbox.fault("any", "status", status=status, times=2, **({"retry_after": "1"} if status == 429 else {}))
    files.write(config(sandbox, batch_size=10), catalog("users"), USERS).assert_success()
    sandbox.assert_fired()
    assert sorted(row["n"] for row in sandbox.rows("users")) == list(range(30))


def test_rule_2_an_api_that_stays_down_is_a_transient_error(files):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        output = files.write({"api_key": "k", "biggeo_base_url": url}, catalog("users"), USERS)
    output.assert_failure("transient_error", "could not be reached")


def test_lesson_33_a_lost_answer_is_repeated_with_a_warning_since_stdin_cannot_be_read_again(files, sandbox):
    sandbox.fault("nonfinal", "reset_after", after=1)
    output = files.write(config(sandbox, batch_size=10), catalog("users"), [*USERS, stream_state("users", 1)])
    assert len(output.assert_success().states) == 1
    assert {row["n"] for row in sandbox.rows("users")} == set(range(30))
    (notice,) = output.logs("notice")
    assert "twice" in notice and "users" in notice


def test_lesson_33_a_lost_answer_to_the_final_post_is_repeated(files, sandbox):
    sandbox.fault("final", "reset_before")
    output = files.write(config(sandbox), catalog("users"), [*USERS, stream_state("users", 1)]).assert_success()
    assert len(output.states) == 1 and len(sandbox.rows("users")) == 30


def test_lesson_33_a_final_post_that_was_carried_out_unheard_and_is_then_refused_is_a_transient_error(files, sandbox):
    """Rows from Airbyte carry nothing to find them by; they are delivered again, never lost."""
    sandbox.fault("final", "reset_after")
    output = files.write(config(sandbox), catalog("users"), [*USERS, stream_state("users", 1)])
    output.assert_failure("transient_error", "may or may not have been stored")
    assert output.states == []


def test_lesson_30_the_first_failure_ends_the_sync(files, sandbox):
    sandbox.fault("nonfinal", "status", status=400, table="one")
    lines = [text for n in range(200) for text in (record("one", {"n": n}), record("two", {"n": n}))]
    files.write(config(sandbox, batch_size=10), catalog("one", "two"), lines).assert_failure("config_error", "HTTP 400")
    assert sandbox.posts("final") == []


def test_a_platform_that_reads_no_more_is_a_failure(files, sandbox):
    arguments = files.arguments(config(sandbox, commit="state", commit_interval_seconds=0), catalog("users"))
    reader, writer = os.pipe()
    child = subprocess.Popen([binary("BIGDUST"), "write", *arguments], stdin=subprocess.PIPE, stdout=writer)
    os.close(writer)
    os.close(reader)
    child.stdin.write("\n".join([*USERS, stream_state("users", 1), ""]).encode())
    child.stdin.close()
    assert child.wait(60) == 1


@pytest.mark.parametrize("closed, code", [("<&-", 1), (">&-", 1), ("<&- >&-", 1), ("2>&-", 0), ("<&- >&- 2>&-", 1)])
def test_a_standard_stream_that_is_closed_is_not_taken_for_what_was_opened_in_its_place(files, sandbox, closed, code):
    arguments = files.arguments(config(sandbox), catalog("users"))
    done = subprocess.run(["bash", "-c", f'"$@" {closed}', "bash", binary("BIGDUST"), "write", *arguments],
                          input="\n".join([*USERS, stream_state("users", 1), ""]), text=True, capture_output=True, timeout=60)
    assert done.returncode == code
    if closed == "<&-":
        assert "messages cannot be read" in done.stdout
    if ">&-" in closed.split():
        assert done.stdout == ""


# Logs

def test_rule_5_logs_are_log_lines_without_values_and_keys(files, sandbox):
    output = files.write(config(sandbox), catalog("users"), USERS, env={**os.environ, "LOG_LEVEL": "debug"}).assert_success()
    assert output.stderr == []
    assert {m["log"]["level"] for m in output.of("LOG")} >= {"INFO", "DEBUG"}
    text = "\n".join(output.lines)
    assert API_KEY not in text and "canary" not in text
    (line,) = output.logs("stream_finished")
    assert 'stream="users"' in line and "records=30" in line


# Signals

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_rule_8_a_signal_ends_a_sync_that_waits_for_input(files, sandbox, number):
    sync = files.start(config(sandbox, batch_size=10), catalog("users"))
    sync.feed(*USERS, stream_state("users", 1))
    sync.wait_line("write_started")
    sync.signal(number)
    assert sync.wait() == 1, "by itself, not by the alarm that ends what does not stop"
    messages = [json.loads(text) for text in sync.stdout]
    assert messages[-1]["trace"]["error"]["failure_type"] == "transient_error"
    assert sync.states() == [] and sandbox.posts("final") == []


def test_rule_8_sigterm_ends_a_sync_that_waits_for_the_api(files, sandbox):
    sandbox.fault("nonfinal", "hold", times=-1)
    sync = files.start(config(sandbox, batch_size=1), catalog("users"))
    sync.feed(*USERS[:5])
    sync.child.stdin.close()
    sandbox.wait_held()
    sync.signal(signal.SIGTERM)
    assert sync.wait(20) == 1
    sandbox.release()


def test_rule_8_sigterm_ends_a_sync_that_waits_to_try_again(files, sandbox):
    sandbox.fault("nonfinal", "status", status=429, retry_after="600", times=-1)
    sync = files.start(config(sandbox, batch_size=1), catalog("users"))
    sync.feed(*USERS[:5])
    sync.wait_line("request_failed")
    sync.signal(signal.SIGTERM)
    assert sync.wait(20) == 1


# Progress

def test_a_person_at_a_terminal_sees_how_far_it_is(files, sandbox):
    arguments = files.arguments(config(sandbox), catalog("users"))
    ours, theirs = pty.openpty()
    child = subprocess.Popen([binary("BIGDUST"), "write", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=theirs)
    os.close(theirs)
    seen = b""
    child.stdin.write("\n".join([*USERS, ""]).encode())
    child.stdin.flush()
    while b"30 records" not in seen:
        seen += os.read(ours, 4096)
    assert b"users: 30" in seen and b"records/s" in seen and b"MB" in seen
    out, _ = child.communicate()
    try:
        while chunk := os.read(ours, 4096):
            seen += chunk
    except OSError:
        pass  # the other side is closed
    os.close(ours)
    assert child.returncode == 0
    assert b"users: 30 records" in seen.split(b"\x1b[K")[-1]
    assert b"canary" not in seen + out


def test_without_a_terminal_stderr_stays_empty(files, sandbox):
    output = files.write(config(sandbox), catalog("users"), USERS).assert_success()
    assert output.stderr == []
