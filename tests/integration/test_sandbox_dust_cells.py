"""The sandbox's cells and columns against sections 1.3, 1.4 and 1.5 of the contract "The Dust side"."""
import datetime
import decimal
import json

import pytest

from test_sandbox_dust import error, make


def post(sandbox, *values, truncate=True, table="t"):
    """Rows of these values, with ids from 0 on."""
    rows = [{"row_id": str(i), "value": value} for i, value in enumerate(values)]
    return sandbox.dust("POST", f"tables/{table}/rows", {"rows": rows, "truncate": truncate})


def read(sandbox, row="0"):
    answer = sandbox.dust("GET", f"tables/t/rows/{row}")
    assert answer.status == 200, answer.body
    return answer.json()["row"]["value"]


def cell(sandbox, raw):
    """What the GET of a cell shows after it was sent as this JSON text; one that is null in the CSV's
    only row has no column."""
    make(sandbox)
    body = '{"truncate":true,"rows":[{"row_id":"0","value":{"other":"x","a":%s}}]}' % raw
    answer = sandbox.dust("POST", "tables/t/rows", body)
    assert answer.status == 200, answer.body
    return read(sandbox).get("a")


def rewrite(sandbox):
    """A merge of another row: the table is written anew."""
    row = {"row_id": "another", "value": {"other": "y"}}
    assert sandbox.dust("POST", "tables/t/rows", {"rows": [row]}).status == 200
    assert sandbox.dust_merge() == []


def date(epoch, text):
    return {"type": "datetime", "epoch": epoch, "string_value": text}


# 1.3, one case per row of the table: sent, written to the CSV, read back.

TEXTS = [
    # '"" or whitespace | as is | null'
    ("", "", None), ("   ", "   ", None), ("\t", "\t", None), ("\u00a0 ", "\u00a0 ", None),
    # 'any string | as is | trimmed, then: i64? -> f64? -> t/true/f/false any case -> bool; else date?
    # -> datetime object; else string'
    (" x ", " x ", "x"), ("a,b", "a,b", "a,b"), ('say "a"', 'say "a"', 'say "a"'),
    ("a\nb", "a\nb", "a\nb"), ("a\r\nb", "a\r\nb", "a\r\nb"), ("\u3000x\u2003", "\u3000x\u2003", "x"),
    ("true", "true", True), ("T", "T", True), ("FALSE", "FALSE", False), ("f", "f", False),
    ("yes", "yes", "yes"), (" 12 ", " 12 ", 12),
    # '"007", "+33612345678", "-0" | as is | 7, 33612345678, 0'
    ("007", "007", 7), ("+33612345678", "+33612345678", 33612345678), ("-0", "-0", 0),
    # '".5", "1.", "3.2E5" | as is | 0.5, 1.0, 320000.0'
    (".5", ".5", 0.5), ("1.", "1.", 1), ("3.2E5", "3.2E5", 320000), ("-1.5e-3", "-1.5e-3", -0.0015),
    # '"1e5", "32E0134" | as is | … text since PR #29259 (exponent needs a decimal point)'
    ("1e5", "1e5", "1e5"), ("32E0134", "32E0134", "32E0134"),
    # '"NaN","inf","1_000","0x10","1,5" | as is | string'
    ("NaN", "NaN", "NaN"), ("inf", "inf", "inf"), ("1_000", "1_000", "1_000"),
    ("0x10", "0x10", "0x10"), ("1,5", "1,5", "1,5"), ("1.0e999", "1.0e999", "1.0e999"),
    (".", ".", "."), ("+", "+", "+"), ("1 2", "1 2", "1 2"), ("--1", "--1", "--1"),
    # 'integer up to 2^63-1 as a digit string | exact | … the GET reply passes JS again'
    ("9223372036854775807", "9223372036854775807", 9223372036854776000),
    ("-9223372036854775808", "-9223372036854775808", -9223372036854776000),
    ("9007199254740993", "9007199254740993", 9007199254740992),
    # 'digit string beyond i64 / long decimal | exact once | f64'
    ("12345678901234567890", "12345678901234567890", 12345678901234567000),
    ("0.1234567890123456789", "0.1234567890123456789", 0.12345678901234568),
    # '"2021-01-01", "March 2, 2021", RFC3339, RFC2822, … | as is | {type:"datetime",…}'
    ("2021-01-01", "2021-01-01", date(1609459200000, "2021-01-01")),
    ("March 2, 2021", "March 2, 2021", date(1614643200000, "March 2, 2021")),
    ("2025-02-14T15:06:52.380Z", "2025-02-14T15:06:52.380Z",
     date(1739545612380, "2025-02-14T15:06:52.380Z")),
    ("Fri, 14 Feb 2025 15:10:34 GMT", "Fri, 14 Feb 2025 15:10:34 GMT",
     date(1739545834000, "Fri, 14 Feb 2025 15:10:34 GMT")),
]


