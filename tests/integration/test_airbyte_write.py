"""`bigdust write`: records of many streams on their way to BigGeo."""
import os
import random

import pytest

from support import airbyte
from support.airbyte import catalog, complete, config, record, stream, stream_state
from support.tables import secret

MIB = 1024 * 1024


@pytest.fixture
def files(tmp_path):
    return airbyte.Files(tmp_path)


def raw_rows(sandbox, table):
    return [text.decode() for text in sandbox.lines(table)]


# Streams

def test_each_stream_is_a_table_of_its_own(files, sandbox):
    streams = catalog("users", stream("users", "shop"), stream("orders", "shop"), stream("ünï", "a__b"))
    lines = [record("users", {"n": 1}), record("users", {"n": 2}, "shop"), record("orders", {"n": 3}, "shop"),
             record("ünï", {"n": 4}, "a__b"), record("users", {"n": 5}), record("users", {"n": 6}, "")]
    files.write(config(sandbox), streams, lines).assert_success()
    assert [row["n"] for row in sandbox.rows("users")] == [1, 5, 6], "an empty namespace is none"
    assert [row["n"] for row in sandbox.rows("shop__users")] == [2]
    assert [row["n"] for row in sandbox.rows("shop__orders")] == [3]
    (other,) = [name for name in sandbox.tables() if name.startswith("a__b__ünï-")]
    assert [row["n"] for row in sandbox.rows(other)] == [4]


def test_a_stream_without_records_sends_nothing(files, sandbox):
    files.write(config(sandbox), catalog("users", "empty"), [record("users", {"n": 1}), complete("empty")]).assert_success()
    assert {post["table"] for post in sandbox.posts()} == {"users"}
    assert len(sandbox.posts("final")) == 1


def test_an_empty_input_is_a_success_that_sends_nothing(files, sandbox):
    files.write(config(sandbox), catalog("users"), []).assert_success()
    assert sandbox.requests() == []


def test_names_may_be_written_with_escapes(files, sandbox):
    text = '{"type":"RECORD","record":{"stream":"\\u00fc\\"\\ud83c\\udf0d","namespace":"\\u0061","data":{"n":1},"emitted_at":1}}'
    files.write(config(sandbox), catalog(stream('ü"🌍', "a")), [text]).assert_success()
    assert raw_rows(sandbox, 'a__ü"🌍') == ['{"n":1}']


def test_two_streams_that_would_meet_in_one_table_are_refused(files, sandbox):
    output = files.write(config(sandbox), catalog("a__b", stream("b", "a")), [record("a__b", {"n": 1})])
    output.assert_failure("config_error", "a__b", "namespace")
    assert sandbox.requests() == []


def test_a_record_of_a_stream_that_is_not_in_the_catalog_is_an_error_that_names_it(files, sandbox):
    lines = [record("users", {"n": 1}), record("strangers", {"text": secret("x")}, "shop")]
    output = files.write(config(sandbox), catalog("users"), lines)
    output.assert_failure("config_error", '"strangers"', '"shop"', "catalog")
    assert sandbox.posts("final") == [], "nothing is made durable after a failure"
    assert secret("x") not in "".join(output.lines)


# Records as they came

NUMBER = "1" * 500 + "." + "2" * 200 + "E-7"


@pytest.mark.parametrize("data", [
    f'{{"n":{NUMBER}}}', '{"n":-0.0,"m":1E400,"z":0.10}', '{"a":"Infinity","b":"NaN","c":"12345678901234567890"}',
    '{ "spaces" : [ 1 , 2 ] }', '{"same":1,"same":2}', '{"e":"\\u00e9\\ud83c\\udf0d\\/\\ud800"}', '{"é":"日本"}', "{}",
    '{"deep":' + "[" * 500 + "]" * 500 + "}"])
def test_a_record_arrives_byte_for_byte(files, sandbox, data):
    files.write(config(sandbox), catalog("users"), [record("users", data)]).assert_success()
    assert raw_rows(sandbox, "users") == [data]


