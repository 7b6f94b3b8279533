"""Writes an .xls as Excel 97 did, which no package of today does: BIFF 8 records in a compound file."""

import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

_SECTOR = 512
_MIN_STREAM = 4096  # shorter streams would have to lie in a table of their own
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def old_workbook(path: Path, lines: Iterable[Sequence[object]]) -> Path:
    """Write one sheet of text and whole numbers."""
    stream = _workbook_stream(_cells(lines))
    size = max(_MIN_STREAM, -(-len(stream) // _SECTOR) * _SECTOR)
    count = size // _SECTOR
    fat = [_FAT, _END, *range(3, 2 + count), _END]
    fat += [_FREE] * (_SECTOR // 4 - len(fat))
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, size) + bytes(256)
    path.write_bytes(_header() + struct.pack("<128I", *fat) + directory + stream.ljust(size, b"\0"))
    return path


def _cells(lines: Iterable[Sequence[object]]) -> bytes:
    records = []
    for row, line in enumerate(lines):
        for column, value in enumerate(line):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(value, int):
                records.append(_record(0x0203, place + struct.pack("<d", value)))
            else:
                text = str(value)
                records.append(_record(0x0204, place + struct.pack("<HB", len(text), 0) + text.encode("latin-1")))
    return b"".join(records)


def _workbook_stream(cells: bytes) -> bytes:
    begin, end = _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)), _record(0x000A, b"")
    name = struct.pack("<BB", 6, 0) + b"Sheet1"
    offset = len(begin) + 4 + 6 + len(name) + len(end)
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)) + cells + end
    return begin + _record(0x0085, struct.pack("<IBB", offset, 0, 0) + name) + end + sheet


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _header() -> bytes:
    signature = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16)
    sizes = struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, _MIN_STREAM, _END, 0, _END, 0)
    return signature + sizes + struct.pack("<109I", 0, *[_FREE] * 108)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    links = struct.pack("<HBBIII", len(text) + 2, kind, 1, _FREE, _FREE, child)
    return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)
