"""`bigdust write`: Airbyte's records as Dust's documents, as the older connector made them."""
import json
import signal

import pytest

from support import airbyte, sandbox as sandboxes
from support.airbyte import EMITTED_AT, catalog, complete, record, stream, stream_state
from support.tables import secret

KEYED = {"primary_key": [["id"]]}


def config(sandbox, **more):
    """The older connector's settings: documents are what they mean when they say nothing."""
    return {"destination": "dust", "api_key": sandboxes.DUST_KEY, "base_url": sandbox.url,
            "workspace_id": sandboxes.DUST_WORKSPACE, "space_id": sandboxes.DUST_SPACE,
            "data_source_id": sandboxes.DUST_DATA_SOURCE, **more}


@pytest.fixture
def files(tmp_path):
    return airbyte.Files(tmp_path)


def documents(sandbox):
    return {name: document for name, document in sandbox.dust_documents().items() if not name.startswith("bigdust.")}


def posts(sandbox):
    return [r["path"].rpartition("/")[2] for r in sandbox.requests("dust-upsert-document")
            if "bigdust." not in r["path"]]


def test_a_record_becomes_a_document_as_it_was(files, sandbox):
    raw = '{"id":7,"name":"canary-5d1e \\u00e9","n":12345678901234567890.10,"list":[1,{"a":[]}]}'
    state = stream_state("users", {"cursor": 7})
    output = files.write(config(sandbox), catalog(stream("users", mode="append_dedup", **KEYED)),
                         [record("users", raw), state]).assert_success()
    assert len(output.states) == 1
    (name, document), = documents(sandbox).items()
    assert name == "users-7"
    assert document["text"] == ('{\n  "id": 7,\n  "name": "canary-5d1e \\u00e9",\n  "n": 12345678901234567890.10,\n'
                                '  "list": [\n    1,\n    {\n      "a": []\n    }\n  ]\n}')
    assert document["title"] == "canary-5d1e é"
    assert document["timestamp"] == EMITTED_AT
    assert document["tags"][:2] == ["airbyte:stream:users", "bigdust:table:airbyte_users"]


@pytest.mark.parametrize("mode", ["append", "append_dedup"])
def test_a_key_names_its_document_in_both_modes(files, sandbox, mode):
    streams = catalog(stream("users", mode=mode, **KEYED))
    files.write(config(sandbox), streams, [record("users", {"id": 1, "v": secret("a")}),
                                           record("users", {"id": 1, "v": secret("b")}),
                                           record("users", {"id": 2, "v": secret("c")})]).assert_success()
    files.write(config(sandbox), streams, [record("users", {"id": 2, "v": secret("d")})]).assert_success()
    assert {name: json.loads(d["text"])["v"] for name, d in documents(sandbox).items()} == {
        "users-1": secret("b"), "users-2": secret("d")}


def test_lesson_08_records_without_a_key_that_come_again_are_sent_once(files, sandbox):
    lines = [record("events", {"v": n}) for n in range(3)]
    for _ in range(2):
        files.write(config(sandbox), catalog(stream("events", "shop")),
                    [record("events", {"v": n}, "shop") for n in range(3)]).assert_success()
    assert len(documents(sandbox)) == 3 and len(posts(sandbox)) == 3
    files.write(config(sandbox), catalog("events"), lines).assert_success()
    assert len(documents(sandbox)) == 6, "a namespace makes other documents"


def test_a_new_generation_replaces_the_older_once_it_is_whole(files, sandbox):
    def sync(generation, numbers, whole=True):
        streams = catalog(stream("users", mode="append_dedup", generation_id=generation,
                                 minimum_generation_id=generation, sync_id=1, **KEYED), "others")
        lines = [record("users", {"id": n}) for n in numbers]
        files.write(config(sandbox), streams, lines + ([complete("users")] if whole else []))

    files.write(config(sandbox), catalog("others"), [record("others", {"v": 1})]).assert_success()
    sync(1, [1, 2, 3])
    assert len(documents(sandbox)) == 4
    sync(2, [3, 4], whole=False)
    assert sorted(documents(sandbox))[1:] == ["users-1", "users-2", "users-3", "users-4"]
    sync(2, [5])
    assert sorted(documents(sandbox))[1:] == ["users-3", "users-4", "users-5"], "both attempts are of generation 2"


