"""What would lie on a disk after a power cut: replayed from the system calls of a process that strace watched.

The model is a disk that keeps nothing before it is told to: what was written to a file is safe once `fsync` or
`fdatasync` of that file has come back. What was written since may be lost, or lie there in part and in any order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

#: What changes files, or makes what was changed safe.
CALLS = ("write", "pwrite64", "ftruncate", "fsync", "fdatasync")
#: A disk writes so many bytes whole or not at all.
SECTOR = 512
_CALL = re.compile(r'^(\d+) +(\w+)\((\d+)<([^>]*)>(?:, ("(?:\\x..)*"|\d+))?(?:, \d+)?(?:, (\d+))?(\)| <unfinished)')
_RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>")


@dataclass(frozen=True)
class Step:
    """One thing that the process did: `kind` is wrote, cut, synced or told; `at` an offset or a length."""

    kind: str
    file: str
    at: int = 0
    data: bytes = b""


@dataclass
class Disk:
    """The files of a database: what is safe of each, and what was done to it since."""

    safe: dict[str, bytes]
    since: dict[str, list[Step]] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """Do one step."""
        if step.kind == "synced":
            content = _after(self.safe.get(step.file, b""), self.since.pop(step.file, []))
            self.safe[step.file] = content
        elif step.kind != "told":
            self.since.setdefault(step.file, []).append(step)

    def after_a_cut(self, chance: Random | None = None) -> dict[str, bytes]:
        """The files when the power comes back: only what is safe, or with `chance` some of the rest as well."""
        if chance is None:
            return dict(self.safe)
        files = dict(self.safe)
        for name, steps in self.since.items():
            kept = [piece for step in steps for piece in _pieces(step) if chance.random() < 0.5]
            chance.shuffle(kept)
            files[name] = _after(files.get(name, b""), kept)
        return files


def _pieces(step: Step) -> Iterator[Step]:
    """A step as a disk takes it: sector by sector."""
    if step.kind == "cut":
        yield step
    for at in range(0, len(step.data), SECTOR):
        yield Step("wrote", step.file, step.at + at, step.data[at : at + SECTOR])


def _after(content: bytes, steps: list[Step]) -> bytes:
    now = bytearray(content)
    for step in steps:
        if step.kind == "cut":
            now = now[: step.at].ljust(step.at, b"\0")
        else:
            now = now.ljust(step.at, b"\0")
            now[step.at : step.at + len(step.data)] = step.data
    return bytes(now)


def steps_of(log: Path, database: Path, told: Path) -> list[Step]:
    """The steps that strace's log tells, of the database's files and of the file of acknowledgements.

    Something is told, or written, as soon as its call begins; a file is safe only once the call has come back.
    """
    names = {hexadecimal(f"{database}{each}"): each for each in ("", "-wal", "-journal")}
    answers = hexadecimal(str(told))
    steps: list[Step] = []
    waiting: dict[str, str] = {}
    with log.open(encoding="ascii") as lines:
        for line in lines:
            resumed = _RESUMED.match(line)
            if resumed and resumed[1] in waiting:
                steps.append(Step("synced", waiting.pop(resumed[1])))
            found = _CALL.match(line)
            if found is None or found[2] not in CALLS:
                continue
            process, call, _number, path, what, at, ending = found.groups()
            if path == answers:
                steps.append(Step("told", "", 0, _bytes(what)))
            elif path not in names:
                continue
            elif call in ("fsync", "fdatasync") and ending != ")":
                waiting[process] = names[path]
            else:
                steps.append(_step(call, names[path], what or "", int(at or 0)))
    return steps


def _step(call: str, file: str, what: str, at: int) -> Step:
    if call == "pwrite64":
        return Step("wrote", file, at, _bytes(what))
    if call == "ftruncate":
        return Step("cut", file, int(what))
    if call == "write":
        raise AssertionError("SQLite writes at a place")
    return Step("synced", file)


def hexadecimal(text: str) -> str:
    """Text as strace -xx writes it."""
    return "".join(f"\\x{each:02x}" for each in text.encode())


def _bytes(written: str) -> bytes:
    return bytes.fromhex(written.strip('"').replace("\\x", ""))
