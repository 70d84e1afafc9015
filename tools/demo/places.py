"""Real places as rows of a table, what happens to them, and what must be there in the end."""
import csv
import io
import pathlib

import zstandard
from support import tables
from support.sandbox import loads

CITIES = pathlib.Path(__file__).resolve().parents[2] / "tests/data/cities.csv.zst"
TABLE = tables.Table("places", {"id": "INT", "name": "STRING", "country": "STRING", "population": "LONG",
                                "timezone": "STRING", "geometry": "JSON"}, ["id"], schema="world")
SHOWN = ("id", "name", "country", "population", "geometry")
SYNCED = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"]


def read_places():
    """The 20,000 places as rows of the table."""
    text = zstandard.ZstdDecompressor().decompressobj().decompress(CITIES.read_bytes()).decode()
    for place in csv.DictReader(io.StringIO(text)):
        point = f'{{"type":"Point","coordinates":[{place["longitude"]},{place["latitude"]}]}}'
        yield {"id": int(place["id"]), "name": place["name"], "country": place["country"],
               "population": int(place["population"]), "timezone": place["timezone"], "geometry": point,
               "_fivetran_synced": SYNCED[0]}


class Story:
    """The rows that come, one after another: all places, a change to every tenth, the end of some."""

    def __init__(self, most=None):
        self.places = list(read_places())[:most]
        self.updates = [{"id": row["id"], "population": row["population"] + 1, "_fivetran_synced": SYNCED[1]}
                        for row in self.places[::10]]
        self.deletes = [{"id": row["id"], "_fivetran_synced": SYNCED[2]} for row in self.places[5::200]]

    def expected(self):
        """What must be there in the end: {id: row}, the geometry as JSON."""
        state = {row["id"]: {**row, "geometry": loads(row["geometry"])} for row in self.places}
        for row in self.updates:
            state[row["id"]].update(row)
        for row in self.deletes:
            del state[row["id"]]
        return state


def compare(expected, found):
    """Sentences about what differs, the first ten; [] when every row is as it should be."""
    faults = [f"missing: {key}" for key in expected.keys() - found.keys()]
    faults += [f"unexpected: {key}" for key in found.keys() - expected.keys()]
    for key in expected.keys() & found.keys():
        wrong = [name for name, value in expected[key].items() if found[key].get(name) != value]
        if wrong:
            faults.append(f"row {key} differs in {', '.join(wrong)}")
    return faults[:10]