def test_overwrite_keeps_only_what_this_sync_brought(files, sandbox):
    def sync(numbers):
        files.write(config(sandbox), catalog(stream("users", mode="overwrite", **KEYED)),
                    [record("users", {"id": n}) for n in numbers] + [complete("users")]).assert_success()

    sync([1, 2])
    sync([2, 3])
    assert sorted(documents(sandbox)) == ["users-2", "users-3"]
    sync([])
    assert documents(sandbox) == {}


# With what the older connector was given, and when things go wrong

def older_config(sandbox, **more):
    """Every key that the older connector's spec had, and none of ours."""
    return {"api_key": sandboxes.DUST_KEY, "workspace_id": sandboxes.DUST_WORKSPACE, "space_id": sandboxes.DUST_SPACE,
            "data_source_id": sandboxes.DUST_DATA_SOURCE, "base_url": sandbox.url, "data_format": "documents",
            "table_id_prefix": "airbyte_", "table_batch_size": 500, **more}


def test_the_older_connector_s_config_and_ids_are_taken(files, sandbox):
    nested = {"primary_key": [["meta", "region"], ["id"]]}
    lines = [record("users", {"id": 7, "meta": {"region": "eu"}, "subject": "", "label": 5}),
             record("users", {"id": 8, "meta": {"region": "us"}, "headline": " ", "title": None})]
    files.write(older_config(sandbox), catalog(stream("users", **nested)), lines).assert_success()
    assert {name: d["title"] for name, d in documents(sandbox).items()} == {"users-eu-7": "5", "users-us-8": "users record"}


def test_documents_keep_the_pace_and_sigterm_ends_the_waiting(files, sandbox):
    """Five a minute, the document that remembers the stream among them."""
    sync = files.start(older_config(sandbox, documents_per_minute=5), catalog(stream("users", **KEYED)))
    sync.feed(*[record("users", {"id": n}) for n in range(9)], stream_state("users", 1))
    sync.child.stdin.close()
    sync.wait_line('"waiting what=.*post-document')
    assert len(documents(sandbox)) == 4 and all(r["status"] == 200 for r in sandbox.requests("dust-upsert-document"))
    assert sync.states() == []
    sync.signal(signal.SIGTERM)
    assert sync.wait() == 1 and sync.states() == []


def test_no_document_is_missing_after_kill_9_and_a_restart_from_the_last_echoed_state(files, sandbox):
    sandbox.config(documents_per_minute=100_000)
    settings = older_config(sandbox, documents_per_minute=6000, commit="state", commit_interval_seconds=0)
    streams = catalog(stream("users", mode="append_dedup", **KEYED))
    lines = []
    for n in range(40):
        lines.append(record("users", {"id": n, "v": n}))
        if n % 5 == 4:
            lines.append(stream_state("users", {"at": len(lines) + 1}))
    at = 0
    for kill in range(4):
        sandbox.fault("dust-upsert-document", "hold", after=3 + 2 * kill, store=kill % 2 == 0, status=503)
        sync = files.start(settings, streams)
        sync.feed(*lines[at:])
        sandbox.wait_held()
        sync.kill()
        sandbox.release()
        sandbox.clear_faults()
        states = [json.loads(text) for text in sync.states()]
        at = states[-1]["state"]["stream"]["stream_state"]["at"] if states else at
    files.write(settings, streams, lines[at:]).assert_success()
    assert {name: json.loads(d["text"])["v"] for name, d in documents(sandbox).items()} == {
        f"users-{n}": n for n in range(40)}


def test_a_record_that_is_too_large_is_named_by_its_table_and_key(files, sandbox):
    sandbox.fault("dust-upsert-document", "too_large", after=1, times=-1)
    output = files.write(config(sandbox), catalog(stream("users", **KEYED)), [record("users", {"id": 7})])
    output.assert_failure("config_error", "Table users has a record", "id=7")