@pytest.mark.parametrize("sent, written, shown", TEXTS)
def test_what_a_text_becomes(sandbox, sent, written, shown):
    got = cell(sandbox, json.dumps(sent))
    if isinstance(shown, float):
        got = float(got)
    assert got == shown and type(got) is type(shown)
    assert sandbox.dust_rows("t", raw=True)["0"]["a"] == written


@pytest.mark.parametrize("raw, written, shown", [
    # 'null / key absent | empty | null'
    ("null", None, None),
    # 'true/false | true/false | bool'
    ("true", "true", True), ("false", "false", False),
    # '1.0 | "1" (JS prints 1) | integer 1'
    ("1.0", "1", 1), ("1", "1", 1), ("-0", "0", 0), ("-0.0", "0", 0), ("1e2", "100", 100),
    ("0.1", "0.1", 0.1), ("1e-7", "0.0000001", 1e-7), ("1.5e300", "15" + "0" * 299, 1.5e300),
    ("1e21", "1" + "0" * 21, 1e21), ("0.30000000000000004", "0.30000000000000004",
                                     0.30000000000000004),
    # 'integer above 2^53 as JSON number | already rounded by JSON.parse in front | rounded'
    ("9007199254740993", "9007199254740992", 9007199254740992),
    ("1152921504606846976", "1152921504606847000", 1152921504606847000),
    # 'integer in 2^63..2^64 as number | cast `as i64` -> negative number | corrupt'
    ("18446744073709550000", "-1616", -1616),
    ("10000000000000000000", "-8446744073709551616", -8446744073709552000),
    # beyond 2^64 it is a float
    ("20000000000000000000", "20000000000000000000", 20000000000000000000),
    # JSON.stringify knows no infinity
    ("1e400", None, None),
    # '{type:"datetime",epoch} | YYYY-MM-DD HH:MM:SS UTC (ms dropped)'
    ('{"type":"datetime","epoch":1609459200123}', "2021-01-01 00:00:00",
     date(1609459200000, "2021-01-01 00:00:00")),
    ('{"epoch":-1000,"more":1,"type":"datetime"}', "1969-12-31 23:59:59",
     date(-1000, "1969-12-31 23:59:59")),
])
def test_what_a_value_becomes(sandbox, raw, written, shown):
    got = cell(sandbox, raw)
    if isinstance(shown, float):
        got = float(got)
    assert got == shown and type(got) is type(shown)
    assert sandbox.dust_rows("t", raw=True)["0"].get("a") == written


@pytest.mark.parametrize("truncate", [True, False])
@pytest.mark.parametrize("epoch", ["1.5", "-1", "-1609459200123", "1e300", "9e18"])
def test_a_bad_epoch_is_500(sandbox, epoch, truncate):
    """"epoch not an integer, or negative with non-zero ms … schema error -> whole batch **500**" """
    make(sandbox)
    body = ('{"truncate":%s,"rows":[{"row_id":"good","value":{"a":1}},{"row_id":"bad","value":'
            '{"a":{"type":"datetime","epoch":%s}}}]}' % (json.dumps(truncate), epoch))
    assert error(sandbox.dust("POST", "tables/t/rows", body)) == (500, "internal_server_error")
    assert sandbox.dust_tables()["t"]["pending"] == 0
    assert sandbox.dust_rows("t") == {}


