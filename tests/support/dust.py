"""Dust's side of a test: settings, and what the sandbox's Dust shows."""
import urllib.parse

API_KEY = "sk-test"


def configuration(sandbox, **more):
    """Settings for a sandbox's Dust; None takes one away."""
    settings = {"destination": "dust", "api_key": API_KEY, "workspace_id": "ws1",
                "space_id": "spc1", "data_source_id": "ds1", "base_url": sandbox.url,
                "data_format": "tables"}
    settings.update(more)
    return {name: value for name, value in settings.items() if value is not None}


def table_id(table, prefix="fivetran_"):
    return f"{prefix}{table.schema}__{table.name}"


def shown(sandbox, table):
    """What Dust shows once everything is merged: {row id: {column: value}}, nulls left out, our own
    column of exact texts too."""
    sandbox.control("POST", "dust/merge", {})
    identity = urllib.parse.quote(table_id(table), safe="")
    rows = {}
    for row in sandbox.control("GET", f"dust/rows/{identity}"):
        assert row["row_id"] not in rows, f"two rows of one id: {row['row_id']}"
        rows[row["row_id"]] = {name: value for name, value in row["value"].items()
                               if value is not None and name != "_fivetran_exact"}
    return rows