def test_nothing_is_added_to_a_record_and_emitted_at_is_the_source_s(files, sandbox):
    lines = [record("users", {"id": 7}, emitted_at=stamp) for stamp in ("1700000000123", "1700000000123.0", "5", "0")]
    lines.append('{"type":"RECORD","record":{"data":{"id":7},"stream":"users","emitted_at":1.7e12,"meta":{"changes":[]}},"new":1}')
    files.write(config(sandbox), catalog("users"), lines).assert_success()
    envelopes = sandbox.envelopes("users")
    assert [row["data"] for row in envelopes] == [{"id": 7}] * 5
    assert [row["emitted_at"] for row in envelopes] == [1700000000123, 1700000000123, 5, 0, 1700000000000]


def test_a_record_without_emitted_at_gets_the_time_of_now(files, sandbox):
    files.write(config(sandbox), catalog("users"),
                ['{"type":"RECORD","record":{"stream":"users","data":{"id":1}}}']).assert_success()
    assert sandbox.envelopes("users")[0]["emitted_at"] > airbyte.EMITTED_AT


def test_a_record_whose_envelope_is_written_with_escapes_is_no_less_a_record(files, sandbox):
    text = record("users", {"n": 1}).replace('"RECORD"', r'"RECOR\u0044"').replace('"data"', r'"d\u0061ta"')
    files.write(config(sandbox), catalog("users"), [text]).assert_success()
    assert raw_rows(sandbox, "users") == ['{"n":1}']


def test_a_record_that_is_nested_too_deep_is_an_error_and_not_left_out(files, sandbox):
    lines = [record("users", {"n": 1}), record("users", '{"deep":' + "[" * 600 + "]" * 600 + "}"), stream_state("users", 1)]
    output = files.write(config(sandbox), catalog("users"), lines)
    output.assert_failure("config_error", "512 levels")
    assert output.states == [] and sandbox.posts("final") == []


# Batches

def test_batches_are_cut_by_records(files, sandbox):
    lines = [record(name, {"n": n}) for n in range(25) for name in ("users", "orders")]
    files.write(config(sandbox, batch_size=10), catalog("users", "orders"), lines).assert_success()
    for table in ("users", "orders"):
        posts = [post for post in sandbox.posts("nonfinal") if post["table"] == table]
        assert [post["records"] for post in posts] == [10, 10, 5]
        assert [row["n"] for row in sandbox.rows(table)] == list(range(25)), "in order"
    assert len(sandbox.posts("final")) == 2 and len(sandbox.sessions()) == 2


def test_lesson_23_batches_are_cut_by_bytes(files, sandbox):
    lines = [record("users", {"n": n, "text": "x" * 5000}) for n in range(40)]
    files.write(config(sandbox, max_batch_bytes=16384), catalog("users"), lines).assert_success()
    assert all(post["body_bytes"] <= 16384 for post in sandbox.posts())
    assert [row["n"] for row in sandbox.rows("users")] == list(range(40))


def test_the_alias_of_the_older_dust_connector_is_a_batch_size(files, sandbox):
    lines = [record("users", {"n": n}) for n in range(10)]
    files.write(config(sandbox, table_batch_size=3), catalog("users"), lines).assert_success()
    assert [post["records"] for post in sandbox.posts("nonfinal")] == [3, 3, 3, 1]


def test_lesson_21_a_line_of_nearly_32_mib_passes(files, start_sandbox):
    sandbox = start_sandbox("--max-body", str(64 * MIB - 1))
    data = '{"text":"' + "x" * (32 * MIB - 200) + '"}'
    lines = [record("users", {"n": 1}), record("users", data), record("users", {"n": 2})]
    output = files.write(config(sandbox), catalog("users"), lines).assert_success()
    assert [len(text) for text in raw_rows(sandbox, "users")] == [7, len(data), 7]
    assert output.logs("record_over_cap")


def test_lines_of_32_mib_pass_and_one_byte_more_is_an_error(files, start_sandbox):
    sandbox = start_sandbox("--max-body", str(64 * MIB - 1))
    room = 32 * MIB - len(record("users", {"text": ""}))
    files.write(config(sandbox), catalog("users"), [record("users", {"text": "x" * room})]).assert_success()
    output = files.write(config(sandbox), catalog("users"), [record("users", {"text": "x" * (room + 1)})])
    output.assert_failure("config_error", "33554432 bytes")


