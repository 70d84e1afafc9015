"""Batch files as Fivetran writes them (contract "What the official destination tester does", 8)."""
import contextlib
import decimal
import gzip
import json
import os
import random
import zlib

import zstandard
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

NULL_STRING = "null-m8yilkvPsNulehxl2G6pmSQ3G3WWdLP"
UNMODIFIED_STRING = "unmod-NcK9NIjPUutCsz4mjOQQztbnwnE1sY3"
COMPRESSIONS = ("OFF", "ZSTD", "GZIP")
ENCRYPTIONS = ("NONE", "AES")
LONGEST_UNQUOTED = 24
BLOCK = 256 * 1024


class _Unmodified:
    def __repr__(self):
        return "UNMODIFIED"


UNMODIFIED = _Unmodified()


class _Compressor:
    """compress() and flush(), whatever the kind."""

    def __init__(self, compression):
        if compression == "ZSTD":
            self.inner = zstandard.ZstdCompressor(write_checksum=False,
                                                  write_content_size=False).compressobj()
        elif compression == "GZIP":
            self.inner = zlib.compressobj(wbits=31)
        elif compression == "OFF":
            self.inner = None
        else:
            raise ValueError(compression)

    def compress(self, data):
        return self.inner.compress(data) if self.inner else data

    def flush(self):
        return self.inner.flush() if self.inner else b""


class _Encryptor:
    def __init__(self, key, iv):
        self.cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
        self.padder = padding.PKCS7(128).padder()
        self.iv = iv

    def encrypt(self, data):
        head, self.iv = self.iv, b""
        return head + self.cipher.update(self.padder.update(data))

    def finish(self):
        return self.encrypt(b"") + self.cipher.update(self.padder.finalize()) + \
            self.cipher.finalize()


def write_bytes(path, pieces, compression="ZSTD", encryption="AES", key=None, iv=None):
    """Writes pieces of bytes as a batch file, a piece at a time. The key that opens it, or None."""
    if encryption not in ENCRYPTIONS:
        raise ValueError(encryption)
    compressor = _Compressor(compression)
    encryptor = None
    if encryption == "AES":
        key = key or os.urandom(32)
        encryptor = _Encryptor(key, iv or os.urandom(16))
    with open(path, "wb") as out:
        for piece in pieces:
            data = compressor.compress(piece)
            out.write(encryptor.encrypt(data) if encryptor and data else data)
        data = compressor.flush()
        out.write(encryptor.encrypt(data) + encryptor.finish() if encryptor else data)
    return key if encryptor else None


def read_bytes(path, compression="ZSTD", key=None):
    """The plain bytes of a batch file, for tests of the tests."""
    with open(path, "rb") as file:
        data = file.read()
    if key:
        cipher = Cipher(algorithms.AES(key), modes.CBC(data[:16])).decryptor()
        unpadder = padding.PKCS7(128).unpadder()
        data = unpadder.update(cipher.update(data[16:]) + cipher.finalize()) + unpadder.finalize()
    if compression == "ZSTD":
        return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return gzip.decompress(data) if compression == "GZIP" else data


def _text(value):
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, decimal.Decimal)):
        return str(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    raise TypeError(f"no cell can hold {value!r}")


def _quoted(text):
    plain = 0 < len(text) <= LONGEST_UNQUOTED and not any(c in text for c in ',"\n\r')
    # Jackson also quotes a leading or trailing space.
    return text if plain and text == text.strip() else '"' + text.replace('"', '""') + '"'


class Markers:
    """The two texts that stand for NULL and for a value that stays; they differ per request."""

    def __init__(self, null_string=NULL_STRING, unmodified_string=UNMODIFIED_STRING):
        self.null_string = null_string
        self.unmodified_string = unmodified_string

    def cell(self, value):
        if value is None:
            return self.null_string
        if value is UNMODIFIED:
            return self.unmodified_string
        text = _text(value)
        if text in (self.null_string, self.unmodified_string):
            raise ValueError(f"this text would be read as a marker: {text!r}")
        return _quoted(text)


def csv_pieces(columns, rows, missing, markers):
    """The file as bytes, piece by piece: the header, then rows (dictionaries). missing: what stands
    for a column that a row does not have."""
    known = set(columns)
    lines = [",".join(_quoted(name) for name in columns)]
    size = 0
    for row in rows:
        if not row.keys() <= known:
            raise ValueError(f"not columns of the file: {row.keys() - known}")
        line = ",".join([markers.cell(row.get(name, missing)) for name in columns])
        lines.append(line)
        size += len(line)
        if size > BLOCK:
            yield ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")
            lines, size = [], 0
    if lines:
        yield ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def write_rows(path, columns, rows, kind="replace", markers=None, shuffle=True, seed=None,
               compression="ZSTD", encryption="AES"):
    """A batch file of rows. kind: replace, update, delete or earliest; in an update a column that a row
    lacks is unmodified, elsewhere NULL. Columns are shuffled unless told otherwise. Returns the key
    or None. rows may be a generator of any length: memory stays bounded."""
    columns = list(columns)
    if shuffle:
        random.Random(seed).shuffle(columns)
    missing = UNMODIFIED if kind == "update" else None
    pieces = csv_pieces(columns, rows, missing, markers or Markers())
    return write_bytes(path, pieces, compression, encryption)


@contextlib.contextmanager
def cut_file(path, keep):
    """The file with only its first `keep` bytes, for the length of a with block."""
    with open(path, "rb") as file:
        whole = file.read()
    with open(path, "wb") as file:
        file.write(whole[:keep])
    try:
        yield
    finally:
        with open(path, "wb") as file:
            file.write(whole)
