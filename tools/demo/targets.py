"""The three places that data can land in: how the sandbox plays each, and how it is read back."""
import urllib.parse

from places import TABLE
from support import dust, reducer, sandbox as sandboxes, tables
from support.sandbox import loads

MERGE_QUIET_MS = 1000  # Dust: 10000


class Target:
    """What the targets have in common; a sandbox plays the API."""

    api = "Dust"
    options = ()       # of the sandbox
    most_places = None  # None: all
    remarks = ()       # said at the beginning

    def __init__(self):
        self.sandbox = sandboxes.Sandbox(*self.options)
        self.counted = 0  # requests that are in taken already
        self.taken = 0    # records that the API acknowledged in this call

    def writes(self):
        """The requests that wrote something."""
        return [entry for call in self.calls for entry in self.sandbox.requests(call)]

    def _count(self):
        for entry in self.sandbox.control("GET", f"requests?after={self.counted}"):
            self.counted = max(self.counted, entry["number"])
            if entry["call"] in self.calls and entry["status"] == 200:
                self.taken += entry["records"]

    def begin(self):
        """A call begins; the number of the last request before it."""
        self._count()
        self.taken = 0
        return self.counted

    def progress(self, rows):
        """How far a call of so many rows is."""
        self._count()
        return f"{min(self.taken, rows):,} of {rows:,} rows taken by {self.api}" if rows else "…"

    def call_remark(self, after):
        """Something about the call whose requests have numbers above after; None: nothing."""

    def dust_get(self, path, connection=None):
        answer = self.sandbox.dust("GET", path, connection=connection)
        assert answer.status == 200, (path, answer.status)
        return loads(answer.body)


class BigGeo(Target):
    name = "biggeo"
    api = "BigGeo"
    into = "a local BigGeo"
    calls = ("post-data-source",)

    def configuration(self):
        return tables.configuration(self.sandbox)

    def read_back(self):
        """The state that the log of all records comes to."""
        self.log, cursor = [], ""
        while cursor is not None:
            page = loads(self.sandbox.api(
                "GET", f"get-data-source/{TABLE.remote_name}?chunkSize=5000{cursor}").body)
            self.log += page["data"]
            cursor = "&cursor=" + urllib.parse.quote(str(page["nextCursor"])) if page["hasMore"] else None
        return {key: row for (key,), row in reducer.reduce(self.log, TABLE.key).items()}

    def landing(self, n_rows):
        return f"table {TABLE.remote_name}: {len(self.log):,} records in the log, which make {n_rows:,} rows"

    def look(self):
        return [f"curl -s {self.sandbox.url}/_sandbox/rows/{TABLE.remote_name} | head -3"]


class DustTables(Target):
    name = "dust-tables"
    into = "a table of a local Dust"
    calls = ("dust-upsert-rows", "dust-delete-row")
    options = ("--set", f"merge_quiet_ms={MERGE_QUIET_MS}", "--set", "merge_loop_ms=100")
    remarks = (f"Dust merges what it has taken after 10 s of silence; this one after {MERGE_QUIET_MS // 1000} s",)

    def configuration(self):
        return tables.dust_configuration(self.sandbox)

    def progress(self, rows):
        there = self.sandbox.dust_tables().get(dust.table_id(TABLE))
        return f"{super().progress(rows)}; {there['rows'] if there else 0:,} rows can be read"

    def call_remark(self, after):
        requests = [r for r in self.sandbox.control("GET", f"requests?after={after}") if r["status"] == 200]
        seen = [r for r in requests if r["call"] == "dust-get-row"]
        if not seen:
            return None
        taken = [r for r in requests if r["call"] in self.calls and r["number"] < seen[-1]["number"]]
        wait = (seen[-1]["time_ms"] - taken[-1]["time_ms"]) / 1000
        return f"{wait:.1f} s of it: all taken by Dust, but not merged yet; success once the last row was seen"

    def read_back(self):
        """The rows as Dust shows them. JSON is a text there, and a time an object."""
        path = f"tables/{dust.table_id(TABLE)}/rows"
        total = self.dust_get(path + "?limit=0")["total"]
        found = {}
        for offset in range(0, total, 5000):
            for row in self.dust_get(f"{path}?limit=5000&offset={offset}")["rows"]:
                found[row["row_id"]] = row["value"]
        found.pop("bigdust.fence", None)  # shows that all is merged; gone with the next merge
        return {int(key): self._as_sent(row) for key, row in found.items()}

    @staticmethod
    def _as_sent(row):
        synced = row["_fivetran_synced"]["string_value"].replace(" ", "T") + "Z"
        return {**row, "geometry": loads(row["geometry"]), "_fivetran_synced": synced}

    def landing(self, n_rows):
        columns = len(self.dust_get("tables/" + dust.table_id(TABLE))["table"]["schema"])
        return f"table {dust.table_id(TABLE)}: {n_rows:,} rows of {columns} columns"

    def look(self):
        return [f"curl -s {self.sandbox.url}/_sandbox/dust/rows/{dust.table_id(TABLE)} | head -3"]


class DustDocuments(Target):
    name = "dust-documents"
    into = "documents of a local Dust"
    calls = ("dust-upsert-document", "dust-delete-document")
    options = ("--set", "documents_per_minute=6000")
    most_places = 5000
    remarks = ("Dust takes 120 documents a minute; this one 6,000, and 5,000 of the 20,000 places come",)

    def configuration(self):
        return tables.dust_configuration(self.sandbox, data_format="documents", documents_per_minute="6000")

    def read_back(self):
        """The documents' texts, each through the API."""
        names = [document["document_id"] for document in self.dust_get("documents?limit=1000000")["documents"]]
        connection = self.sandbox.connect()
        start = f"{TABLE.remote_name}-"
        try:
            texts = {int(name.removeprefix(start)):
                     self.dust_get("documents/" + name, connection)["document"]["text"]
                     for name in names if name.startswith(start)}
        finally:
            connection.close()
        return {key: loads(text) for key, text in texts.items()}

    def landing(self, n_rows):
        return f"{n_rows:,} documents {TABLE.remote_name}-…, each a record as JSON"

    def look(self):
        path = f"{dust.table_path(TABLE).rpartition('/tables/')[0]}/documents/{TABLE.remote_name}-362"
        return [f"curl -s -H 'Authorization: Bearer {sandboxes.DUST_KEY}'", f"{self.sandbox.url}{path}"]


TARGETS = {target.name: target for target in (BigGeo, DustTables, DustDocuments)}
