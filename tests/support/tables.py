"""Tables and requests: what a test says in one line."""
import contextlib
import pathlib
import tempfile

from support import files, protos, sandbox as sandboxes

KINDS = ("earliest", "replace", "update", "delete")
FIELDS = {"earliest": "earliest_start_files", "replace": "replace_files",
          "update": "update_files", "delete": "delete_files"}


# Begins every text that a test writes into a record: no line of any log may hold it.
CANARY = "canary-5d1e"


def secret(text):
    """A text for a record's cell that would be noticed in a log."""
    return f"{CANARY} {text}"


class Table:
    """Table("users", {"id": "INT", "name": "STRING"}, key=["id"]). Columns of type DECIMAL may give
    (precision, scale): {"amount": ("DECIMAL", 10, 2)}. `_fivetran_synced` is added."""

    def __init__(self, name, columns, key, schema="tester", synced=True):
        self.name = name
        self.schema = schema
        self.key = list(key)
        self.columns = dict(columns)
        if synced:
            self.columns.setdefault("_fivetran_synced", "UTC_DATETIME")

    @property
    def remote_name(self):
        """BigGeo's table_name (schema without two underscores)."""
        return f"{self.schema}__{self.name}"

    def message(self):
        types = protos.common().DataType
        table = protos.message("Table")(name=self.name)
        for name, kind in self.columns.items():
            kind = (kind,) if isinstance(kind, str) else kind
            column = table.columns.add(name=name, type=types.Value(kind[0]),
                                       primary_key=name in self.key)
            if len(kind) == 3:
                column.params.decimal.precision, column.params.decimal.scale = kind[1:]
        return table


class Batch:
    """The files of one WriteBatch or WriteHistoryBatch request, in a folder that the caller owns."""

    def __init__(self, table, folder, compression="ZSTD", encryption="AES", markers=None,
                 shuffle=True, seed=None):
        self.table = table
        self.folder = pathlib.Path(folder)
        self.compression = compression
        self.encryption = encryption
        self.markers = markers or files.Markers()
        self.shuffle = shuffle
        self.seed = seed
        self.paths = {kind: [] for kind in KINDS}
        self.keys = {}

    def _path(self, kind):
        number = sum(len(paths) for paths in self.paths.values())
        end = {"ZSTD": ".zst", "GZIP": ".gz", "OFF": ""}[self.compression]
        end += ".aes" if self.encryption == "AES" else ""
        name = self.table.name.encode().hex()[:32]
        return str(self.folder / f"{name}_{number}_{kind}.csv{end}")

    def add_path(self, kind, path, key=None):
        """A file that the test has written itself."""
        self.paths[kind].append(str(path))
        if key is not None:
            self.keys[str(path)] = key
        return str(path)

    def add(self, kind, rows, columns=None):
        """One more file; columns default to the table's, those of an earliest file to the key."""
        path = self._path(kind)
        if columns is None:
            columns = self.table.columns
            if kind == "earliest":
                columns = list(dict.fromkeys([*self.table.key, "_fivetran_start"]))
        key = files.write_rows(path, columns, rows, kind, self.markers, self.shuffle, self.seed,
                               self.compression, self.encryption)
        return self.add_path(kind, path, key)

    def request(self, configuration, history=False):
        request = protos.message("WriteHistoryBatchRequest" if history else "WriteBatchRequest")(
            configuration=configuration, schema_name=self.table.schema,
            table=self.table.message(), keys=self.keys)
        sdk = protos.sdk()
        request.file_params.compression = sdk.Compression.Value(self.compression)
        request.file_params.encryption = sdk.Encryption.Value(self.encryption)
        request.file_params.null_string = self.markers.null_string
        request.file_params.unmodified_string = self.markers.unmodified_string
        for kind in KINDS if history else KINDS[1:]:
            getattr(request, FIELDS[kind]).extend(self.paths[kind])
        return request


def configuration(sandbox, **more):
    """Settings for a sandbox's BigGeo; None takes one away."""
    settings = {"destination": "biggeo", "api_key": "test-key", "biggeo_base_url": sandbox.url}
    settings.update(more)
    return {name: value for name, value in settings.items() if value is not None}


def dust_configuration(sandbox, **more):
    """Settings for a sandbox's Dust; None takes one away."""
    settings = {"destination": "dust", "api_key": sandboxes.DUST_KEY, "base_url": sandbox.url,
                "workspace_id": sandboxes.DUST_WORKSPACE, "space_id": sandboxes.DUST_SPACE,
                "data_source_id": sandboxes.DUST_DATA_SOURCE}
    settings.update(more)
    return {name: value for name, value in settings.items() if value is not None}


def _as_files(rows):
    """Rows of one file, or a list of such: [[row, row], [row]]."""
    if isinstance(rows, (list, tuple)) and rows and isinstance(rows[0], (list, tuple)):
        return list(rows)
    return [rows]


@contextlib.contextmanager
def batch_of(table, earliest=None, replace=None, update=None, delete=None, folder=None, **options):
    """A Batch with the rows in files; the files are gone after the with block. Rows are dictionaries,
    in a list or a generator; a list of lists is several files. None: no file; []: only a header."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        batch = Batch(table, place, **options)
        for kind, rows in zip(KINDS, (earliest, replace, update, delete)):
            if rows is not None:
                for each in _as_files(rows):
                    batch.add(kind, each)
        yield batch


def write_batch(client, sandbox, table, *, earliest=None, replace=None, update=None, delete=None,
                history=False, config=None, timeout=300, rpc_compression=None, **options):
    """Writes rows to a table: one WriteBatch (history: WriteHistoryBatch) with all its files. The
    response, or grpc.RpcError. config: settings other than configuration(sandbox)."""
    with batch_of(table, earliest, replace, update, delete, **options) as batch:
        request = batch.request(config or configuration(sandbox), history)
        name = "WriteHistoryBatch" if history else "WriteBatch"
        return client.call(name, request, timeout=timeout, compression=rpc_compression)


def answer_of(response):
    """("success", True), ("warning", text) or ("task", text)."""
    kind = response.WhichOneof("response")
    value = getattr(response, kind) if kind else None
    return kind, getattr(value, "message", value)


def assert_success(response):
    assert answer_of(response) == ("success", True), answer_of(response)