def test_a_line_of_more_than_32_mib_is_an_error(files, sandbox):
    lines = [record("users", {"n": 1}), record("users", '{"text":"' + "x" * (33 * MIB) + '"}')]
    output = files.write(config(sandbox), catalog("users"), lines)
    output.assert_failure("config_error", "33554432 bytes")
    assert sandbox.posts("final") == []


def test_a_413_splits_the_batch(files, sandbox):
    sandbox.config(max_body=1500)
    lines = [record("users", {"n": n, "text": secret("a")}) for n in range(40)]
    files.write(config(sandbox), catalog("users"), lines).assert_success()
    assert [row["n"] for row in sandbox.rows("users")] == list(range(40))


def test_a_lone_record_that_is_refused_with_413_is_named_by_its_key(files, sandbox):
    sandbox.config(max_body=2000)
    lines = [record("users", {"id": 41}), record("users", {"id": 42, "text": "x" * 3000})]
    output = files.write(config(sandbox), catalog(stream("users", primary_key=[["id"]])), lines)
    output.assert_failure("config_error", "Table users has", "id=42", "413")


@pytest.mark.skipif("SANITIZED" in os.environ, reason="a sanitizer's own memory would be measured")
def test_lesson_35_memory_is_bounded_whatever_the_number_of_streams(files, start_sandbox):
    """2000 streams, 240 MB, interleaved: were each to keep its open batch, all of it would be in memory."""
    sandbox = start_sandbox("--discard")
    names = [f"stream_{n}" for n in range(2000)]
    sync = files.start(config(sandbox), catalog(*names))
    padding = "x" * 4000
    for turn in range(30):
        sync.feed(*(record(name, {"n": turn, "text": padding}) for name in names))
    sync.feed(*(record(names[0], {"n": turn}) for turn in range(10)))
    sandbox.control("GET", "requests")
    peak = sync.peak_memory()
    output = sync.finish().assert_success()
    assert len(sandbox.posts("final")) == 2000
    assert sum(post["records"] for post in sandbox.posts("nonfinal")) == 2000 * 30 + 10
    assert peak <= 140 * MIB, f"{peak / MIB:.1f} MiB"
    assert output.logs("write_finished")


# Lines

@pytest.mark.parametrize("junk", [
    "hello", "{", "[]", "null", "42", '"text"', "{}", '{"type":"RECORD"}', '{"type":"RECORD","record":null}',
    '{"type":"RECORD","record":{"stream":"users"}}', '{"type":"RECORD","record":{"stream":"users","data":[1]}}',
    '{"type":"RECORD","record":{"data":{"n":9}}}', '{"type":"RECORD","record":{"stream":"users","data":{"n":NaN}}}',
    '{"type":"RECORD","record":{"stream":"users","data":{"n":01}}}', '{"type":"STATE"}', '{"type":"STATE","state":7}',
    '{"type":"RECORD","record":{"stream":"users","data":{"n":9}}} trailing', '{"type":7}', "\x01", "\ud7ff" * 10])
def test_a_line_that_is_no_message_is_skipped_and_counted(files, sandbox, junk):
    output = files.write(config(sandbox), catalog("users"), [record("users", {"n": 1}), junk, record("users", {"n": 2})])
    output.assert_success()
    assert [row["n"] for row in sandbox.rows("users")] == [1, 2]
    assert len(output.logs("line_skipped")) == 1
    (count,) = output.logs("lines_skipped")
    assert "count=1 " in count


def test_skipped_lines_do_not_flood_the_log(files, sandbox):
    output = files.write(config(sandbox), catalog("users"), ["junk"] * 5000).assert_success()
    assert len(output.logs("line_skipped")) == 4
    assert "count=5000 " in output.logs("lines_skipped")[0]


