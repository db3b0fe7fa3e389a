"""The public package of a result: files in one way to write them, zipped so that the same content is the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pb.core.canonical import canonical
from pb.core.disclosure import Level
from pb.core.election import Instance, Profile
from pb.core.reconciliation import Equation, Term
from pb.core.rules.support import add_up

FORMAT = "you-decide-package-1"
MANIFEST = "manifest.json"
_KINDS = 50_000


class BallotLine(NamedTuple):
    """One opened section: its random key (16 bytes), its pot's key and its choices as JSON text."""

    key: bytes
    pot: str
    choices: str


def ballot_files(rows: Iterable[BallotLine], levels: Mapping[str, Level]) -> dict[str, bytes]:
    """The files about single ballots, by name, for pots with these levels.

    `ballots.jsonl`: the ballots of the pots that are published in full, in the order of their random keys. Where
    some pots are and others are not, `leaves.txt` has the digest of each leaf under the ballots' root, in the order
    of the tree, so that everybody can work the root out; the random keys keep the withheld ones from being guessed.
    """
    full = {key for key, level in levels.items() if level == Level.FULL}
    if not full:
        return {}
    lines, leaves = [], []
    for key, pot, text in sorted(rows):
        choices = _one_way(text)
        if pot in full:
            lines.append(b'{"choices":%b,"key":"%b","pot":%b}\n' % (choices, key.hex().encode(), canonical(pot)))
        if len(full) < len(levels):
            leaf = hashlib.sha256(b"\0" + b"|".join((key, pot.encode(), choices)))
            leaves.append(f"{leaf.hexdigest()}\n")
    files = {"ballots.jsonl": b"".join(lines)}
    return {**files, "leaves.txt": "".join(leaves).encode()} if leaves else files


@lru_cache(maxsize=_KINDS)
def _one_way(text: str) -> bytes:
    """Choices as stored, in canonical form; equal ballots are written once."""
    return canonical(json.loads(text))


def receipts_file(receipts: Iterable[str]) -> bytes:
    """The receipts of all valid ballots, one a line, in the order of their text."""
    return "".join(f"{each}\n" for each in sorted(receipts)).encode()


def scores_of_pot(instance: Instance, profile: Profile) -> dict[str, Any]:
    """What additive rules and tie steps need of a pot's ballots, by project id, and nothing of who marked what."""
    totals = add_up(instance, profile)
    return {
        project.id: {
            "marks": {str(mark): count for mark, count in sorted(totals[project.id].marks.items())},
            "ordinary": totals[project.id].ordinary,
        }
        for project in instance.ordered
    }


def account_line(equation: Equation, explained: str = "") -> dict[str, Any]:
    """A line of the ballot account as plain JSON data; `explained` is the published reason why it is not even."""
    return {
        "name": equation.name,
        "why": equation.why,
        "left": _term(equation.left),
        "right": [_term(each) for each in equation.right],
        "explained": explained,
    }


def _term(term: Term) -> dict[str, Any]:
    return {"label": term.told, "amount": term.amount}


def complete(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with their manifest, which comes first, names each with its size and SHA-256, and is canonical JSON."""
    named: dict[str, Any] = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in files.items()
    }
    whole = canonical({"format": FORMAT, **manifest, "files": named})
    return {MANIFEST: whole, **{name: files[name] for name in sorted(files)}}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip file of `files` in their order, with no clock, no user and nothing else in it that could differ."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content, compresslevel=6)
    return stream.getvalue()
