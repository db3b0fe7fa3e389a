"""The zip file of a package, read so strictly that every byte of it is accounted for and two readers see the same."""

from __future__ import annotations

import struct
import zlib

from pb.core.checking.forms import Wrong

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
NEW_YEAR_1980 = 0x21
DEFLATED = 8
PLAIN_FILE = 0o100644 << 16
#: All files together. A city of a million voters has about half of it; a file that was made to fill a computer's
#: memory says more, or holds more than it says.
LARGEST = 2**29


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files in a package by their names. Wrong for any zip file that is not packed as packages are."""
    files: dict[str, bytes] = {}
    directory, at, left = b"", 0, LARGEST
    while data[at : at + 4] == b"PK\3\4":
        name, content, entry, after = _file(data, at, left)
        left -= len(content)
        if name in files:
            raise Wrong(f"the zip file holds {name} twice")
        files[name] = content
        directory, at = directory + entry, after
    end = END.pack(b"PK\5\6", 0, 0, len(files), len(files), len(directory), at, 0)
    if not files or data[at:] != directory + end:
        raise Wrong("the zip file is not packed as packages are: something in it was changed, added or left out")
    return files


def _file(data: bytes, at: int, most: int) -> tuple[str, bytes, bytes, int]:
    """One file of `most` bytes: its name, content, its entry in the directory, and where the next begins."""
    if len(data) < at + LOCAL.size:
        raise Wrong("the zip file breaks off")
    head = LOCAL.unpack_from(data, at)
    _mark, version, flags, method, time, day, check, packed, size, name_length, extra = head
    if (version, flags, method, time, day, extra) != (20, 0, DEFLATED, 0, NEW_YEAR_1980, 0):
        raise Wrong("the zip file is not packed as packages are")
    if size > most:
        raise Wrong("the zip file unpacks to more than any package holds")
    start = at + LOCAL.size + name_length
    raw_name = data[at + LOCAL.size : start]
    content = _inflated(data[start : start + packed], packed, size)
    if zlib.crc32(content) != check:
        raise Wrong("the zip file is damaged")
    entry = CENTRAL.pack(
        b"PK\1\2", (3 << 8) | 20, 20, 0, DEFLATED, 0, NEW_YEAR_1980, check, packed, size, name_length,
        0, 0, 0, 0, PLAIN_FILE, at,
    )  # fmt: skip
    try:
        return raw_name.decode("ascii"), content, entry + raw_name, start + packed
    except UnicodeDecodeError:
        raise Wrong("the zip file holds a name that packages do not have") from None


def _inflated(data: bytes, packed: int, size: int) -> bytes:
    reader = zlib.decompressobj(-15)
    try:
        content = reader.decompress(data, size + 1)
    except zlib.error:
        raise Wrong("the zip file is damaged") from None
    if len(data) != packed or len(content) != size or not reader.eof or reader.unused_data:
        raise Wrong("the zip file is damaged")
    return content