@pytest.mark.parametrize("text, epoch", [
    ("2021-01-01T00:00:00+02:00", 1609452000000), ("2021-01-01t00:00:00z", 1609459200000),
    ("2021-01-01T00:00:00.123456789-05:30", 1609479000123),
    ("2024-02-19 15:30:45", 1708356645000), ("2024-02-19 15:30:45.5", 1708356645500),
    ("2024-02-19 15:30", 1708356600000), ("2024-02-19 03:30:45 PM", 1708356645000),
    ("2024-02-19 15:30:45 +0800", 1708327845000), ("2024-02-19 15:30:45+08", 1708327845000),
    ("2024-02-19 15:30:45 UTC", 1708356645000), ("2024-02-19 15:30:45 PST", 1708385445000),
    ("02-Jan-2021", 1609545600000), ("2-Jan-2021", 1609545600000),
    ("March 02 2021", 1614643200000), ("Mar 2, 2021", 1614643200000),
    ("May 8, 2009 5:57:51 PM", 1241805471000), ("September 17, 2012, 10:10:09", 1347876609000),
    ("oct 7, 70", 24105600000), ("7 oct 1970", 24105600000), ("1 July 2013", 1372636800000),
    ("12 Feb 2006, 19:17", 1139771820000), ("14 May 2019 19:11:40.164", 1557861100164),
    ("3/31/2014", 1396224000000), ("4/8/14 22:05", 1396994700000), ("2014/3/31", 1396224000000),
    ("8/8/1965 01:00:01 PM", -138797999000), ("3.31.2014", 1396224000000),
    ("1.2.34", 2019772800000), ("2014.03.30", 1396137600000), ("2021-Feb-21", 1613865600000),
    ("2014年04月08日11时25分18秒", 1396956318000), ("2014年04月08日", 1396915200000),
    ("Wed, 02 Jun 2021 06:31:39 GMT", 1622615499000), ("2 Jun 2021 06:31:39 +0000", 1622615499000),
    ("1600-02-29", -11670998400000), ("9999-12-31 23:59:59", 253402300799000),
])
def test_texts_that_are_dates(sandbox, text, epoch):
    assert cell(sandbox, json.dumps(text)) == date(epoch, text)


@pytest.mark.parametrize("text", [
    "2021-02-29", "2021-13-01", "2021-01-01T00:00:00", "2021-1-1", "25:00:00", "Thu, 14 Feb 2025 "
    "15:10:34 GMT", "March", "May day", "maybe 5", "10-20", "1/2", "v1.2.3", "192.168.0.100",
    "2021-01-01 maybe", "12:3", "Monday", "1.2.3", "jan", "550e8400-e29b-41d4-a716-446655440000"])
def test_texts_that_look_like_dates(sandbox, text):
    assert cell(sandbox, json.dumps(text)) == text


@pytest.mark.parametrize("text, seconds", [
    ("10:15:30", 36930), ("10:15", 36900), ("4:00pm", 57600), ("6:00 AM", 21600),
    ("12:00 am", 0), ("12:30:01 PM", 45001)])
def test_a_time_alone_is_today(sandbox, text, seconds):
    """"Texts that are only a time (`10:15:30`) are taken as today's date at that time" """
    def today():
        day = datetime.datetime.now(datetime.timezone.utc).date()
        midnight = datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.timezone.utc)
        return (int(midnight.timestamp()) + seconds) * 1000
    before = today()
    assert cell(sandbox, json.dumps(text)) in (date(before, text), date(today(), text))


# What the next rewrite of the table does to a cell.

@pytest.mark.parametrize("text, written, shown", [
    # "when the table is next rewritten the text becomes `%Y-%m-%d %H:%M:%S` UTC: ms and original text
    # lost"
    ("2025-02-14T15:06:52.380Z", "2025-02-14 15:06:52", date(1739545612000, "2025-02-14 15:06:52")),
    ("March 2, 2021", "2021-03-02 00:00:00", date(1614643200000, "2021-03-02 00:00:00")),
    # "digits are lost (12345678901234567890 -> 12345678901234567000)"
    ("12345678901234567890", "12345678901234567000", 12345678901234567000),
    # exact as long as it is an i64
    ("9223372036854775807", "9223372036854775807", 9223372036854776000),
    ("007", "7", 7), (" x ", "x", "x"), ("T", "true", True), ("1.50", "1.5", decimal.Decimal("1.5")),
    ("1e5", "1e5", "1e5"), ("   ", "", None),
])
def test_what_a_rewrite_makes_of_a_text(sandbox, text, written, shown):
    cell(sandbox, json.dumps(text))
    rewrite(sandbox)
    assert sandbox.dust_rows("t", raw=True)["0"]["a"] == written
    assert read(sandbox)["a"] == shown


