"""tools/tester: what it sends, what lands, and that it fails when the destination misbehaves."""
import csv
import os
import pty
import socket
import subprocess
import threading

import grpc
import pytest

from support import protos, tester
from support.tables import secret

BASIC = {
    "create_table": {
        "orders": {"columns": {"id": "INT", "text": "STRING", "n": "LONG", "at": "UTC_DATETIME",
                               "price": {"type": "DECIMAL", "precision": 10, "scale": 2}},
                   "primary_key": ["id"]},
        "notes": {"columns": {"text": "STRING"}, "primary_key": []},
    },
    "ops": [
        {"upsert": {"orders": [{"id": 1, "text": secret("a"), "n": 1, "at": "2024-01-02T03:04:05.100Z", "price": 1.25},
                               {"id": 2, "text": None, "n": 2, "at": None, "price": "3.10"},
                               {"id": 3, "text": secret("c"), "n": 3},
                               {"id": 4, "text": secret('long enough, with "quotes"\nand lines'), "n": 4}],
                    "notes": [{"_fivetran_id": "x", "text": secret("note")}, {"text": secret("keyless")}]}},
        {"update": {"orders": [{"id": 1, "n": 10}, {"id": 99, "n": 99}]}},
        {"soft_delete": {"orders": [{"id": 3}]}},
        {"delete": {"orders": [{"id": 2}]}},
    ],
    "describe_table": ["orders", "notes", "nothing"],
}
WRITING_MODES = ["gzip", "uncompressed", "unencrypted", "several-files", "random-markers", "header-only", "empty-files",
                 "repeated-keys", "twice", "parallel", "large-message", "cancel", "check-columns", "reuse-tables"]


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def play(bigdust, config, folder):
    """play(input, …options): the tester's run of one input against the server."""
    def run(document, *options, **more):
        tester.write_json(folder / "input.json", document)
        return tester.run(bigdust.port, folder, *options, **{"settings": config, **more})
    return run


def orders(sandbox):
    return {key[0]: row for key, row in sandbox.state("tester__orders", ["id"]).items()}


def assert_basic(sandbox):
    rows = orders(sandbox)
    assert {key: (row["text"], row["n"], row["_fivetran_deleted"]) for key, row in rows.items()} == {
        1: (secret("a"), 10, False),
        3: (secret("c"), 3, True),
        4: (secret('long enough, with "quotes"\nand lines'), 4, False)}
    assert (rows[1]["at"], str(rows[1]["price"])) == ("2024-01-02T03:04:05.100Z", "1.25")
    notes = sandbox.state("tester__notes", ["_fivetran_id"])
    assert len(notes) == 2 and notes[("x",)]["text"] == secret("note")


def test_the_basic_operations_land(play, sandbox):
    run = play(BASIC).assert_passed()
    assert_basic(sandbox)
    assert "PASS DescribeTable nothing: not found" in run.lines
    assert "[Settings are valid]: PASSED" in run.lines


def test_without_options_there_is_a_pause_between_operations(play, sandbox):
    play(BASIC, delay=True).assert_passed()
    assert_basic(sandbox)


@pytest.mark.parametrize("mode", WRITING_MODES)
def test_a_mode_ends_in_the_same_state(play, sandbox, mode):
    play(BASIC, "--mode", mode).assert_passed()
    assert_basic(sandbox)


def test_plain_text_ends_in_the_same_state(play, sandbox, folder):
    play(BASIC, "--plain-text").assert_passed()
    assert_basic(sandbox)
    assert (folder / "orders_input_upsert.csv").read_text().endswith("\n")


def test_a_large_record_lands_whole(play, sandbox):
    play(BASIC, "--mode", "large-record").assert_passed()
    assert orders(sandbox)[1]["text"] == "x" * (24 << 20)


