"""Every type of column with the values that are hard to carry: the bytes as they land."""
import json

import pytest

from support import files, tables
from support.tables import CANARY, secret

LONGEST = "99999999999999999999999999999999999999"  # 38 digits
assert len(LONGEST) == 38


def land(client, sandbox, kind, texts):
    """The raw JSON that each text of a column of that type has become, in order."""
    table = tables.Table("typed", {"id": "INT", "v": kind}, ["id"])
    rows = [{"id": n, "v": text} for n, text in enumerate(texts)]
    response = tables.write_batch(client, sandbox, table, replace=rows)
    landed = []
    for number, line in enumerate(sandbox.lines("tester__typed")):
        start = f'{{"id":{number},"v":'.encode()
        assert line.startswith(start), line
        landed.append(line[len(start):line.index(b',"_fivetran_synced"')].decode())
    return landed, tables.answer_of(response)


def assert_lands(client, sandbox, kind, pairs):
    landed, answer = land(client, sandbox, kind, list(pairs))
    assert landed == list(pairs.values())
    assert answer == ("success", True)


def as_they_are(*texts):
    return {text: text for text in texts}


def as_strings(*texts):
    return {text: json.dumps(text, ensure_ascii=False) for text in texts}


def test_booleans(client, sandbox):
    assert_lands(client, sandbox, "BOOLEAN", as_they_are("true", "false"))


@pytest.mark.parametrize("kind, texts", [
    ("SHORT", ["-32768", "0", "32767"]), ("INT", ["-2147483648", "-0", "2147483647"]),
    ("LONG", ["-9223372036854775808", "9007199254740993", "9223372036854775807"])])
def test_whole_numbers_keep_their_digits(client, sandbox, kind, texts):
    assert_lands(client, sandbox, kind, as_they_are(*texts))


def test_numbers_that_json_forbids_are_written_as_it_wants_them(client, sandbox):
    assert_lands(client, sandbox, "LONG", {"+5": "5", "007": "7", "-007": "-7"})


def test_lesson_19_decimals_keep_all_38_digits(client, sandbox):
    assert_lands(client, sandbox, "DECIMAL", {
        **as_they_are(LONGEST, "-" + LONGEST, "9." + LONGEST[1:], "0." + LONGEST[1:], "1.10",
                      "1E+3", "1e-37", "0.1000000000000000055511151231257827021"),
        "+1": "1", ".5": "0.5", "1.": "1", "-.50": "-0.50", "00.10": "0.10"})


@pytest.mark.parametrize("kind", ["FLOAT", "DOUBLE"])
def test_lesson_19_floats_keep_the_text_they_came_as(client, sandbox, kind):
    assert_lands(client, sandbox, kind, as_they_are(
        "3.4028237E+38", "1.4E-45", "1.7976931348623157E308", "4.9E-324", "-0.0", "1.0E10",
        "0.1", "0.30000000000000004"))


def test_what_is_not_a_finite_number_becomes_null_and_is_said(client, sandbox):
    landed, answer = land(client, sandbox, "DOUBLE", ["NaN", "Infinity", "-Infinity", "1.5"])
    assert landed == ["null", "null", "null", "1.5"]
    assert answer[0] == "warning"
    assert "tester.typed: 3 values" in answer[1]


@pytest.mark.parametrize("kind, texts", [
    ("NAIVE_DATE", ["0001-01-01", "1969-12-31", "1970-01-01", "2000-02-29", "9999-12-31"]),
    ("NAIVE_TIME", ["10:15", "00:00:00", "10:15:30", "23:59:59.999999999"]),
    ("NAIVE_DATETIME", ["0001-01-01T00:00:00", "1969-12-31T23:59:59.9", "9999-12-31T23:59:59.999999999",
                        "2007-12-03T10:15"])])
def test_lesson_18_dates_and_times_stay_as_they_are(client, sandbox, kind, texts):
    assert_lands(client, sandbox, kind, as_strings(*texts))


def test_lesson_18_timestamps_of_every_fraction_and_year_stay_as_they_are(client, sandbox):
    fractions = ["2007-12-03T10:15:30" + ("." + "123456789"[:n] if n else "") + "Z"
                 for n in range(10)]
    assert_lands(client, sandbox, "UTC_DATETIME", as_strings(
        *fractions, "0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999999999Z"))


def test_texts_of_all_kinds_of_characters(client, sandbox):
    texts = [secret(t) for t in (
        "plain", "ünïcödé", "🌍🏔️ four bytes", "tab\tand\\backslash \\n \\", 'say "hello", he said',
        "two\nlines\r\nthree", " spaces around ", "\x01\x1f control", "'; DROP TABLE --", "</script>",
        "x" * 70000, "\u2028\ufeff")]
    landed, answer = land(client, sandbox, "STRING", texts)
    assert [json.loads(text) for text in landed] == texts
    assert answer == ("success", True)


def test_lesson_14_markers_are_compared_as_whole_texts(client, sandbox):
    texts = ["null", "NULL", "", "None", files.NULL_STRING + " ", files.UNMODIFIED_STRING, None]
    table = tables.Table("typed", {"id": "INT", "v": "STRING"}, ["id"])
    # The unmodified marker means itself outside update files; the writer would not let it be written.
    markers = files.Markers(unmodified_string="never there")
    with tables.batch_of(table, replace=[{"id": n, "v": v} for n, v in enumerate(texts)],
                         markers=markers) as batch:
        request = batch.request(tables.configuration(sandbox))
        request.file_params.unmodified_string = files.UNMODIFIED_STRING
        tables.assert_success(client.call("WriteBatch", request))
    assert [row["v"] for row in sandbox.rows("tester__typed")] == texts


