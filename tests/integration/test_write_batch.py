"""WriteBatch through real gRPC, real encrypted files and real HTTP."""
from support import tables

PLACES = tables.Table("places", {"id": "INT", "name": "STRING", "lat": "DOUBLE", "geo": "JSON"}, ["id"])


def test_upsert_lands(client, sandbox):
    rows = [{"id": i, "name": f"place {i}", "lat": i / 7, "geo": '{"type":"Point"}'} for i in range(2500)]
    tables.assert_success(tables.write_batch(client, sandbox, PLACES, replace=rows))
    assert len(sandbox.state("tester__places", ["id"])) == 2500
