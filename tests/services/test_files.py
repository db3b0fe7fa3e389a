"""Files that must be there once anything says so."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from pb.services.files import write_for_good


def test_a_file_and_its_name_are_on_the_disk_before_anything_says_that_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[tuple[bool, list[str]]] = []

    def fsync(handle: int) -> None:
        kept.append((stat.S_ISDIR(os.fstat(handle).st_mode), [each.name for each in tmp_path.iterdir()]))

    monkeypatch.setattr(os, "fsync", fsync)
    digest, size = write_for_good(tmp_path / "round-1.key", [b"a", b"bc"])
    assert (digest, size) == (hashlib.sha256(b"abc").hexdigest(), 3)
    (content_is_folder, _), (name_is_folder, names) = kept
    assert (content_is_folder, name_is_folder, names) == (False, True, ["round-1.key"])


def test_a_file_is_whole_or_as_it_was_and_for_its_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "cards.sealed"
    write_for_good(path, [b"first"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def broken() -> Iterator[bytes]:
        yield b"sec"
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        write_for_good(path, broken())
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"first", [path])
