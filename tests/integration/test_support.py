"""The test support itself: files that can be read back, logs that are judged, requests as meant."""
import csv
import decimal
import io
import tracemalloc

import grpc
import pytest

from support import files, processes, protos, stub, tables
from support.files import UNMODIFIED
from support.processes import LogWatch
from support.tables import Batch, Table

ROWS = [
    {"id": 1, "text": "plain", "flag": True, "amount": decimal.Decimal("1E+3")},
    {"id": 2, "text": 'a "quoted", one\nwith lines', "flag": False, "amount": None},
    {"id": 3, "text": "", "flag": None, "amount": 1.5},
    {"id": 4, "text": "back\\slash \U0001F30D", "flag": True, "amount": {"a": [1]}},
]
COLUMNS = ["id", "text", "flag", "amount"]
WANTED = [
    {"id": "1", "text": "plain", "flag": "true", "amount": "1E+3"},
    {"id": "2", "text": 'a "quoted", one\nwith lines', "flag": "false",
     "amount": files.NULL_STRING},
    {"id": "3", "text": "", "flag": files.NULL_STRING, "amount": "1.5"},
    {"id": "4", "text": "back\\slash \U0001F30D", "flag": "true", "amount": '{"a": [1]}'},
]


def parsed(data):
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


@pytest.mark.parametrize("encryption", files.ENCRYPTIONS)
@pytest.mark.parametrize("compression", files.COMPRESSIONS)
def test_files_can_be_read_back(tmp_path, compression, encryption):
    path = tmp_path / "file"
    key = files.write_rows(path, COLUMNS, ROWS, compression=compression, encryption=encryption)
    assert (key is None) == (encryption == "NONE")
    assert key is None or len(key) == 32
    assert parsed(files.read_bytes(path, compression, key)) == WANTED


def test_keys_and_ivs_are_new_each_time(tmp_path):
    keys = {files.write_rows(tmp_path / str(i), COLUMNS, ROWS) for i in range(5)}
    ivs = {(tmp_path / str(i)).read_bytes()[:16] for i in range(5)}
    assert len(keys) == len(ivs) == 5


def plain(tmp_path, columns, rows, **more):
    files.write_rows(tmp_path / "plain", columns, rows, compression="OFF", encryption="NONE", **more)
    return (tmp_path / "plain").read_bytes()


def test_quoting_is_as_jackson_does_it(tmp_path):
    rows = [{"a": "x" * 24, "b": "x" * 25, "c": None}, {"a": "", "b": 'q"', "c": UNMODIFIED}]
    assert plain(tmp_path, "abc", rows, shuffle=False).decode() == (
        f'a,b,c\n{"x" * 24},"{"x" * 25}",{files.NULL_STRING}\n'
        f'"","q""",{files.UNMODIFIED_STRING}\n')


def test_columns_left_out_are_null_or_unmodified(tmp_path):
    for kind, marker in (("replace", files.NULL_STRING), ("delete", files.NULL_STRING),
                         ("update", files.UNMODIFIED_STRING)):
        assert plain(tmp_path, "ab", [{"a": 1}], kind=kind, shuffle=False) == (
            f"a,b\n1,{marker}\n".encode())


def test_columns_are_shuffled_per_file(tmp_path):
    headers = {plain(tmp_path, "abcdefgh", [], seed=seed) for seed in range(10)}
    assert len(headers) > 5
    assert {bytes(sorted(header)) for header in headers} == {bytes(sorted(b"a,b,c,d,e,f,g,h\n"))}


def test_wrong_rows_are_refused(tmp_path):
    for row in ({"z": 1}, {"a": files.NULL_STRING}, {"a": object()}):
        with pytest.raises((ValueError, TypeError)):
            plain(tmp_path, "a", [row])


