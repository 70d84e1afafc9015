"""README says what is true: its settings are those of the form."""
import pathlib
import re

from support import protos

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


def _fields(fields):
    for field in fields:
        if field.WhichOneof("type") == "conditional_fields":
            yield from _fields(field.conditional_fields.fields)
        else:
            yield field


def _rows():
    """name → (meaning, default) of the settings table; a row may name several."""
    section = README.read_text().split("## Settings")[1].split("\n## ")[0]
    rows = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for name in re.findall(r"`([a-z_]+)`", cells[0]) if len(cells) == 3 else []:
            rows[name] = cells[1:]
    return rows


def test_the_settings_table_is_the_form(client):
    rows = _rows()
    form = client.call("ConfigurationForm", protos.message("ConfigurationFormRequest")())
    fields = {field.name: field for field in _fields(form.fields)}
    assert fields.keys() == rows.keys()
    for name, field in fields.items():
        meaning, default = rows[name]
        if field.HasField("default_value"):
            assert default.strip("`") == field.default_value, name
        elif field.required:
            assert default.startswith("required"), name
        for number in re.findall(r"from (\d+).* to (\d+)", field.description):
            assert all(bound in meaning for bound in number), name
