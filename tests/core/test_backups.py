"""Backup files: whole and under the right key they give back what went in; anything else is noticed."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core import backups
from pb.core.backups import MAGIC, BackupDamaged, decrypt, encrypt, facts_of
from pb.core.sealing import new_round_key

OWN, OTHER = new_round_key(b"\1" * 32), new_round_key(b"\2" * 32)
FACTS = {"database": "sqlite", "made_at": "2026-03-02T10:00:00+00:00"}


def made(content: list[bytes]) -> bytes:
    return b"".join(encrypt(content, OWN.public, b"\3" * 32, FACTS))


def read(file: bytes, private: bytes = OWN.private) -> bytes:
    return b"".join(decrypt(io.BytesIO(file), private))


@given(st.lists(st.binary(max_size=300), max_size=8), st.integers(1, 64))
def test_what_went_in_comes_out_whatever_the_pieces(content: list[bytes], piece: int) -> None:
    before = backups.PIECE
    backups.PIECE = piece
    try:
        assert read(made(content)) == b"".join(content)
    finally:
        backups.PIECE = before


def test_its_facts_can_be_read_without_a_key_and_its_content_cannot() -> None:
    file = made([b"Xanthippe Qwortleby"])
    assert facts_of(io.BytesIO(file)) == FACTS
    assert b"Xanthippe" not in file
    with pytest.raises(BackupDamaged):
        read(file, OTHER.private)


def test_any_changed_byte_and_any_cut_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "PIECE", 40)
    file = made([b"a" * 100])
    for at in range(len(file)):
        with pytest.raises((BackupDamaged, ValueError)):
            read(file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :])
        with pytest.raises(BackupDamaged):
            read(file[:at])


def test_pieces_cannot_change_places_or_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "PIECE", 10)
    content = [b"one piece.", b"two piece.", b"the last"]
    start, *pieces = encrypt(content, OWN.public, b"\3" * 32, FACTS)
    for others in ([1, 0, 2], [0, 2], [0, 1], [0, 1, 2, 2]):
        with pytest.raises(BackupDamaged):
            read(start + b"".join(pieces[at] for at in others))


@pytest.mark.parametrize("file", [b"", b"SQLite format 3\0", MAGIC, MAGIC + b"\0\0\0\2{}", MAGIC + b"\xff\xff\xff\xff"])
def test_other_files_are_not_backups(file: bytes) -> None:
    with pytest.raises(BackupDamaged):
        read(file)
