"""The cases of tests/data/inputs, played by the tester against the real server, end in the state that they expect; and the
public input files of Fivetran's Partner SDK, when SDK_DIR names a checkout of it, are played without a failure."""
import os
import pathlib
import shutil

import pytest

from support import dust_inputs, inputs, tester

DESTINATIONS = {each.name: each for each in (inputs.BigGeo, dust_inputs.Tables, dust_inputs.Documents)}
VARIANTS = {
    "official": [],
    "ours": ["--mode", "several-files", "--mode", "random-markers", "--mode", "twice", "--mode", "header-only",
             "--mode", "null-active"],
    "plain": ["--plain-text", "--mode", "parallel"],
}
PLAIN = ("basic", "history", "odd_names", "odd_texts", "types_as_keys")  # that many suffice
SDK_INPUTS = "tools/destination-connector-tester/input-files"

# (destination, case, variant)
PLAYED = [(kind, name, variant) for kind, each in DESTINATIONS.items() for name in getattr(each, "cases", inputs.names())
          for variant in VARIANTS
          if kind in inputs.Case(name).expected.get("only", DESTINATIONS) and (variant != "plain" or name in PLAIN)]


@pytest.fixture(params=["biggeo", "dust"])
def destination(request, sandbox):
    return DESTINATIONS[request.param](sandbox)


@pytest.mark.parametrize("kind, name, variant", PLAYED)
def test_a_case_ends_in_the_state_it_expects(bigdust, sandbox, tmp_path, kind, name, variant):
    case = inputs.Case(name)
    destination = DESTINATIONS[kind](sandbox)
    for source in case.inputs:
        shutil.copy(source, tmp_path)
    run = tester.run(bigdust.port, tmp_path, *case.options, *VARIANTS[variant], settings=destination.settings())
    run.assert_passed()
    assert inputs.faults(case, destination) == {}


def test_documents_refuse_history_mode_and_say_what_to_choose(bigdust, sandbox, tmp_path):
    shutil.copy(inputs.Case("history").inputs[0], tmp_path)
    run = tester.run(bigdust.port, tmp_path, settings=dust_inputs.Documents(sandbox).settings())
    run.assert_failed("FAIL WriteHistoryBatch", "task: ", "history mode", "tables")


def test_every_case_is_whole():
    assert len(inputs.names()) >= 24
    assert set(PLAIN) < set(inputs.names()) and set(dust_inputs.Documents.cases) < set(inputs.names())
    for name in inputs.names():
        case = inputs.Case(name)
        assert case.inputs and case.expected["what"] and case.expected["tables"], name
        assert set(case.expected.get("only", DESTINATIONS)) <= set(DESTINATIONS), name
        for destination, own in case.expected.get("destinations", {}).items():
            assert destination in DESTINATIONS and own["note"], name


EXPECTED = {"key": ["id"], "columns": {"id": "INT", "d": "DECIMAL", "at": "UTC_DATETIME", "j": "JSON", "s": "STRING"},
            "rows": [{"id": 1, "d": "1.50", "at": "2024-01-01T00:00:00Z", "j": {"a": [1, True]}, "s": "x"}]}
SAME = {"id": 1, "d": 1.5, "at": "2024-01-01T00:00:00.000Z", "j": {"a": [1.0, True]}, "s": "x", "_fivetran_deleted": False,
        "_fivetran_synced": "2024-01-01T00:00:00Z", "more": None}


def test_values_are_compared_by_their_types():
    assert inputs.differences(EXPECTED, [SAME]) == []
    assert inputs.differences(EXPECTED, [{**SAME, "j": '{"a":[1,true]}'}], json_is_text=True) == []


