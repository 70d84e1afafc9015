"""The pages say what is true: their settings are those of the form, and what they point at is there."""
import pathlib
import re
import shutil
import subprocess

import pytest

from support import protos

ROOT = pathlib.Path(__file__).resolve().parents[2]


def _fields(fields):
    for field in fields:
        if field.WhichOneof("type") == "conditional_fields":
            yield from _fields(field.conditional_fields.fields)
        else:
            yield field


def _rows(page):
    """name → (meaning, default) of the settings table; a row may name several."""
    section = (ROOT / page).read_text().split("## Settings")[1].split("\n## ")[0]
    rows = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for name in re.findall(r"`([a-z_]+)`", cells[0]) if len(cells) == 3 else []:
            rows[name] = cells[1:]
    return rows


@pytest.mark.parametrize("page, of_dust_alone", [("README.md", False), ("docs/dust.md", True)])
def test_the_settings_table_is_the_form(client, page, of_dust_alone):
    rows = _rows(page)
    form = client.call("ConfigurationForm", protos.message("ConfigurationFormRequest")())
    fields = {field.name: field for field in _fields(form.fields)}
    if of_dust_alone:
        fields = {name: field for name, field in fields.items()
                  if name not in ("destination", "api_key", "biggeo_base_url")}
    assert fields.keys() == rows.keys()
    for name, field in fields.items():
        meaning, default = rows[name]
        if field.HasField("default_value"):
            assert default.strip("`") == field.default_value, name
        elif field.required:
            assert default.startswith("required"), name
        for number in re.findall(r"from (\d+).* to (\d+)", field.description):
            assert all(bound in meaning for bound in number), name


PAGES = [ROOT / "README.md", ROOT / "tools/sandbox/README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _anchors(page):
    """GitHub's names of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_points_at_is_there(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve()
        assert there.exists(), target
        readable = there / "README.md" if there.is_dir() else there
        assert not anchor or anchor in _anchors(readable), target


def test_every_page_is_named_in_the_readme():
    said = PAGES[0].read_text()
    for page in PAGES[2:]:
        assert f"(docs/{page.name})" in said, page.name


@pytest.fixture
def run_sh(tmp_path):
    """run.sh beside a build.sh that only says so and a bigdust that repeats its words and its input."""
    def script(path, *lines):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
        path.chmod(0o755)
    script(tmp_path / "build.sh", "echo built", "cat")
    script(tmp_path / "build/Release/bigdust", 'echo "$@"', "cat")
    (tmp_path / "tools/demo").mkdir(parents=True)
    (tmp_path / "tools/demo/demo.py").write_text("import os, sys\nprint(*sys.argv[1:], os.environ['BIGDUST'])\n")
    shutil.copy(ROOT / "run.sh", tmp_path)

    def run(*words):
        return subprocess.run([tmp_path / "run.sh", *words], input="messages", capture_output=True, text=True, cwd="/", timeout=60)
    return run


def test_run_sh_builds_and_becomes_bigdust(run_sh):
    done = run_sh("write", "--config", "a b")
    assert done.returncode == 0 and done.stdout == "write --config a b\nmessages" and done.stderr == "built\n"


def test_run_sh_demo_is_the_demo(run_sh, tmp_path):
    done = run_sh("demo", "--keep")
    assert done.returncode == 0 and done.stdout == f"--keep {tmp_path}/build/Release/bigdust\n"
