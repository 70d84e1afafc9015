"""Batch files as they come, and as they must not: every fault ends the call before anything is exported."""
import os
import random

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from support import files, tables
from support.tables import CANARY, secret

NOTES = tables.Table("notes", {"id": "INT", "text": "STRING"}, ["id"])
SYNCED = "2024-01-01T00:00:00Z"
HEADER = b"id,text,_fivetran_synced\n"
LINE = b"1,a," + SYNCED.encode() + b"\n"


def note(number, text):
    return {"id": number, "text": text, "_fivetran_synced": SYNCED}


def noise(seed, size):
    """Text that does not compress."""
    return secret(random.Random(seed).randbytes(size // 2).hex())


def write_plain(client, config, path, pieces, compression="OFF", encryption="NONE", key=None):
    """The request of one replace file of these bytes."""
    made = files.write_bytes(path, pieces, compression, encryption)
    batch = tables.Batch(NOTES, path.parent, compression, encryption)
    batch.add_path("replace", path, key or made)
    return batch.request(config)


def assert_refused(client, sandbox, request, *words, code="DATA_LOSS"):
    """The call fails with these words; no final was sent, and nothing is exported."""
    error = client.error("WriteBatch", request)
    assert error.code().name == code, error.details()
    for word in ("tester.notes", *words):
        assert word in error.details(), (word, error.details())
    assert CANARY not in error.details()
    assert sandbox.posts("final") == []
    assert all(table["exports"] == 0 for table in sandbox.tables().values())
    return error.details()


# What opens

@pytest.mark.parametrize("compression", files.COMPRESSIONS)
@pytest.mark.parametrize("encryption", files.ENCRYPTIONS)
def test_lesson_16_files_larger_than_every_buffer_open(client, sandbox, compression, encryption):
    rows = [note(n, noise(n, 3000)) for n in range(1000)]
    tables.assert_success(tables.write_batch(client, sandbox, NOTES, replace=rows,
                                             compression=compression, encryption=encryption))
    assert [row["text"] for row in sandbox.rows("tester__notes")] == [row["text"] for row in rows]


def test_lesson_16_files_of_every_length_modulo_a_block_open(client, sandbox, config):
    with tables.batch_of(NOTES, compression="OFF") as batch:
        for n in range(17):
            batch.add("replace", [note(n, secret("x" * n))])
        tables.assert_success(client.call("WriteBatch", batch.request(config)))
    assert [row["text"] for row in sandbox.rows("tester__notes")] == [secret("x" * n) for n in range(17)]


@pytest.mark.parametrize("data", [
    b"\xef\xbb\xbf" + HEADER + LINE,
    HEADER + LINE[:-1],
    (HEADER + LINE).replace(b"\n", b"\r\n"),
    b'"id","text","_fivetran_synced"\n"1","a","' + SYNCED.encode() + b'"\n'],
    ids=["byte order mark", "no last line end", "CR LF", "all quoted"])
def test_forms_of_csv_that_mean_the_same(client, sandbox, config, tmp_path, data):
    tables.assert_success(client.call("WriteBatch", write_plain(client, config, tmp_path / "f", [data])))
    (row,) = sandbox.rows("tester__notes")
    assert (row["id"], row["text"]) == (1, "a")


def test_a_plain_file_of_no_bytes_has_no_rows(client, sandbox, config, tmp_path):
    tables.assert_success(client.call("WriteBatch", write_plain(client, config, tmp_path / "f", [])))
    assert sandbox.requests() == []


# Keys

def test_lesson_15_a_wrong_key_is_found(client, sandbox, config, tmp_path):
    for number, compression in enumerate(files.COMPRESSIONS):
        data = HEADER + noise(number, 5000).encode() + b"\n"
        request = write_plain(client, config, tmp_path / f"wrong{number}", [data], compression, "AES",
                              key=os.urandom(32))
        assert_refused(client, sandbox, request, f"wrong{number}", "key")
    assert sandbox.requests() == []


def encrypted(plain):
    """Whole blocks as they are, without padding of ours; the file's bytes and the key."""
    key, iv = os.urandom(32), os.urandom(16)
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return iv + cipher.update(plain) + cipher.finalize(), key


@pytest.mark.parametrize("ending", [
    b"\x00", b"\x11", b"\xff", b"\x01\x02", b"\x03\x02\x03", b"\x03\x03\x02\x03",
    b"\x00" + b"\x10" * 15], ids=lambda ending: ending.hex())
def test_lesson_15_every_byte_of_the_padding_is_checked(client, sandbox, config, tmp_path, ending):
    row = b"1,%s," + SYNCED.encode() + b"\n"
    fill = b"y" * (-len(HEADER + row % b"" + ending) % 16)
    data, key = encrypted(HEADER + row % fill + ending)
    (tmp_path / "padding").write_bytes(data)
    batch = tables.Batch(NOTES, tmp_path, "OFF", "AES")
    batch.add_path("replace", tmp_path / "padding", key)
    assert_refused(client, sandbox, batch.request(config), "/padding", "padding")


@pytest.mark.parametrize("length", [1, 16, 31, 33, 64])
def test_lesson_17_a_key_of_another_length_is_refused(client, sandbox, config, length):
    with tables.batch_of(NOTES, replace=[note(1, "a")]) as batch:
        (path,) = batch.keys
        batch.keys[path] = b"k" * length
        assert_refused(client, sandbox, batch.request(config), path, f"{length} bytes, not 32")
    assert sandbox.requests() == []


def test_lesson_17_a_missing_key_names_the_file_before_any_file_is_sent(client, sandbox, config):
    with tables.batch_of(NOTES, replace=[[note(1, "a")], [note(2, "b")]]) as batch:
        path = batch.paths["replace"][1]
        del batch.keys[path]
        assert_refused(client, sandbox, batch.request(config), path, "key is missing")
    assert sandbox.requests() == []


# Files that end too early

@pytest.mark.parametrize("compression, encryption", [
    (c, e) for c in files.COMPRESSIONS for e in files.ENCRYPTIONS if (c, e) != ("OFF", "NONE")])
def test_lesson_15_a_cut_at_any_boundary_is_found(client, sandbox, config, compression, encryption):
    with tables.batch_of(NOTES, replace=[note(n, noise(n, 500)) for n in range(60)],
                         compression=compression, encryption=encryption) as batch:
        (path,) = batch.paths["replace"]
        size = os.path.getsize(path)
        for keep in (0, 1, 7, 15, 16, 17, 31, 32, 33, 48, size // 2 // 16 * 16, size // 2 // 16 * 16 + 5,
                     size - 32, size - 17, size - 16, size - 8, size - 1):
            with files.cut_file(path, keep):
                assert_refused(client, sandbox, batch.request(config), path)
        tables.assert_success(client.call("WriteBatch", batch.request(config)))
    assert len(sandbox.rows("tester__notes")) == 60


def test_a_file_that_ends_within_quotes_is_refused(client, sandbox, config, tmp_path):
    data = HEADER + LINE + b'2,"' + CANARY.encode() + b" and no end\n"
    assert_refused(client, sandbox, write_plain(client, config, tmp_path / "f", [data]), "line 3")


# What is not a batch file

@pytest.mark.parametrize("data, words", [
    (HEADER + b"1,a\n", ["line 2", "2 fields"]),
    (HEADER + b"1,a,,\n", ["line 2"]),
    (HEADER + LINE.replace(b"a", b'"x\ny"') + b'2,"a"b,\n', ["line 4"]),
    (b"id,te\0xt,_fivetran_synced\n1,a,\n", ["byte 6", "NUL"]),
    (b"\x89PNG\r\n\x1a\n" + bytes(range(1, 256)) * 50, ["line 1"]),
    (b"id,id,text,_fivetran_synced\n1,1,a,\n", ['"id"', "twice"]),
    (b"id,text,_fivetran_synced,more\n1,a,,x\n", ['"more"', "not in the table"]),
    (b"text,_fivetran_synced\na,\n", ['key column "id"']),
    (b"id,_fivetran_synced\n1,\n", ['column "text"']),
    (b"id,,_fivetran_synced\n1,,\n", ["column 2", "empty"])],
    ids=["short row", "long row", "text behind a quote", "NUL", "image", "column twice", "strange column",
         "no key", "column missing", "nameless column"])
def test_what_is_no_batch_file_is_refused(client, sandbox, config, tmp_path, data, words):
    request = write_plain(client, config, tmp_path / "strange.csv", [data])
    assert_refused(client, sandbox, request, "strange.csv", *words)


@pytest.mark.parametrize("compression", ["ZSTD", "GZIP"])
def test_bytes_that_are_not_compressed_as_said_are_refused(client, sandbox, config, tmp_path, compression):
    request = write_plain(client, config, tmp_path / "plain.csv", [HEADER + b"1,a,\n"])
    request.file_params.compression = tables.protos.sdk().Compression.Value(compression)
    assert_refused(client, sandbox, request, "plain.csv")


def test_bytes_behind_the_end_of_a_compressed_file_are_refused(client, sandbox, config, tmp_path):
    for number, compression in enumerate(("ZSTD", "GZIP")):
        path = tmp_path / f"tail{number}"
        request = write_plain(client, config, path, [HEADER + b"1,a,\n"], compression)
        path.write_bytes(path.read_bytes() + b"more of it")
        assert_refused(client, sandbox, request, f"tail{number}")


def test_a_missing_file_is_named_before_anything_is_sent(client, sandbox, config, tmp_path):
    with tables.batch_of(NOTES, replace=[note(1, "a")], encryption="NONE") as batch:
        batch.add_path("delete", tmp_path / "nowhere.csv")
        assert_refused(client, sandbox, batch.request(config), "nowhere.csv")
        batch.paths["delete"] = [str(tmp_path)]
        assert_refused(client, sandbox, batch.request(config), str(tmp_path))
    assert sandbox.requests() == []


def test_a_fault_in_a_late_file_leaves_what_was_sent_unexported(client, sandbox):
    config = tables.configuration(sandbox, batch_size="50")
    with tables.batch_of(NOTES, replace=[[note(n, "a") for n in range(5000)], [note(1, "b")]]) as batch:
        with files.cut_file(batch.paths["replace"][1], 48):
            assert_refused(client, sandbox, batch.request(config), batch.paths["replace"][1])
    assert sandbox.posts("nonfinal"), "the first file was on its way"
    assert {session["exported"] for session in sandbox.sessions()} == {0}


def test_a_refused_call_does_not_harm_the_next(client, sandbox, config):
    with tables.batch_of(NOTES, replace=[note(1, "a")]) as batch:
        with files.cut_file(batch.paths["replace"][0], 40):
            assert_refused(client, sandbox, batch.request(config))
        tables.assert_success(client.call("WriteBatch", batch.request(config)))
    assert len(sandbox.rows("tester__notes")) == 1


def test_numbers_that_no_client_sends_are_invalid(client, sandbox, config):
    for field in ("compression", "encryption"):
        with tables.batch_of(NOTES, replace=[note(1, "a")]) as batch:
            request = batch.request(config)
            setattr(request.file_params, field, 9)
            assert client.error("WriteBatch", request).code().name == "INVALID_ARGUMENT"


# Large records

def test_lesson_21_a_record_of_24_mib_lands_alone_and_is_remarked_on(bigdust, client, sandbox):
    large = secret("x" * (24 * 1024 * 1024))
    rows = [note(1, "a"), note(2, large), note(3, "b")]
    tables.assert_success(tables.write_batch(client, sandbox, NOTES, replace=rows))
    assert [post["records"] for post in sandbox.posts("nonfinal")] == [1, 1, 1]
    assert sandbox.state("tester__notes", ["id"])[(2,)]["text"] == large
    (event,) = bigdust.wait_events("record_over_cap")
    assert event["level"] == "WARNING"


def test_lesson_21_a_record_over_every_limit_is_a_task_with_table_key_and_limit(client, sandbox):
    rows = [note(1, "a"), note(271828, CANARY + "\x01" * (12 * 1024 * 1024))]  # six bytes each in JSON
    kind, text = tables.answer_of(tables.write_batch(client, sandbox, NOTES, replace=rows))
    assert kind == "task"
    assert "tester.notes" in text and "271828" in text and CANARY not in text
    assert str(64 * 1024 * 1024) in text or "64 MiB" in text
    assert sandbox.posts("final") == []


def test_a_row_without_end_is_refused_in_bounded_memory(bigdust, client, sandbox, config, tmp_path):
    pieces = [HEADER + b"1," + CANARY.encode()] + [b"x" * (1 << 20)] * 300
    request = write_plain(client, config, tmp_path / "bomb", pieces, "ZSTD")
    assert os.path.getsize(tmp_path / "bomb") < 1 << 20
    assert_refused(client, sandbox, request, "bomb", "line 2", "64 MiB")
    if "SANITIZED" not in os.environ:  # a sanitizer's own memory would be measured
        assert bigdust.peak_memory() < 200 << 20