def test_a_date_before_1970_with_milliseconds_stops_every_merge(sandbox):
    cell(sandbox, '"1969-12-31T23:59:59.500Z"')
    assert read(sandbox)["a"] == date(-500, "1969-12-31T23:59:59.500Z")
    sandbox.dust("POST", "tables/t/rows", {"rows": [{"row_id": "1", "value": {"a": 1}}]})
    assert [failed["table"] for failed in sandbox.dust_merge()] == ["t"]
    assert list(sandbox.dust_rows("t")) == ["0"]
    assert sandbox.dust_tables()["t"]["pending"] == 1


# "Delimiter sniffing on read": "model: 2 columns, "a;b;c;d" -> delimiter `;`"

def test_texts_full_of_semicolons_split_a_narrow_table(sandbox):
    make(sandbox)
    assert post(sandbox, {"a": "a;b;c;d"}, {"a": "e;f;g;h"}).status == 200
    answer = sandbox.dust("GET", "tables/t/rows").json()
    assert answer["rows"] == [{"row_id": "0", "value": {"a_dust_id": "a"}},
                              {"row_id": "1", "value": {"a_dust_id": "e"}}]


def test_texts_full_of_tabs_split_a_narrow_table(sandbox):
    make(sandbox)
    post(sandbox, {"a": "x\ty\tz\t"})
    assert sandbox.dust_rows("t") == {"0": {"a_dust_id": "x"}}


def test_ties_go_to_the_comma(sandbox):
    make(sandbox)
    post(sandbox, {"a": "x;y"}, {"a": "x;y"}, {"a": "z;w;v"})  # four of each
    assert sandbox.dust_rows("t")["2"] == {"a": "z;w;v"}


def test_what_stands_in_quotes_is_not_counted(sandbox):
    make(sandbox)
    post(sandbox, {"a": "x;y;z;w,"}, {"a": "x;y;z;w,"})
    assert sandbox.dust_rows("t")["1"] == {"a": "x;y;z;w,"}


def test_only_the_first_16_kib_are_looked_at(sandbox):
    make(sandbox)
    calm = [{"a": "x" * 100, "b": "y"}] * 400
    post(sandbox, *calm, {"a": ";" * 5000, "b": "z"})
    assert sandbox.dust_rows("t")["400"] == {"a": ";" * 5000, "b": "z"}


def test_a_delete_can_be_split_too(sandbox):
    make(sandbox)
    post(sandbox, {"a": 1}, {"a": 2})
    assert sandbox.dust("DELETE", "tables/t/rows/1%3Bx%3By").json() == {"success": True}
    sandbox.dust_merge()
    assert list(sandbox.dust_rows("t")) == ["0"]


# 1.4 "Headers are lower-cased then slugified: `_` is inserted between a lowercase letter and a digit,
# runs of `_` collapse." "Duplicates get `_2`,`_3`… in column order."

@pytest.mark.parametrize("sent, shown", [
    (["col1"], ["col_1"]), (["address2"], ["address_2"]), (["sha256"], ["sha_256"]),
    (["a__b"], ["a_b"]), (["__typename"], ["_typename"]), (["_fivetran_synced"],
                                                           ["_fivetran_synced"]),
    (["col_1"], ["col_1"]), (["a1b2"], ["a_1b_2"]), (["1a"], ["1a"]), (["_"], ["_"]),
    (["___"], ["_"]), (["c_____d__"], ["c_d_"]), (["a_1", "a1"], ["a_1", "a_1_2"]),
    (["col1", "col_1", "col__1"], ["col_1", "col_1_2", "col_1_3"]),
    (["_", "__", "___"], ["_", "_2", "_3"]), (["a", "a_2", "a__2"], ["a", "a_2", "a_2_2"]),
])
def test_columns_are_renamed_on_read(sandbox, sent, shown):
    make(sandbox)
    post(sandbox, {name: i for i, name in enumerate(sent)})
    assert list(read(sandbox).items()) == list(zip(shown, range(len(sent))))