def test_invalid_utf8_is_no_message(files, sandbox):
    raw = record("users", '{"n":"?"}').encode().replace(b"?", b"\xff") + b"\n" + record("users", {"n": 2}).encode()
    output = airbyte.run("write", *files.arguments(config(sandbox), catalog("users")), stdin=raw).assert_success()
    assert [row["n"] for row in sandbox.rows("users")] == [2], "the last line needs no newline"
    assert output.logs("line_skipped")


@pytest.mark.parametrize("other", [
    '{"type":"LOG","log":{"level":"INFO","message":"from the source"}}', '{"type":"SOMETHING_NEW","payload":{"a":1}}',
    '{"type":"CONTROL","control":{"type":"CONNECTOR_CONFIG","emitted_at":1}}', '{"type":"TRACE","trace":{"type":"ESTIMATE"}}',
    '{"type":"TRACE","trace":{"type":"STREAM_STATUS","stream_status":{"stream_descriptor":{"name":"users"},"status":"RUNNING"}}}',
    '{"type":"RECORD","record":{"stream":"users","data":{"n":9},"emitted_at":1,"new":{}},"more":[1]}', "", "   ", "\r"])
def test_what_is_not_for_us_is_passed_over(files, sandbox, other):
    output = files.write(config(sandbox), catalog("users"), [record("users", {"n": 1}), other]).assert_success()
    assert not output.logs("line_skipped")
    assert sandbox.rows("users")[0]["n"] == 1


def test_lines_may_arrive_in_any_pieces(files, sandbox):
    rand = random.Random(7)
    text = "".join(record("users", {"n": n, "t": "é" * rand.randrange(200)}) + "\n" for n in range(200)).encode()
    sync = files.start(config(sandbox), catalog("users"))
    at = 0
    while at < len(text):
        size = rand.choice([1, 2, 3, 50, 5000])
        sync.child.stdin.write(text[at:at + size])
        sync.child.stdin.flush()
        at += size
    sync.finish().assert_success()
    assert [row["n"] for row in sandbox.rows("users")] == list(range(200))


# Sync modes

@pytest.mark.parametrize("changes, words", [
    ({"mode": "overwrite"}, ["users", "overwrite", "append"]),
    ({"mode": "append_dedup", "primary_key": [["id"]]}, ["users", "append_dedup"]),
    ({"mode": "append_dedup"}, ["users", "primary key"]),
    ({"mode": "upsert_someday"}, ["users", "upsert_someday"]),
    ({"generation_id": 3, "minimum_generation_id": 3}, ["users", "BigGeo can only add"]),
    ({"generation_id": 3, "minimum_generation_id": 2}, ["users", "generation"])])
def test_a_mode_that_biggeo_cannot_do_is_a_config_error_before_anything_is_sent(files, sandbox, changes, words):
    output = files.write(config(sandbox), catalog(stream("users", **changes)), [record("users", {"n": 1})])
    output.assert_failure("config_error", *words)
    assert sandbox.requests() == []


def test_generations_that_keep_everything_are_appended(files, sandbox):
    streams = catalog(stream("users", generation_id=3, minimum_generation_id=0, sync_id=17))
    files.write(config(sandbox), streams, [record("users", {"n": 1}), complete("users")]).assert_success()
    assert len(sandbox.rows("users")) == 1


@pytest.mark.parametrize("text, word", [
    ("", "JSON"), ("{}", "no streams"), ('{"streams":[]}', "no streams"), ('{"streams":[{"stream":{}}]}', "without a name"),
    ('{"streams":[{"stream":{"name":"a\\u0000b"},"destination_sync_mode":"append"}]}', "NUL"),
    ('{"streams":[{"stream":{"name":"a"},"destination_sync_mode":"append"},{"stream":{"name":"a","namespace":""},'
     '"destination_sync_mode":"append"}]}', "twice"),
    *(('{"streams":[{"stream":{"name":"a"},"destination_sync_mode":"append","primary_key":%s}]}' % key, "list of lists")
      for key in ('"id"', '["id"]', '[["id"],7]', '[[7]]', '{"id":1}'))])
def test_a_catalog_that_cannot_be_meant_is_a_config_error(files, sandbox, text, word):
    files.write(config(sandbox), text, [record("a", {"n": 1})]).assert_failure("config_error", word)