# What Dust shows: written, shown.
SHOWN = [
    ("STRING", "007", "7.0"), ("STRING", " padded ", "padded"), ("STRING", "", None), ("STRING", "1e5", "1e5"),
    ("STRING", "1.5e5", "150000.0"), ("STRING", "T", "true"), ("STRING", "NaN", "NaN"),
    ("STRING", "2024-02-29", "2024-02-29T00:00:00Z"), ("STRING", "2024-02-29T10:15:30.5Z", "2024-02-29T10:15:30Z"),
    ("STRING", "2024-02-29T10:15:30", "2024-02-29T10:15:30"),
    ("UTC_DATETIME", "1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59Z"),
    ("NAIVE_DATETIME", "1969-12-31T23:59:59.9", "1969-12-31T23:59:59"),
    ("NAIVE_DATETIME", "1971-12-31T23:59:59.9", "1971-12-31T23:59:59.9"),
    ("LONG", 9007199254740993, 9007199254740993), ("JSON", [1.5], [1.5])]


@pytest.mark.parametrize("kind, written, shown", SHOWN)
def test_what_dust_shows_of_a_value(kind, written, shown):
    assert dust_inputs.shows("column", kind, written) == shown


def test_what_dust_shows_is_compared_but_in_keys_and_times():
    expected = {"key": ["k"], "columns": {"k": "STRING", "s": "STRING"},
                "rows": [{"k": "007", "s": "007", "_fivetran_end": "2024-01-01T00:00:00.5Z"}]}
    row = {"k": "007", "s": "7.0", "_fivetran_end": "2024-01-01T00:00:00.5Z"}
    assert inputs.differences(expected, [row], shows=dust_inputs.shows) == []
    for wrong in ({"k": "7.0"}, {"s": "007"}, {"_fivetran_end": "2024-01-01T00:00:00Z"}):
        assert inputs.differences(expected, [{**row, **wrong}], shows=dust_inputs.shows)


@pytest.mark.parametrize("rows", [
    [], [SAME, {**SAME, "id": 2}], [{**SAME, "id": 2}], [{**SAME, "d": 1.51}], [{**SAME, "d": None}], [{**SAME, "s": "y"}],
    [{**SAME, "at": "2024-01-01T00:00:00.001Z"}], [{**SAME, "j": {"a": [1, 1]}}], [{**SAME, "j": '{"a":[1,true]}'}],
    [{**SAME, "_fivetran_deleted": True}], [{**SAME, "more": 1}]])
def test_what_differs_is_named(rows):
    assert inputs.differences(EXPECTED, rows)


def sdk_inputs():
    """(the public input files, why there are none)"""
    folder = os.environ.get("SDK_DIR")
    if not folder:
        return [], "SDK_DIR does not name a checkout of Fivetran's Partner SDK"
    found = sorted(pathlib.Path(folder, SDK_INPUTS).rglob("*.json"))
    return found, "" if found else f"there is no input file under {pathlib.Path(folder, SDK_INPUTS)}"


PUBLIC, WHY_NOT = sdk_inputs()


@pytest.mark.skipif(not PUBLIC, reason=WHY_NOT)
@pytest.mark.parametrize("path", PUBLIC, ids=[path.stem for path in PUBLIC])
def test_public_inputs_are_played(start_bigdust, destination, tmp_path, path):
    shutil.copy(path, tmp_path)
    server = start_bigdust()
    tester.run(server.port, tmp_path, settings=destination.settings()).assert_passed()


@pytest.mark.skipif(not PUBLIC, reason=WHY_NOT)
def test_public_inputs_are_played_one_after_the_other(bigdust, destination, tmp_path):
    """As the official tester plays a folder: by name, all into one schema, whose tables may be there already.
    But those named schema_migrations_… make tables anew, without history, that others have filled with several
    versions of a key: Dust's tables must refuse to alter them so."""
    for path in PUBLIC:
        if destination.name == "biggeo" or not path.name.startswith("schema_migrations_"):
            shutil.copy(path, tmp_path)
    tester.run(bigdust.port, tmp_path, "--mode", "reuse-tables", settings=destination.settings()).assert_passed()
