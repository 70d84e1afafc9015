"""The sandbox (tools/sandbox) as a process, and its control API."""
import decimal
import json
import http.client
import urllib.parse

from support import reducer
from support.processes import Process, binary

API_KEY = "test-key"

# What Dust's side of the sandbox goes by unless it is told otherwise (tools/sandbox/README.md).
DUST_KEY = "sk-test-key"
DUST_READ_ONLY_KEY = "sk-read-only"
DUST_WORKSPACE = "ws1"
DUST_SPACE = "spc1"
DUST_DATA_SOURCE = "ds1"


def loads(text):
    """JSON with numbers as they were written: Decimal where there is a fraction or exponent."""
    return json.loads(text, parse_float=decimal.Decimal)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return loads(self.body)


class Sandbox(Process):
    def __init__(self, *options):
        super().__init__([binary("SANDBOX"), "--port", "0", *options])
        try:
            self.url = self.wait_line(r"^sandbox listening on (http://127\.0\.0\.1:\d+)$").group(1)
        except BaseException:
            self.kill()
            raise
        self.host = self.url.removeprefix("http://")

    def connect(self, timeout=60):
        return http.client.HTTPConnection(self.host, timeout=timeout)

    def request(self, method, path, body=None, headers=None, connection=None):
        """One request. body: bytes, text, or anything that JSON can say."""
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        own = connection is None
        connection = connection or self.connect()
        try:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            if own:
                connection.close()

    def control(self, method, path, body=None):
        answer = self.request(method, "/_sandbox/" + path, body)
        assert answer.status == 200, f"{method} {path}: {answer.status} {answer.body!r}"
        return answer.json()

    def api(self, method, path, body=None, key=API_KEY, connection=None, **headers):
        """A request as BigGeo's clients make it."""
        wanted = {"Content-Type": "application/json"}
        if key is not None:
            wanted["x-api-key"] = key
        wanted.update((name.replace("_", "-"), value) for name, value in headers.items())
        return self.request(method, "/data-sources/v1/" + path, body, wanted, connection)

    # Dust's side: as its clients make their requests, and what came of them.

    def dust(self, method, path, body=None, key=DUST_KEY, source=DUST_DATA_SOURCE, space=DUST_SPACE,
             workspace=DUST_WORKSPACE, connection=None, **headers):
        """A request to `path` of a data source ("tables/t/rows?limit=0")."""
        return self.dust_api(method, f"{workspace}/spaces/{space}/data_sources/{source}/{path}", body,
                             key, connection, **headers)

    def dust_api(self, method, path, body=None, key=DUST_KEY, connection=None, **headers):
        """A request to `path` behind /api/v1/w/. A header of None is left out."""
        wanted = {"Content-Type": "application/json"}
        if key is not None:
            wanted["Authorization"] = f"Bearer {key}"
        wanted.update((name.replace("_", "-"), value) for name, value in headers.items())
        wanted = {name: value for name, value in wanted.items() if value is not None}
        return self.request(method, "/api/v1/w/" + path, body, wanted, connection)

    def dust_merge(self):
        """Merges all rows that wait, now; what could not be merged: [{"table", "error"}]."""
        return self.control("POST", "dust/merge")["failed"]

    def dust_lines(self, table, raw=False, source=DUST_DATA_SOURCE):
        """The rows of a table as lines of bytes, streamed: what the latest merge left."""
        connection = self.connect()
        query = "?data_source=" + urllib.parse.quote(source, safe="") + ("&raw=1" if raw else "")
        try:
            connection.request("GET", "/_sandbox/dust/rows/" + urllib.parse.quote(table, safe="") + query)
            response = connection.getresponse()
            assert response.status == 200, (response.status, response.read())
            for line in response:
                yield line.rstrip(b"\n")
        finally:
            connection.close()

    def dust_rows(self, table, raw=False, source=DUST_DATA_SOURCE):
        """{row id: value} of a table as the latest merge left it, typed as Dust answers it; raw: the
        CSV's texts."""
        rows = [loads(line) for line in self.dust_lines(table, raw, source)]
        return {row["row_id"]: row["value"] for row in rows}

    def dust_tables(self):
        """{table id: what is known of it}, rows that wait and deleted tables included."""
        return {table["table_id"]: table for table in self.control("GET", "dust/tables")}

    def dust_documents(self):
        """{document id: document} with text and tags."""
        return {document["document_id"]: document
                for document in self.control("GET", "dust/documents")}

    # What to do wrong, and what was seen.

    def fault(self, match, action, **more):
        """Orders one fault: fault("final", "status", status=503, times=2)."""
        self.control("POST", "faults", {"match": match, "action": action, **more})

    def faults(self):
        return self.control("GET", "faults")

    def clear_faults(self):
        self.control("DELETE", "faults")

    def assert_fired(self):
        """Every ordered fault hit something: else the test did not test it."""
        for fault in self.faults():
            assert fault["fired"] > 0, f"this fault never hit: {fault}"

    def config(self, **changes):
        return self.control("POST", "config", changes) if changes else self.control("GET", "config")

    def requests(self, call=None, kind=None):
        """The requests so far, oldest first; only those of a call and kind."""
        return [r for r in self.control("GET", "requests")
                if (not call or r["call"] == call) and (not kind or r["kind"] == kind)]

    def posts(self, kind=None):
        return self.requests("post-data-source", kind)

    def body(self, number):
        """The bytes of a request's body (--keep-bodies)."""
        return self.request("GET", f"/_sandbox/bodies/{number}").body

    def sessions(self):
        return self.control("GET", "sessions")

    def tables(self):
        return {table["table"]: table for table in self.control("GET", "tables")}

    def lines(self, table, envelope=False):
        """The exported records of a table as lines of bytes, streamed."""
        connection = self.connect()
        path = "/_sandbox/rows/" + urllib.parse.quote(table, safe="")
        try:
            connection.request("GET", path + ("?envelope=1" if envelope else ""))
            response = connection.getresponse()
            assert response.status == 200, response.status
            for line in response:
                yield line.rstrip(b"\n")
        finally:
            connection.close()

    def rows(self, table):
        """The exported records of a table."""
        return [loads(line) for line in self.lines(table)]

    def envelopes(self, table):
        """The exported records with sync_id and emitted_at; the record is in data."""
        return [loads(line) for line in self.lines(table, envelope=True)]

    def state(self, table, key, history=False):
        """What the exported records of a table come to: {key: row} (support/reducer.py)."""
        return reducer.reduce(self.rows(table), key, history=history)

    def wait_held(self, count=1, timeout=60):
        """Returns when so many answers are held (fault action "hold")."""
        self.control("GET", f"wait?held={count}&timeout_ms={int(timeout * 1000)}")

    def release(self):
        return self.control("POST", "release")["released"]

    def expire(self):
        self.control("POST", "expire")

    def reset(self):
        self.control("POST", "reset")

    def finish(self):
        code = self.stop()
        assert code == 0 or self.killed, f"the sandbox ended with {code}:\n{self.text()}"
        assert not self.stderr, "the sandbox complained:\n" + "\n".join(self.stderr)