def test_lesson_18_years_and_fractions_land(play, sandbox):
    rows = [{"id": n, "text": secret("t"), "n": n, "at": "2024-01-01T00:00:00Z"} for n in range(11)]
    document = {"create_table": BASIC["create_table"], "ops": [{"upsert": {"orders": rows}}]}
    play(document, "--mode", "times").assert_passed()
    landed = {row["at"] for row in orders(sandbox).values()}
    assert {"0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "1970-01-01T00:00:00.12345678Z"} <= landed
    assert len(landed) == 11


@pytest.mark.parametrize("options", [["wrong-key"], ["short-key"], ["missing-key"], ["cuts"], ["cuts", "gzip"]])
def test_lesson_15_faulty_files_are_refused_and_leave_nothing(play, sandbox, options):
    run = play(BASIC, *(word for mode in options for word in ("--mode", mode))).assert_passed()
    refused = [line for line in run.passed() if "is refused: DATA_LOSS" in line]
    assert len(refused) == (2 * 9 if "cuts" in options else 2)
    assert_basic(sandbox)


def test_a_cancelled_call_is_delivered_anew(play, sandbox):
    sandbox.fault("nonfinal", "hold", times=1)
    run = play(BASIC, "--mode", "cancel", "--cancel-ms", "3000").assert_passed()
    assert any("cancelled after 3000 ms: CANCELLED" in line for line in run.lines)
    sandbox.assert_fired()
    assert_basic(sandbox)


# It must fail when the destination does.

def test_a_failed_test_ends_the_run(play, config, sandbox):
    run = play(BASIC, settings={**config, "api_key": "wrong"})
    run.assert_failed("[The API answers and accepts the key]: FAILED: ")
    assert not any("CreateTable" in line for line in run.lines)
    assert sandbox.tables() == {}


def test_a_task_fails_the_run(play, sandbox):
    sandbox.fault("nonfinal", "status", status=403, times=-1)
    play(BASIC).assert_failed("FAIL WriteBatch orders", "task: ")
    sandbox.assert_fired()


def test_a_table_that_is_there_fails_the_run_unless_it_is_reused(play):
    play(BASIC).assert_passed()
    play(BASIC).assert_failed("FAIL CreateTable orders: ")
    play(BASIC, "--mode", "reuse-tables").assert_passed()


def destination_run(folder, *options, document=None, **answers):
    tester.write_json(folder / "input.json", document or BASIC)
    with tester.Destination(**answers) as destination:
        return tester.run(destination.port, folder, *options, settings={"key": "value"}), destination


def warning(name, text="take care"):
    return protos.message(name)(warning=protos.message("Warning")(message=text))


FAULTS = {
    "nothing_set": ({"WriteBatch": protos.message("WriteBatchResponse")()}, "WriteBatch orders", "sets nothing"),
    "success_false": ({"CreateTable": protos.message("CreateTableResponse")(success=False)}, "CreateTable orders",
                      "success: false"),
    "describe_warning": ({"DescribeTable": warning("DescribeTableResponse")}, "DescribeTable", "warning: take care"),
    "status": ({"WriteBatch": grpc.StatusCode.UNAVAILABLE}, "WriteBatch orders", "UNAVAILABLE: as the test"),
    "parquet": ({"Capabilities": protos.message("CapabilitiesResponse")(batch_file_format=1)}, "Capabilities", "Parquet"),
    "no_form": ({"ConfigurationForm": grpc.StatusCode.UNIMPLEMENTED}, "ConfigurationForm", "UNIMPLEMENTED"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_lesson_04_what_is_not_success_fails(folder, name):
    answers, *texts = FAULTS[name]
    document = {**BASIC, "describe_table": ["orders"]}
    run, _ = destination_run(folder, document=document, **answers)
    run.assert_failed(*texts)


def test_a_warning_is_success_where_it_may_be(folder):
    run, _ = destination_run(folder, WriteBatch=warning("WriteBatchResponse"))
    run.assert_passed()
    assert any(line.startswith("PASS WriteBatch orders") and "warning: take care" in line for line in run.lines)


@pytest.mark.parametrize("mode", ["wrong-key", "short-key", "missing-key", "cuts"])
def test_a_destination_that_takes_faulty_files_fails(folder, mode):
    run, _ = destination_run(folder, "--mode", mode)
    assert run.code == 1 and all("was taken: success" in line for line in run.failures())


def test_a_destination_that_forgets_columns_fails(folder):
    def describe(request):
        table = protos.message("Table")(name=request.table_name)
        table.columns.add(name="id", type=protos.common().DataType.Value("LONG"), primary_key=True)
        return protos.message("DescribeTableResponse")(table=table)
    document = {**BASIC, "describe_table": ["orders"]}
    run, _ = destination_run(folder, document=document, DescribeTable=describe)
    run.assert_passed()
    run, _ = destination_run(folder, "--mode", "check-columns", document=document, DescribeTable=describe)
    run.assert_failed('DescribeTable orders: column "id" is LONG key, not INT key')


def test_nobody_there_fails(folder):
    tester.write_json(folder / "input.json", BASIC)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        run = tester.run(taken.getsockname()[1], folder, "--wait-seconds", "1", settings={})
    run.assert_failed("no destination answers at localhost:")


BROKEN_INPUTS = {
    "not_json": ("{", "input.json: "),
    "a_list": ("[]", "no JSON object"),
    "unknown_step": ('{"creat_table": {}}', 'no step "creat_table"'),
    "unknown_type": ('{"create_table": {"t": {"columns": {"a": "TEXT"}}}}', 'column "a" has no known data type'),
    "unknown_key": ('{"create_table": {"t": {"columns": {"a": "INT"}, "primary_key": ["b"]}}}', 'no column "b"'),
    "unknown_operation": ('{"ops": [{"insert": {}}]}', 'no operation "insert"'),
    "unknown_table": ('{"ops": [{"upsert": {"t": [{"a": 1}]}}]}', 'rows for table "t"'),
    "unknown_column": ('{"create_table": {"t": {"columns": {"a": "INT"}, "primary_key": ["a"]}},'
                       ' "ops": [{"upsert": {"t": [{"a": 1, "b": 2}]}}]}', 'has the column "b"'),
    "no_key": ('{"create_table": {"t": {"columns": {"a": "INT"}, "primary_key": ["a"]}},'
               ' "ops": [{"delete": {"t": [{}]}}]}', 'lacks "a" of its key'),
    # What has another shape must not be played as nothing, which would pass.
    "create_list": ('{"create_table": []}', "create_table is to be an object"),
    "alter_text": ('{"alter_table": "t"}', "alter_table is to be an object"),
    "table_list": ('{"create_table": {"t": ["a"]}}', "t is to be an object"),
    "columns_list": ('{"create_table": {"t": {"columns": ["a"]}}}', "columns is to be an object"),
    "key_text": ('{"create_table": {"t": {"columns": {"a": "INT"}, "primary_key": "a"}}}', "primary_key is to be a list"),
    "ops_object": ('{"ops": {"upsert": {}}}', "ops is to be a list"),
    "op_text": ('{"ops": ["upsert"]}', "each of ops is to be an object"),
    "upsert_list": ('{"ops": [{"upsert": []}]}', "upsert is to be an object"),
    "rows_object": ('{"ops": [{"delete": {"t": {"a": 1}}}]}', "t is to be a list"),
    "row_number": ('{"create_table": {"t": {"columns": {"a": "INT"}}}, "ops": [{"upsert": {"t": [1]}}]}',
                   "a row is to be an object"),
    "truncate_text": ('{"ops": [{"truncate_before": "t"}]}', "truncate_before is to be a list"),
    "migration_object": ('{"schema_migration": {"drop_table": []}}', "schema_migration is to be a list"),
    "migration_text": ('{"schema_migration": ["drop_table"]}', "each of schema_migration is to be an object"),
    "describe_text": ('{"describe_table": "t"}', "describe_table is to be a list"),
}


@pytest.mark.parametrize("name", BROKEN_INPUTS)
def test_a_broken_input_fails_and_says_why(folder, name):
    text, why = BROKEN_INPUTS[name]
    (folder / "input.json").write_text(text)
    with tester.Destination() as destination:
        tester.run(destination.port, folder, settings={}).assert_failed(why)


@pytest.mark.parametrize("options", [["--port", "65536"], ["--port", "1x"], ["--tester-type", "source"], ["--nonsense"],
                                     ["--batch-file-type", "PARQUET"], ["--mode", "nonsense"], ["more"],
                                     ["--data-folder", "/nonexistent"], ["--plain-text", "--mode", "wrong-key"],
                                     ["--plain-text", "--mode", "gzip"], ["--mode", "unencrypted", "--mode", "cuts"]])
def test_wrong_options_are_exit_code_2(options):
    done = subprocess.run([tester.binary("TESTER"), *options], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and done.stdout == "" and done.stderr


def test_help_names_every_mode():
    done = subprocess.run([tester.binary("TESTER"), "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr
    for mode in [*WRITING_MODES, "wrong-key", "short-key", "missing-key", "cuts", "times", "null-active", "large-record"]:
        assert f"\n  {mode} " in done.stdout


# What it sends.

def test_the_calls_come_in_their_order(folder):
    document = {"describe_table": ["orders"], **{key: BASIC[key] for key in ("create_table", "ops")},
                "alter_table": {"notes": {"columns": {"text": "JSON"}, "primary_key": []}}}
    form = protos.message("ConfigurationFormResponse")()
    form.tests.add(name="one", label="The first")
    form.tests.add(name="two", label="The second")
    run, destination = destination_run(folder, document=document, ConfigurationForm=form)
    run.assert_passed()
    assert [name for name, _ in destination.requests] == \
        ["ConfigurationForm", "Test", "Test", "Capabilities", "DescribeTable", "CreateTable", "CreateTable", "WriteBatch",
         "WriteBatch", "AlterTable"]
    assert [test.name for test in destination.of("Test")] == ["one", "two"]
    assert all(dict(request.configuration) == {"key": "value"}
               for name, request in destination.requests if name not in ("ConfigurationForm", "Capabilities"))
    assert destination.of("AlterTable")[0].drop_columns is False


def columns_of(table):
    types = protos.common().DataType
    return [(c.name, types.Name(c.type), c.primary_key) for c in table.columns]


def test_system_columns_are_added(folder):
    table = {"columns": {"id": "INT"}, "primary_key": ["id"]}
    document = {"create_table": {"keyed": table, "keyless": {"columns": {"a": "XML"}},
                                 "history": {**table, "history_mode": True}}}
    run, destination = destination_run(folder, "--schema-name", "other", document=document)
    run.assert_passed()
    keyed, keyless, history = (columns_of(request.table) for request in destination.of("CreateTable"))
    synced, deleted = ("_fivetran_synced", "UTC_DATETIME", False), ("_fivetran_deleted", "BOOLEAN", False)
    assert keyed == [("id", "INT", True), synced, deleted]
    assert keyless == [("a", "XML", False), synced, ("_fivetran_id", "STRING", True), deleted]
    assert history == [("id", "INT", True), synced, ("_fivetran_start", "UTC_DATETIME", True),
                       ("_fivetran_end", "UTC_DATETIME", False), ("_fivetran_active", "BOOLEAN", False)]
    assert {request.schema_name for request in destination.of("CreateTable")} == {"other"}


def test_truncates_come_after_the_batch_with_times_between_the_rows(folder):
    document = {"create_table": BASIC["create_table"], "ops": [
        {"upsert": {"orders": [{"id": 1}]}}, {"truncate_before": ["orders", "missing"]},
        {"soft_truncate_before": ["orders"]}, {"upsert": {"orders": [{"id": 2}]}}]}
    run, destination = destination_run(folder, "--plain-text", document=document)
    run.assert_passed()
    names = [name for name, _ in destination.requests][2:]
    assert names == ["CreateTable", "CreateTable", "WriteBatch", "Truncate", "Truncate", "Truncate"]
    soft, hard, missing = destination.of("Truncate")
    assert (soft.soft.deleted_column, hard.HasField("soft"), missing.table_name) == ("_fivetran_deleted", False, "missing")
    assert (hard.table_name, hard.synced_column) == ("orders", "_fivetran_synced")
    with open(folder / "orders_input_upsert.csv", newline="") as file:
        first, second = (row["_fivetran_synced"] for row in csv.DictReader(file))
    times = [first, hard.utc_delete_before.ToJsonString(), soft.utc_delete_before.ToJsonString(), second]
    times = [time.replace("Z", "").ljust(23, "0") if "." in time else time.replace("Z", ".000") for time in times]
    assert times == sorted(set(times))


def test_working_dir_is_what_the_destination_is_told(folder):
    told = f"/elsewhere/{folder.name}"
    tester.write_json(folder / "input.json", BASIC)
    with tester.Destination() as destination:
        tester.run(destination.port, folder, settings={}, env={"WORKING_DIR": told}).assert_passed()
    request = destination.of("WriteBatch")[0]
    paths = [*request.replace_files, *request.update_files, *request.delete_files]
    assert paths == [f"{told}/orders_input_{kind}.csv.zst.aes" for kind in ("upsert", "update", "delete")]
    assert set(request.keys) == set(paths) and len(set(request.keys.values())) == 3
    assert all(len(key) == 32 for key in request.keys.values())
    params = request.file_params
    assert (params.compression, params.encryption) == (1, 1)
    assert (params.null_string, params.unmodified_string) != ("", "")


def read_csv(path, markers):
    """[{column: text, None for NULL, …}] with Python's own reader."""
    with open(path, newline="", encoding="utf-8") as file:
        return [{name: markers.get(text, text) for name, text in row.items()} for row in csv.DictReader(file)]


def test_csv_reads_back_with_pythons_reader(folder):
    odd = ["", " ", "a,b", 'a"b', '"', '""', "\n", "\r\n", "line\nline", "tab\t", "ünïcödé 🌍", "\\n", "x" * 25, "null", ","]
    document = {"create_table": {"t": {"columns": {"id": "INT", "a,\"b": "STRING", "b": "JSON"}, "primary_key": ["id"]}},
                "ops": [{"upsert": {"t": [{"id": n, 'a,"b': text, "b": None} for n, text in enumerate(odd)]}},
                        {"update": {"t": [{"id": 0, "b": {"c": [1, None]}}]}}, {"delete": {"t": [{"id": 1}]}}]}
    run, destination = destination_run(folder, "--plain-text", document=document)
    run.assert_passed()
    params = destination.of("WriteBatch")[0].file_params
    markers = {params.null_string: None, params.unmodified_string: ...}
    rows = read_csv(folder / "t_input_upsert.csv", markers)
    assert [(row["id"], row['a,"b'], row["b"], row["_fivetran_deleted"]) for row in rows] == \
        [(str(n), text, None, "false") for n, text in enumerate(odd)]
    update, = read_csv(folder / "t_input_update.csv", markers)
    assert (update["id"], update['a,"b'], update["b"]) == ("0", ..., '{"c":[1,null]}')
    delete, = read_csv(folder / "t_input_delete.csv", markers)
    assert (delete["id"], delete['a,"b'], delete["_fivetran_deleted"]) == ("1", None, None)
    assert delete["_fivetran_synced"]


def test_a_seed_repeats_the_order_of_columns(folder):
    def header(*options):
        run, _ = destination_run(folder, "--plain-text", *options)
        return run, (folder / "orders_input_upsert.csv").read_text().split("\n")[0]
    run, first = header()
    seed = run.lines[0].split(" ")[1]
    assert header("--seed", seed)[1] == first
    assert len({header("--seed", str(n))[1] for n in range(8)}) > 1


def test_inputs_are_played_in_the_order_of_their_names(folder):
    for name in ("b.json", "a.json", "c.txt", "configuration.json"):
        tester.write_json(folder / name, {"create_table": {name[0]: {"columns": {"a": "INT"}}}})
    with tester.Destination() as destination:
        tester.run(destination.port, folder, settings={}).assert_passed()
        tester.run(destination.port, folder, "--input-file", "b.json", settings={}).assert_passed()
    assert [request.table.name for request in destination.of("CreateTable")] == ["a", "b", "b"]


def test_a_failed_input_does_not_keep_the_others_from_being_played(folder):
    tester.write_json(folder / "a.json", {"nonsense": 1})
    tester.write_json(folder / "b.json", {"create_table": {"b": {"columns": {"a": "INT"}}}})
    with tester.Destination() as destination:
        tester.run(destination.port, folder, settings={}).assert_failed("nonsense")
    assert len(destination.of("CreateTable")) == 1


def test_lesson_01_requests_are_compressed_by_gzip(folder):
    """A proxy between the two sees gzip's first bytes behind the flag of a compressed message."""
    tester.write_json(folder / "input.json", BASIC)
    seen = bytearray()

    def pump(source, sink, keep):
        while data := source.recv(65536):
            if keep:
                seen.extend(data)
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)

    with tester.Destination() as destination, socket.create_server(("127.0.0.1", 0)) as listener:
        def proxy():
            client, _ = listener.accept()
            server = socket.create_connection(("127.0.0.1", destination.port))
            back = threading.Thread(target=pump, args=(server, client, False), daemon=True)
            back.start()
            pump(client, server, True)
        threading.Thread(target=proxy, daemon=True).start()
        tester.run(listener.getsockname()[1], folder, settings={"key": "value" * 50}).assert_passed()
    assert b"\x1f\x8b\x08" in seen and b"valuevalue" not in seen


# Settings at the terminal.

def setup_form():
    message = protos.message
    form = message("ConfigurationFormResponse")()
    form.fields.add(name="kind", label="Kind", required=True).dropdown_field.dropdown_field.extend(["one", "two"])
    when = form.fields.add(name="inner", label="")
    when.conditional_fields.condition.condition_field = "kind"
    when.conditional_fields.condition.string_value = "two"
    when.conditional_fields.fields.add(name="of_two", label="Only of two", text_field=0, required=True)
    other = form.fields.add(name="inner2", label="")
    other.conditional_fields.condition.condition_field = "kind"
    other.conditional_fields.condition.string_value = "one"
    other.conditional_fields.fields.add(name="of_one", label="Only of one", text_field=0)
    form.fields.add(name="flag", label="Flag").toggle_field.SetInParent()
    form.fields.add(name="preset", label="Preset", text_field=0, default_value="as it was")
    form.fields.add(name="optional", label="Optional", text_field=0)
    form.fields.add(name="hidden", label="Hidden", text_field=2, default_value="unseen")
    form.fields.add(name="password", label="Password", text_field=1, required=True)
    form.tests.add(name="one", label="The test")
    return form


def test_settings_are_asked_for(folder):
    tester.write_json(folder / "input.json", {"describe_table": ["t"]})
    with tester.Destination(ConfigurationForm=setup_form()) as destination:
        run = tester.run(destination.port, folder, stdin="three\n2\n\nsecond\nyes\n\n\nhush hush\n").assert_passed()
    assert dict(destination.of("Test")[0].configuration) == {
        "kind": "two", "of_two": "second", "flag": "true", "preset": "as it was", "hidden": "unseen",
        "password": "hush hush"}
    assert "That cannot be." in run.output and "This one is required." in run.output
    assert "Only of one" not in run.output and "Hidden" not in run.output


def test_settings_that_end_too_early_fail(folder):
    tester.write_json(folder / "input.json", {"describe_table": ["t"]})
    with tester.Destination(ConfigurationForm=setup_form()) as destination:
        tester.run(destination.port, folder, stdin="2\n").assert_failed("Only of two")
    assert destination.of("Test") == []


def test_settings_must_be_a_flat_map_of_strings(folder):
    tester.write_json(folder / "input.json", {"describe_table": ["t"]})
    with tester.Destination() as destination:
        tester.run(destination.port, folder, settings={"a": 1}).assert_failed('the value of "a" is no string')
        tester.run(destination.port, folder, settings=["a"]).assert_failed("no JSON object")


def test_a_password_is_not_echoed(folder):
    form = protos.message("ConfigurationFormResponse")()
    form.fields.add(name="name", label="Name", text_field=0)
    form.fields.add(name="password", label="Password", text_field=1)
    tester.write_json(folder / "input.json", {"describe_table": ["t"]})
    terminal, end = pty.openpty()
    with tester.Destination(ConfigurationForm=form) as destination:
        child = subprocess.Popen(tester.command(destination.port, folder), stdin=end, stdout=subprocess.PIPE)
        os.close(end)
        for label, answer in ((b"Name: ", b"seen name\n"), (b"Password: ", b"hush hush\n")):
            shown = b""
            while not shown.endswith(label):
                byte = child.stdout.read(1)
                assert byte, shown
                shown += byte
            os.write(terminal, answer)
        rest = child.stdout.read()
        assert child.wait(60) == 0, rest
        echoed = os.read(terminal, 65536)
        assert b"seen name" in echoed and b"hush" not in echoed + rest
        request = destination.of("DescribeTable")[0]
    assert dict(request.configuration) == {"name": "seen name", "password": "hush hush"}
    os.close(terminal)


def test_messages_over_4_mb_are_sent(folder):
    run, destination = destination_run(folder, "--mode", "large-message")
    run.assert_passed()
    assert destination.of("WriteBatch")[0].ByteSize() > 4 << 20


def test_parallel_is_eight_calls_at_once(folder):
    together = threading.Barrier(8, timeout=60)

    def wait(_):
        together.wait()
        return protos.message("WriteBatchResponse")(success=True)
    run, destination = destination_run(folder, "--mode", "parallel", WriteBatch=wait)
    run.assert_passed()
    assert len(destination.of("WriteBatch")) == 8


def test_parallel_delivers_every_table_however_many_there_are(folder):
    names = [f"t{n}" for n in range(10)]
    table = {"columns": {"id": "INT"}, "primary_key": ["id"]}
    document = {"create_table": {name: table for name in names}, "ops": [{"upsert": {name: [{"id": 1}] for name in names}}]}
    run, destination = destination_run(folder, "--mode", "parallel", document=document)
    run.assert_passed()
    assert {request.table.name for request in destination.of("WriteBatch")} == set(names)


def test_several_files_differ_in_their_columns(folder):
    rows = [{"id": n, "text": str(n), "n": n} for n in range(7)]
    document = {"create_table": BASIC["create_table"], "ops": [{"upsert": {"orders": rows}}]}
    run, destination = destination_run(folder, "--plain-text", "--mode", "several-files", "--seed", "3", document=document)
    run.assert_passed()
    files = destination.of("WriteBatch")[0].replace_files
    texts = [open(path).read().splitlines() for path in files]
    assert [len(lines) - 1 for lines in texts] == [2, 2, 3]
    assert len({lines[0] for lines in texts}) > 1
    assert [row["id"] for path in files for row in csv.DictReader(open(path))] == [str(n) for n in range(7)]


def test_history_as_json_says_it(folder):
    """Ends, earliest rows and deletes of versions in one file."""
    document = {
        "create_table": {"h": {"columns": {"id": "INT", "text": "STRING"}, "primary_key": ["id"], "history_mode": True}},
        "ops": [{"upsert": {"h": [{"id": 1, "text": "b", "op_time": "2024-01-01T00:00:02Z"},
                                  {"id": 1, "text": "a", "op_time": "2024-01-01T00:00:01Z"},
                                  {"id": 2, "text": "x", "op_time": "2024-01-01T00:00:05Z"}]}},
                {"update": {"h": [{"id": 1, "text": "c", "op_time": "2024-01-01T00:00:03.5Z"}]}},
                {"delete": {"h": [{"id": 2, "op_time": "2024-01-01T00:00:09Z"},
                                  {"id": 1, "op_time": "2024-01-01T00:00:02.500Z"}]}}]}
    run, destination = destination_run(folder, "--plain-text", document=document)
    run.assert_passed()
    request = destination.of("WriteHistoryBatch")[0]
    markers = {request.file_params.null_string: None, request.file_params.unmodified_string: ...}
    read = lambda kind: sorted(tuple(row.get(name) for name in ("id", "text", "_fivetran_start", "_fivetran_end",
                                                                "_fivetran_active"))
                               for row in read_csv(folder / f"h_input_{kind}.csv", markers))
    at, last = "2024-01-01T00:00:0", "9999-12-31T23:59:59.999Z"
    assert read("upsert") == [("1", "a", f"{at}1Z", f"{at}1.999Z", "false"), ("1", "b", f"{at}2Z", f"{at}2.500Z", "false"),
                              ("2", "x", f"{at}5Z", last, "true")]
    assert read("update") == [("1", "c", f"{at}3.500Z", last, "true")]
    assert read("delete") == [("2", None, None, f"{at}9Z", "false")]
    earliest = read_csv(folder / "h_input_earliest.csv", markers)
    assert sorted(tuple(sorted(row.items())) for row in earliest) == \
        [(("_fivetran_start", f"{at}1Z"), ("id", "1")), (("_fivetran_start", f"{at}5Z"), ("id", "2"))]
    destination_run(folder, "--plain-text", "--mode", "null-active", document=document)[0].assert_passed()
    assert read("delete") == [("2", None, None, f"{at}9Z", None)]


def test_versions_of_one_moment_are_one_version(folder):
    moment = "2024-01-01T00:00:01Z"
    document = {
        "create_table": {"h": {"columns": {"id": "INT", "text": "STRING"}, "primary_key": ["id"], "history_mode": True}},
        "ops": [{"upsert": {"h": [{"id": 1, "text": "a", "op_time": moment}, {"id": 1, "text": "b", "op_time": moment}]}}]}
    run, destination = destination_run(folder, "--plain-text", document=document)
    run.assert_passed()
    rows = read_csv(folder / "h_input_upsert.csv", {})
    assert [(row["text"], row["_fivetran_active"]) for row in rows] == [("a", "true"), ("b", "true")]
    assert len(read_csv(folder / "h_input_earliest.csv", {})) == 1


def test_a_table_of_another_run_is_looked_up(folder):
    def describe(request):
        table = protos.message("Table")(name=request.table_name)
        for name, kind, key in (("id", "INT", True), ("_fivetran_synced", "UTC_DATETIME", False),
                                ("_fivetran_start", "UTC_DATETIME", True), ("_fivetran_end", "UTC_DATETIME", False),
                                ("_fivetran_active", "BOOLEAN", False)):
            table.columns.add(name=name, type=protos.common().DataType.Value(kind), primary_key=key)
        return protos.message("DescribeTableResponse")(table=table)
    document = {"ops": [{"upsert": {"h": [{"id": 1, "op_time": "2024-01-01T00:00:01Z"}]}}]}
    run, destination = destination_run(folder, document=document, DescribeTable=describe)
    run.assert_passed()
    request, = destination.of("WriteHistoryBatch")
    assert columns_of(request.table)[2] == ("_fivetran_start", "UTC_DATETIME", True)


def test_history_mode_has_no_soft_truncate(folder):
    document = {"create_table": {"h": {"columns": {"id": "INT"}, "primary_key": ["id"], "history_mode": True}},
                "ops": [{"soft_truncate_before": ["h"]}]}
    destination_run(folder, document=document)[0].assert_failed('table "h" is in history mode')


def test_files_of_odd_table_names_are_told_apart(folder):
    table = {"columns": {"id": "INT"}, "primary_key": ["id"]}
    names = ["a/b", "a_b", "a\nb", "../up", "ä" * 80, "ä" * 81]
    document = {"create_table": dict.fromkeys(names, table),
                "ops": [{"upsert": {name: [{"id": number}] for number, name in enumerate(names)}}]}
    run, destination = destination_run(folder, "--plain-text", document=document)
    run.assert_passed()
    for number, request in enumerate(destination.of("WriteBatch")):
        path, = request.replace_files
        assert os.path.dirname(path) == str(folder)
        assert [row["id"] for row in csv.DictReader(open(path))] == [str(number)]


def test_a_row_without_a_key_gets_the_same_one_every_time(folder):
    document = {"create_table": {"t": {"columns": {"a": "STRING"}}},
                "ops": [{"upsert": {"t": [{"a": "x"}, {"a": "y"}, {"a": "x"}, {"a": None}]}}]}
    ids = []
    for seed in ("1", "2"):
        destination_run(folder, "--plain-text", "--seed", seed, document=document)[0].assert_passed()
        ids.append([row["_fivetran_id"] for row in csv.DictReader(open(folder / "t_input_upsert.csv"))])
    assert ids[0] == ids[1] and ids[0][0] == ids[0][2] and len(set(ids[0])) == 3


def test_an_input_may_lie_elsewhere(folder):
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    tester.write_json(elsewhere / "one.json", {"create_table": {"t": {"columns": {"a": "INT"}}}})
    with tester.Destination() as destination:
        tester.run(destination.port, folder, "--input-file", str(elsewhere / "one.json"), settings={}).assert_passed()
    assert len(destination.of("CreateTable")) == 1


def test_the_host_comes_from_the_environment(folder):
    tester.write_json(folder / "input.json", BASIC)
    with tester.Destination() as destination:
        options = (destination.port, folder, "--wait-seconds", "1")
        tester.run(*options, settings={}, env={"GRPC_HOSTNAME": "127.0.0.1"}).assert_passed()
        tester.run(*options, settings={}, env={"GRPC_HOSTNAME": "host.invalid"}).assert_failed("answers at host.invalid:")
