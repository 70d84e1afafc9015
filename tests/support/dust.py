"""What Dust shows of a table in a test."""
import urllib.parse

from support import sandbox as sandboxes


def table_path(table, prefix="fivetran_"):
    """The path of a table's resources in the sandbox's Dust."""
    return (f"/api/v1/w/{sandboxes.DUST_WORKSPACE}/spaces/{sandboxes.DUST_SPACE}"
            f"/data_sources/{sandboxes.DUST_DATA_SOURCE}/tables/{table_id(table, prefix)}")


def table_id(table, prefix="fivetran_"):
    return f"{prefix}{table.schema}__{table.name}"


def shown(sandbox, table, exact=False):
    """What Dust shows once everything is merged: {row id: {column: value}}, nulls left out; our own
    column of exact texts too unless exact."""
    sandbox.control("POST", "dust/merge", {})
    identity = urllib.parse.quote(table_id(table), safe="")
    rows = {}
    body = sandbox.request("GET", f"/_sandbox/dust/rows/{identity}").body
    for row in map(sandboxes.loads, body.splitlines()):
        assert row["row_id"] not in rows, f"two rows of one id: {row['row_id']}"
        rows[row["row_id"]] = {name: value for name, value in row["value"].items()
                               if value is not None and (exact or name != "_fivetran_exact")}
    return rows
