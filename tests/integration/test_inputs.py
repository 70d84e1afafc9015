"""The cases of tests/data/inputs, played by the tester against the real server, end in the state that they expect; and the
public input files of Fivetran's Partner SDK, when SDK_DIR names a checkout of it, are played without a failure."""
import os
import pathlib
import shutil

import pytest

from support import inputs, tester

DESTINATIONS = {"biggeo": inputs.BigGeo}
VARIANTS = {
    "official": [],
    "ours": ["--mode", "several-files", "--mode", "random-markers", "--mode", "twice", "--mode", "header-only"],
    "plain": ["--plain-text"],
}
SDK_INPUTS = "tools/destination-connector-tester/input-files"


@pytest.fixture(params=DESTINATIONS)
def destination(request, sandbox):
    return DESTINATIONS[request.param](sandbox)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", inputs.names())
def test_a_case_ends_in_the_state_it_expects(start_bigdust, destination, tmp_path, name, variant):
    case = inputs.Case(name)
    for source in case.inputs:
        shutil.copy(source, tmp_path)
    server = start_bigdust()
    tester.run(server.port, tmp_path, *case.options, *VARIANTS[variant], settings=destination.settings()).assert_passed()
    assert inputs.faults(case, destination) == {}


def test_every_case_is_whole():
    assert len(inputs.names()) >= 9
    for name in inputs.names():
        case = inputs.Case(name)
        assert case.inputs and case.expected["what"] and case.expected["tables"], name
        for own in case.expected.get("destinations", {}).values():
            assert own["note"], name


EXPECTED = {"key": ["id"], "columns": {"id": "INT", "d": "DECIMAL", "at": "UTC_DATETIME", "j": "JSON", "s": "STRING"},
            "rows": [{"id": 1, "d": "1.50", "at": "2024-01-01T00:00:00Z", "j": {"a": [1, True]}, "s": "x"}]}
SAME = {"id": 1, "d": 1.5, "at": "2024-01-01T00:00:00.000Z", "j": {"a": [1.0, True]}, "s": "x", "_fivetran_deleted": False,
        "_fivetran_synced": "2024-01-01T00:00:00Z", "more": None}


def test_values_are_compared_by_their_types():
    assert inputs.differences(EXPECTED, [SAME]) == []
    assert inputs.differences(EXPECTED, [{**SAME, "j": '{"a":[1,true]}'}], json_is_text=True) == []


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
    """As the official tester plays a folder: by name, all into one schema, whose tables may be there already."""
    for path in PUBLIC:
        shutil.copy(path, tmp_path)
    tester.run(bigdust.port, tmp_path, "--mode", "reuse-tables", settings=destination.settings()).assert_passed()