def test_files_of_many_rows_take_little_memory(tmp_path):
    tracemalloc.start()
    files.write_rows(tmp_path / "many", ["id", "text"],
                     ({"id": i, "text": "some text"} for i in range(100_000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


def test_a_cut_file_is_whole_again(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    with files.cut_file(path, 3):
        assert path.read_bytes() == b"012"
    assert path.read_bytes() == b"0123456789"


# Requests

def test_the_protos_are_the_services(tmp_path):
    assert len(protos.method_names()) == 10
    path, request, response = protos.method("WriteHistoryBatch")
    assert path == "/fivetran_sdk.v2.DestinationConnector/WriteHistoryBatch"
    assert (request.__name__, response.__name__) == (
        "WriteHistoryBatchRequest", "WriteBatchResponse")
    assert protos.health().HealthCheckResponse.SERVING == 1
    for version in ("v1", "v1alpha"):
        package = protos.reflection(version).DESCRIPTOR.package
        assert package == f"grpc.reflection.{version}"


def test_a_batch_becomes_a_request(tmp_path):
    table = Table("users", {"id": "INT", "amount": ("DECIMAL", 10, 2)}, key=["id"])
    batch = Batch(table, tmp_path, compression="GZIP")
    batch.add("replace", [{"id": 1}])
    batch.add("replace", [{"id": 2}])
    batch.add("delete", [{"id": 3}], columns=["id"])
    request = batch.request({"api_key": "k"})
    assert list(request.replace_files) == batch.paths["replace"]
    assert len(request.delete_files) == 1 and not request.update_files
    assert set(request.keys) == {*request.replace_files, *request.delete_files}
    assert request.file_params.compression == protos.sdk().GZIP
    assert request.file_params.encryption == protos.sdk().AES
    names = [(c.name, c.primary_key) for c in request.table.columns]
    assert names == [("id", True), ("amount", False), ("_fivetran_synced", False)]
    assert request.table.columns[1].params.decimal.precision == 10
    for path, key in request.keys.items():
        assert files.read_bytes(path, "GZIP", key)


def test_a_list_of_lists_is_several_files():
    table = Table("t", {"id": "INT"}, key=["id"])
    with tables.batch_of(table, replace=[[{"id": 1}], [{"id": 2}]], update=[]) as batch:
        assert [len(batch.paths[kind]) for kind in tables.KINDS] == [0, 2, 1, 0]
    with tables.batch_of(table, replace=({"id": i} for i in range(3))) as batch:
        assert [len(batch.paths[kind]) for kind in tables.KINDS] == [0, 1, 0, 0]


# The judge of logs

GOOD_LINE = '{"level":"INFO","message":"server_started port=1","message-origin":"sdk_destination"}'


@pytest.mark.parametrize("line", [
    "plain text", "", "[]", "7",
    GOOD_LINE.replace("INFO", "DEBUG"), GOOD_LINE.replace("INFO", "info"),
    GOOD_LINE.replace("sdk_destination", "sdk"), GOOD_LINE.replace('"level":"INFO",', ""),
    GOOD_LINE[:-1] + ',"extra":1}', GOOD_LINE.replace('"server_started port=1"', "7"),
    GOOD_LINE[:-1]])
def test_faulty_lines_are_found(line):
    assert LogWatch().faults_of_line(line)


class Ended:
    """A process that has said these lines."""

    def __init__(self, stdout=(), stderr=()):
        self.stdout, self.stderr = list(stdout), list(stderr)


def test_good_lines_pass():
    for level in ("INFO", "WARNING", "SEVERE"):
        LogWatch().check(Ended([GOOD_LINE.replace("INFO", level)]))


def test_secrets_are_found_plain_and_escaped():
    watch = LogWatch()
    watch.forbid('se"cret', "a key")
    for line in (GOOD_LINE.replace("port=1", 'se\\"cret'), GOOD_LINE + 'se"cret'):
        with pytest.raises(AssertionError, match="leaks a key"):
            watch.check(Ended([line]))
    watch.check(Ended([GOOD_LINE]))
    with pytest.raises(ValueError):
        watch.forbid("abc")


def test_stderr_must_be_empty():
    with pytest.raises(AssertionError, match="on stderr"):
        LogWatch().check(Ended([GOOD_LINE], ["a word"]))


# Processes and the client, against a server of few words

SERVER = '''
import concurrent.futures, json, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])  # before grpc makes its threads
import grpc
from support import protos

def say(message):
    print(json.dumps({"level": "INFO", "message": message, "message-origin": "sdk_destination"}),
          flush=True)

def write_batch(request, context):
    say("batch tables=1 compression=" + dict(context.invocation_metadata()).get("x-note", "none"))
    if not request.schema_name:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no schema")
    _, _, response = protos.method("WriteBatch")
    return response(task={"message": "text " + request.configuration["api_key"]})

path, request, response = protos.method("WriteBatch")
handler = grpc.unary_unary_rpc_method_handler(write_batch, request.FromString,
                                              response.SerializeToString)
server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(
    path.split("/")[1], {"WriteBatch": handler})])
port = server.add_insecure_port("127.0.0.1:0")
server.start()
say("starting")
say(f"server_started port={port} version=0")
signal.sigwait([signal.SIGTERM])
server.stop(None).wait()
say("server_stopped " + " ".join(sys.argv[3:]))
sys.exit(int("--fail" in sys.argv))
'''


@pytest.fixture
def few_words(tmp_path, monkeypatch):
    script = tmp_path / "server"
    script.write_text("#!/usr/bin/python3\n" + SERVER)
    script.chmod(0o755)
    monkeypatch.setenv("BIGDUST", str(script))
    monkeypatch.setenv("PYTHONPATH", str(protos.ROOT / "tests"))


def test_a_server_is_started_called_and_stopped(few_words):
    table = Table("t", {"id": "INT"}, key=["id"])
    server = processes.Bigdust()
    with stub.Client(server.address) as client, tables.batch_of(table, replace=[{"id": 1}]) as batch:
        for compression in (None, grpc.Compression.Gzip):
            response = client.call("WriteBatch", batch.request({"api_key": "k"}),
                                   compression=compression, metadata=[("x-note", "hello")])
            assert tables.answer_of(response) == ("task", "text k")
        with pytest.raises(AssertionError):
            tables.assert_success(response)
        error = client.error("WriteBatch")
        assert (error.code(), error.details()) == (grpc.StatusCode.INVALID_ARGUMENT, "no schema")
        with pytest.raises(AssertionError, match="was to fail"):
            client.error("WriteBatch", batch.request({"api_key": "k"}))
        assert client.error("Test").code() == grpc.StatusCode.UNIMPLEMENTED
    assert len(server.wait_events("batch", 4)) == 4
    assert server.peak_memory() > 1024 * 1024
    server.finish()
    assert server.events()[-1]["message"].startswith("server_stopped")


def test_a_bad_exit_code_is_found(few_words):
    with pytest.raises(AssertionError, match="exit code 1"):
        processes.Bigdust("--fail").finish()


def test_a_leak_in_the_log_is_found(few_words):
    watch = LogWatch()
    watch.forbid("sesame")
    with pytest.raises(AssertionError, match="leaks"):
        processes.Bigdust("sesame", watch=watch).finish()


def test_a_killed_server_is_judged_by_its_log_alone(few_words):
    server = processes.Bigdust()
    assert server.kill() == -9
    server.finish()


def test_a_line_that_never_comes_is_an_error(few_words):
    server = processes.Bigdust()
    with pytest.raises(AssertionError, match="in time"):
        server.wait_line("nothing like it", timeout=0.05)
    server.finish()
    with pytest.raises(AssertionError, match="ended"):
        server.wait_line("nothing like it")


def test_a_program_that_does_not_start_is_an_error(monkeypatch):
    monkeypatch.setenv("BIGDUST", "/bin/false")
    with pytest.raises(AssertionError, match="ended"):
        processes.Bigdust()
    monkeypatch.delenv("BIGDUST")
    with pytest.raises(RuntimeError, match="set BIGDUST"):
        processes.Bigdust()