def test_lesson_14_markers_are_each_request_s_own(client, sandbox):
    table = tables.Table("typed", {"id": "INT", "v": "STRING"}, ["id"])
    for number, marker in enumerate(("null", "~", "0", "with spaces")):
        markers = files.Markers(null_string=marker, unmodified_string="same" + marker)
        tables.assert_success(tables.write_batch(
            client, sandbox, table, markers=markers,
            replace=[{"id": 10 + number, "v": None}, {"id": 20 + number, "v": "other " + marker}],
            update=[{"id": 20 + number, "_fivetran_synced": "2024-01-01T00:00:00Z"}]))
    state = sandbox.state("tester__typed", ["id"])
    assert [state[(10 + n,)]["v"] for n in range(4)] == [None] * 4
    assert state[(20,)]["v"] == "other null"


def test_an_empty_text_is_not_null(client, sandbox):
    landed, _ = land(client, sandbox, "STRING", ["", None])
    assert landed == ['""', "null"]


def test_binary_text_is_passed_on_as_it_came(client, sandbox):
    assert_lands(client, sandbox, "BINARY", as_strings("[B@7d4991ad", "AAECAwQ=", "", "/+8="))


def test_xml_of_several_lines(client, sandbox):
    xml = f'<?xml version="1.0"?>\n<a b="{CANARY}">\n  <c>1 &amp; "2"</c>\n</a>\n'
    assert_lands(client, sandbox, "XML", as_strings(xml))


POLYGON = ('{\n  "type": "Polygon",\n  "coordinates": [[[8.50, 47.370000000000001],\n'
           '    [8.6, 47.3], [8.5, 4.737E1]]],\n  "name": "' + CANARY + ' \\u00fc \\ud83c\\udf0d ü"\n}')


def test_lesson_20_json_of_several_lines_is_sent_byte_for_byte(client, start_sandbox):
    sandbox = start_sandbox("--keep-bodies")
    land(client, sandbox, "JSON", [POLYGON])
    (post,) = sandbox.posts("nonfinal")
    assert f'"v":{POLYGON},"_fivetran_synced"'.encode() in sandbox.body(post["number"])


def test_lesson_20_json_of_every_kind_lands_as_nested_json(client, sandbox):
    assert_lands(client, sandbox, "JSON", as_they_are(
        "[]", "{}", '[1, 2.50, {"a": null}]', "12345678901234567890.10", "true", "null",
        f'"{CANARY}"', '{"a": 1, "a": 2}', "1E400"))


@pytest.mark.parametrize("text", [
    "not json", "{'single': 1}", '{"a": 1,}', "[1, 2", "01", "NaN", '"\ttab"', ""])
def test_text_that_is_no_json_lands_as_a_string(client, sandbox, text):
    assert_lands(client, sandbox, "JSON", as_strings(text))


def test_json_nested_without_end_is_text(client, sandbox):
    deep = "[" * 100000
    landed, _ = land(client, sandbox, "JSON", [deep, "1"])
    assert landed == [json.dumps(deep), "1"]


def test_bytes_that_are_no_utf8_are_replaced(bigdust, client, sandbox):
    landed, answer = land(client, sandbox, "STRING", ["a\udcffb", "\udce2\udc82 cut"])
    assert [json.loads(text) for text in landed] == ["a\ufffdb", "\ufffd cut"]
    assert answer == ("success", True)
    assert "invalid_utf8_replaced=2" in bigdust.wait_event("values_changed")


def test_a_nul_in_a_value_lands(client, sandbox):
    landed, _ = land(client, sandbox, "STRING", ["a\0b", "\0"])
    assert [json.loads(text) for text in landed] == ["a\0b", "\0"]


def test_every_type_can_be_null(client, sandbox):
    kinds = tables.protos.common().DataType.keys()[1:]
    columns = {"id": "INT", **{kind.lower(): kind for kind in kinds}}
    table = tables.Table("nulls", columns, ["id"])
    tables.assert_success(tables.write_batch(client, sandbox, table, replace=[{"id": 1}]))
    (row,) = sandbox.rows("tester__nulls")
    assert {row[kind.lower()] for kind in kinds} == {None}


# Values that their type forbids end the call, and name no value.

@pytest.mark.parametrize("kind, text", [
    ("BOOLEAN", "yes"), ("BOOLEAN", ""), ("BOOLEAN", "1"), ("INT", "12a"), ("INT", "1.5"), ("INT", ""),
    ("LONG", "9223372036854775808"), ("DECIMAL", "1,5"), ("DECIMAL", "NaN"), ("DECIMAL", "0x10"),
    ("DOUBLE", "1.0f"), ("DOUBLE", "inf"), ("NAIVE_DATE", "2023-02-29"), ("NAIVE_DATE", "03.12.2007"),
    ("NAIVE_TIME", "25:00:00"), ("NAIVE_DATETIME", "2007-12-03 "),
    ("UTC_DATETIME", "2007-12-03T10:15:30"), ("UTC_DATETIME", "0000-01-01T00:00:00Z"),
    ("UTC_DATETIME", "2007-12-03T10:15:30.1234567890Z")])
def test_a_value_that_its_type_forbids_fails_the_call(client, sandbox, kind, text):
    table = tables.Table("typed", {"id": "INT", "v": kind}, ["id"])
    with tables.batch_of(table, replace=[{"id": 1, "v": None}, {"id": 2, "v": text}]) as batch:
        error = client.error("WriteBatch", batch.request(tables.configuration(sandbox)))
    assert error.code().name == "DATA_LOSS"
    details = error.details()
    assert batch.paths["replace"][0] in details and "line 3" in details
    assert "tester.typed" in details and f'column "v" ({kind})' in details
    assert not text or f'"{text}"' not in details
    assert sandbox.posts("final") == [] and sandbox.tables() == {}