def test_renamed_columns_and_a_merge_drop_old_values(sandbox):
    """"With a truncate (schema keeps `col1`) followed by a merge (rows say `col_1`) columns split and
    old values can be dropped." """
    make(sandbox)
    post(sandbox, {"col1": "old"})
    sandbox.dust("POST", "tables/t/rows", {"rows": [{"row_id": "new", "value": {"col1": "new"}}]})
    sandbox.dust_merge()
    assert [c["name"] for c in sandbox.dust_tables()["t"]["table"]["schema"]] == ["col1", "col_1"]
    assert sandbox.dust_rows("t") == {"0": {"col_1": None, "col_1_2": "old"},
                                      "new": {"col_1": None, "col_1_2": "new"}}
    sandbox.dust("POST", "tables/t/rows", {"rows": [{"row_id": "x", "value": {"col1": "y"}}]})
    sandbox.dust_merge()
    assert sandbox.dust_rows("t")["new"].get("col_1_2") is None  # the schema has no col_1_2


def test_dust_id_is_taken_for_the_row_id(sandbox):
    """"Never send a column `__dust_id` … it would be taken as the row id." """
    make(sandbox)
    post(sandbox, {"__dust_id": "mine", "a": 1})
    assert list(sandbox.dust_rows("t")) == ["mine"]


def test_row_ids_are_trimmed_on_read(sandbox):
    make(sandbox)
    rows = [{"row_id": " x ", "value": {"a": 1}}]
    sandbox.dust("POST", "tables/t/rows", {"rows": rows, "truncate": True})
    assert list(sandbox.dust_rows("t")) == ["x"]


@pytest.mark.parametrize("row_id", ["007", "true", "2021-01-01", "a,b", 'a"b', "a\nb", "é", "+1"])
def test_row_ids_stay_texts(sandbox, row_id):
    make(sandbox)
    rows = [{"row_id": row_id, "value": {"a": 1, "b": 2}}]
    sandbox.dust("POST", "tables/t/rows", {"rows": rows})
    sandbox.dust_merge()
    assert list(sandbox.dust_rows("t")) == [row_id]


# 1.5 "Nulls skipped; bool->bool; number i64->int, else float; string->text; …datetime. Merge:
# int+float->float; any other mix->text."

D = {"type": "datetime", "epoch": 0}


@pytest.mark.parametrize("values, kind", [
    ([True, False], "bool"), ([1, 2], "int"), ([1, 2.5], "float"), ([2.5, 1], "float"),
    (["x"], "text"), (["1"], "text"), ([D], "datetime"), ([None, 1, None], "int"),
    ([1, "x"], "text"), ([True, 1], "text"), ([D, 1], "text"), ([1.5, D], "text"),
    ([18446744073709550000], "float")])
def test_the_schema_of_rows(sandbox, values, kind):
    make(sandbox)
    schema = post(sandbox, *[{"a": value} for value in values]).json()["table"]["schema"]
    assert [(column["name"], column["value_type"]) for column in schema] == [("a", kind)]
    assert sandbox.dust("GET", "tables/t").json()["table"]["schema"] == schema


def test_columns_stand_as_first_seen_and_all_nulls_have_none(sandbox):
    make(sandbox)
    schema = post(sandbox, {"z": None, "b": 1}, {"a": 1, "z": None}).json()["table"]["schema"]
    assert [column["name"] for column in schema] == ["b", "a"]
    assert read(sandbox) == {"b": 1, "a": None}


@pytest.mark.parametrize("values, possible", [
    ([1, 2, 1], ["1", "2"]), (["x", "y"], ['"x"', '"y"']), ([True], ["TRUE"]), ([0.5], ["0.5"]),
    ([D], ["1970-01-01 00:00:00"]), (list(range(16)), [str(i) for i in range(16)]),
    (list(range(17)), None), (["x" * 30], ['"' + "x" * 30 + '"']), (["x" * 31], None)])
def test_possible_values(sandbox, values, possible):
    """"possible_values dropped above 16 values or 32 bytes" """
    make(sandbox)
    schema = post(sandbox, *[{"a": value} for value in values]).json()["table"]["schema"]
    assert schema[0]["possible_values"] == possible
