"""The words that a check ends with, and the command of the single file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pb.core.checking.forms import Wrong, digest_from
from pb.core.checking.report import CHECKS, FAILED, HELD, Report, examine

GOOD, BAD, UNREADABLE = 0, 1, 2
MARKS = {HELD: "yes", FAILED: "NO", "not_made": "not checked"}


def told(report: Report) -> Iterator[str]:
    """The lines that tell what was found, check by check, and what follows from it."""
    for check, asked in CHECKS.items():
        yield f"{MARKS[report.states[check]]:>12}  {asked}"
        if check in report.notes:
            yield f"{'':>12}  -> {report.notes[check]}"
    yield ""
    if report.digest:
        yield "Fingerprint of this package:"
        yield f"  {report.words}"
        yield f"  {report.digest}"
        yield ""
    yield verdict(report)


def verdict(report: Report) -> str:
    """One sentence that says how far the package can be trusted."""
    if not report.holds:
        return "Something does not hold. Do not rely on this package."
    if report.states["anchor"] != HELD:
        return (
            "The package agrees with itself. Whether it is the one that was published, only the fingerprint tells: "
            "compare the words above with those in the minutes."
        )
    if "recount" in report.notes or "ballots" in report.notes:
        return "Everything that could be checked holds, and the package is the one in the minutes."
    return "Everything holds, and the package is the one in the minutes."


def content_of(path: Path) -> bytes | dict[str, bytes]:
    """A package from a zip file, or from the folder that one was unpacked into. Raises OSError."""
    if path.is_dir():
        # What is no file stands there as an empty one, so that a folder that was added is found as well.
        return {each.name: each.read_bytes() if each.is_file() else b"" for each in sorted(path.iterdir())}
    return path.read_bytes()


def package_from(path: Path, anchor: str) -> bytes | dict[str, bytes]:
    """The package that somebody named, with the words that they typed beside it; nothing of it is checked yet.

    Raises OSError; Wrong for words that are no fingerprint and for a file that is no zip file: that is a slip of
    whoever checks, and says nothing about the package.
    """
    if anchor.strip():
        digest_from(anchor)
    content = content_of(path)
    if isinstance(content, bytes) and not content.startswith(b"PK"):  # as every zip file does
        raise Wrong(f"the file {path.name} is not a zip file, so it is no package: is it the one that you mean?")
    return content


def in_a_sentence(fault: Wrong) -> str:
    """What a slip is, with a capital letter and its end."""
    text = str(fault)
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('?') else '.'}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the package that the command line names; gives 0, 1 (something does not hold) or 2.

    2 says that nothing was checked: the file cannot be read or is no package, or the words are no fingerprint.
    """
    parser = argparse.ArgumentParser(description="Check the public package of a You Decide result.")
    parser.add_argument("package", type=Path, help="the zip file, or the folder that it was unpacked into")
    parser.add_argument("--anchor", default="", help="the eight words (or the figures) from the minutes")
    parser.add_argument("--ballots", type=Path, help="every ballot, for scrutineers who were given them under seal")
    given = parser.parse_args(arguments)
    try:
        content = package_from(given.package, given.anchor)
        whole = given.ballots.read_bytes() if given.ballots else None
    except OSError as fault:
        print(f"{fault.filename} cannot be read: {fault.strerror}.", file=sys.stderr)
        return UNREADABLE
    except Wrong as fault:
        print(in_a_sentence(fault), file=sys.stderr)
        return UNREADABLE
    report = examine(content, given.anchor, whole)
    print("\n".join(told(report)))
    return GOOD if report.holds else BAD
