"""The program itself: options, environment, log, signals."""
import json
import random
import re
import signal
import socket
import subprocess

import pytest

from support import processes, stub, tables
from support.tables import secret

ITEMS = tables.Table("items", {"id": "INT", "text": "STRING"}, ["id"])


def run(*options, env=None):
    """A run that ends by itself: exit code, stdout, stderr."""
    done = subprocess.run([processes.binary("BIGDUST"), *options], capture_output=True, text=True, timeout=60,
                          env={**processes.os.environ, **(env or {})})
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def start_unjudged():
    """A server whose log is the test's own affair; never outlives it."""
    running = []

    def start(make, *arguments):
        running.append(make(*arguments))
        return running[-1]

    yield start
    for process in running:
        process.kill()


def write(client, sandbox, count=25, **options):
    rows = [{"id": n, "text": secret("a")} for n in range(count)]
    return tables.write_batch(client, sandbox, ITEMS, replace=rows, **options)


# Options

def test_help_names_every_option_and_version_the_version():
    code, out, err = run("--help")
    assert (code, err) == (0, "")
    for option in ("--port", "--listen", "--state-dir", "--log-level", "--help", "--version"):
        assert option in out
    code, out, err = run("--version")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"bigdust \d+\.\d+\.\d+\S*\n", out)


@pytest.mark.parametrize("options, word", [
    (["--no-such"], "no-such"), (["stray"], "stray"), (["--port"], "--port"), (["--port", "x"], "--port"),
    (["--port", "65536"], "65535"), (["--port", "-1"], "--port"), (["--port", ""], "--port"),
    (["--port", "1 "], "--port"), (["--log-level", "loud"], "loud")])
def test_wrong_options_end_with_2_and_a_text(options, word):
    code, out, err = run(*options)
    assert (code, out) == (2, "")
    assert word in err


def test_a_wrong_log_level_in_the_environment_is_named():
    code, _, err = run(env={"LOG_LEVEL": "loud"})
    assert code == 2 and "LOG_LEVEL" in err and "loud" in err


def test_a_busy_port_ends_with_1_and_a_clear_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, out, err = run("--port", port, "--listen", "127.0.0.1", "--state-dir", str(tmp_path))
    assert (code, err) == (1, "")
    event = json.loads(out.splitlines()[-1])
    assert event["level"] == "SEVERE"
    assert event["message"].startswith("server_not_started") and port in event["message"]


# The log

def test_account_and_group_are_in_every_line(start_bigdust, sandbox):
    server = start_bigdust(env={"FIVETRAN_ACCOUNT_NAME": "acme inc", "FIVETRAN_GROUP_NAME": 'the "group"'})
    with stub.Client(server.address) as client:
        tables.assert_success(write(client, sandbox))
    server.stop()
    assert len(server.events()) >= 4
    for event in server.events():
        assert 'account="acme inc"' in event["message"] and "group=" in event["message"], event


def numbers_of(event):
    return dict(re.findall(r"(\w+)=(\S+)", event["message"]))


def test_every_call_ends_with_one_line_of_its_numbers(bigdust, client, sandbox):
    sandbox.fault("nonfinal", "status", status=503, retry_after="1")
    tables.assert_success(write(client, sandbox, config=tables.configuration(sandbox, batch_size="10")))
    (event,) = bigdust.wait_events("call_finished")
    numbers = numbers_of(event)
    assert event["level"] == "INFO"
    assert (numbers["outcome"], numbers["rows"], numbers["batches"], numbers["requests"], numbers["retries"]) == \
        ("ok", "25", "3", "5", "1")
    delivered = [post["body_bytes"] for post in sandbox.posts("nonfinal") if post["status"] == 200]
    assert int(numbers["bytes"]) == sum(delivered)
    assert float(numbers["seconds"]) >= 1
    assert numbers["rpc"] == "WriteBatch" and 'table="tester.items"' in event["message"]


def test_the_level_of_a_closing_line_tells_how_the_call_ended(bigdust, client, sandbox, config):
    sandbox.fault("nonfinal", "status", status=400)
    assert tables.answer_of(write(client, sandbox))[0] == "task"
    client.call("Test", tables.protos.message("TestRequest")(name="nobody knows", configuration=config))
    assert [(event["level"], numbers_of(event)["rpc"]) for event in bigdust.wait_events("call_finished", 2)] == \
        [("SEVERE", "WriteBatch"), ("WARNING", "Test")]


@pytest.mark.parametrize("how", ["option", "environment"])
def test_a_quieter_log_holds_only_what_is_worse(start_unjudged, log_watch, sandbox, how):
    options = ["--port", "0", "--state-dir", ""]
    env = {"LOG_LEVEL": "severe"} if how == "environment" else {"LOG_LEVEL": "debug"}
    options += ["--log-level", "severe"] if how == "option" else []
    server = start_unjudged(processes.Process, [processes.binary("BIGDUST"), *options], env)
    with stub.Client(f"127.0.0.1:{processes.listening_port(server.pid)}") as client:
        sandbox.fault("nonfinal", "status", status=400)
        assert tables.answer_of(write(client, sandbox))[0] == "task"
        tables.assert_success(write(client, sandbox))
    assert server.stop() == 0
    log_watch.check(server)
    assert [json.loads(line)["message"].split()[0] for line in server.stdout] == ["call_finished"]


def test_debug_lines_go_to_stderr_and_hold_no_secrets(start_unjudged, sandbox, log_watch):
    server = start_unjudged(processes.Bigdust, "--log-level", "debug")
    with stub.Client(server.address) as client:
        tables.assert_success(write(client, sandbox))
    assert server.stop() == 0
    assert any("batch_delivered" in line for line in server.stderr)
    for line in server.stdout:
        assert not log_watch.faults_of_line(line)
    for line in server.stdout + server.stderr:
        assert not log_watch.leaks_of_line(line)


def test_a_sync_goes_on_when_nobody_reads_the_log(sandbox):
    reader = subprocess.Popen(["true"], stdin=subprocess.PIPE)
    reader.wait()  # a pipe whose reader is gone
    server = subprocess.Popen([processes.binary("BIGDUST"), "--port", "0", "--state-dir", ""],
                              stdout=reader.stdin, stderr=subprocess.PIPE)
    try:
        with stub.Client(f"127.0.0.1:{processes.listening_port(server.pid)}") as client:
            for _ in range(3):
                tables.assert_success(write(client, sandbox))
        server.send_signal(signal.SIGTERM)
        _, err = server.communicate(timeout=60)
        assert (server.returncode, err) == (0, b"")
    finally:
        server.kill()
        reader.stdin.close()


# Signals

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_call_under_way_finish(bigdust, client, sandbox, config, number):
    sandbox.fault("nonfinal", "hold")
    with tables.batch_of(ITEMS, replace=[{"id": 1}]) as batch:
        call = client.start("WriteBatch", batch.request(config))
        sandbox.wait_held(1)
        bigdust.signal(number)
        bigdust.wait_event("server_stopping")
        sandbox.release()
        tables.assert_success(call.result())
    assert bigdust.wait() == 0
    assert len(sandbox.rows("tester__items")) == 1
    assert bigdust.events()[-1]["message"].startswith("server_stopped")


def test_a_second_signal_ends_at_once(bigdust, client, sandbox, config):
    sandbox.fault("nonfinal", "hold")
    with tables.batch_of(ITEMS, replace=[{"id": 1}]) as batch:
        call = client.start("WriteBatch", batch.request(config))
        sandbox.wait_held(1)
        bigdust.signal(signal.SIGTERM)
        bigdust.wait_event("server_stopping")
        bigdust.signal(signal.SIGTERM)
        assert call.exception().code().name in ("UNAVAILABLE", "CANCELLED")
        assert bigdust.wait() == 0, "while the API still holds its answer"
    sandbox.release()
    assert all(table["exports"] == 0 for table in sandbox.tables().values())


def start_on_a_port_that_nobody_else_gets(start):
    """The system gives these ports to nobody who does not ask for them."""
    for port in random.sample(range(20000, 30000), 20):
        try:
            return start(processes.Bigdust, "--port", str(port))
        except AssertionError as fault:
            assert "Address already in use" in str(fault)
    raise AssertionError("twenty ports are in use")


def test_an_idle_server_stops_and_starts_again_on_its_port(start_unjudged):
    first = start_on_a_port_that_nobody_else_gets(start_unjudged)
    with stub.Client(first.address) as client:
        client.call("Capabilities")  # a connection that lingers
    assert first.stop() == 0
    second = start_unjudged(processes.Bigdust, "--port", str(first.port))
    assert second.port == first.port
    assert second.stop() == 0
