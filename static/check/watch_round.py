# ruff: noqa: T201, S310, S603, S607
"""Watch a round of You Decide from outside: keep what its public pages say, and notice what must never change.

    python3 watch_round.py https://youdecide.example.gov.uk/rounds/NAME FOLDER

Run it from a timer on a machine that the council does not run. It needs Python 3.11 or newer, git, and nothing else.
Each run keeps in FOLDER what everybody can read of the round: the words of its pages, the ballot as it is fixed, the
package of the result, and the SHA-256 of every script and style that voters' browsers load. FOLDER is a git
repository, so that nobody can say later that a page never said what it did.

It ends with 0 where all is as it was, with 1 where something has changed that must not, or is gone, and with 2 where
the round cannot be reached. Scripts and styles may change when the council upgrades; ask why where people are voting.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

WELL, CHANGED, UNREACHABLE = 0, 1, 2
MOST_BYTES = 200_000_000
WAIT_SECONDS = 60
#: Pages whose words are kept; those that are not there yet come later.
PAGES = ("", "/how-it-works", "/the-ballot", "/receipts", "/result", "/result/check", "/how-it-was-counted")
#: Files that stay as they are once they are there: a version of the ballot, an edition of the result.
FIXED = re.compile(r"/the-ballot\.json(\?version=\d+)?$|/result/package-\d+\.zip$|/result/package\.zip$")
#: What a page says of the frozen box, in eight words of a fingerprint.
FINGERPRINT = re.compile(r"^(?:[a-z]{6,20} ){7}[a-z]{6,20}$")


class Page(HTMLParser):
    """The words of the main part of a page, and the addresses that it links to or loads."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.linked: list[str] = []
        self.loaded: list[str] = []
        self._inside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag leads to."""
        known = {name: value or "" for name, value in attrs}
        self._inside += tag == "main"
        if tag == "a" and "href" in known:
            self.linked.append(known["href"])
        if tag == "script" and "src" in known:
            self.loaded.append(known["src"])
        if tag == "link" and "stylesheet" in known.get("rel", ""):
            self.loaded.append(known["href"])

    def handle_endtag(self, tag: str) -> None:
        """Leave the main part."""
        self._inside -= tag == "main"

    def handle_data(self, data: str) -> None:
        """Keep words of the main part."""
        if self._inside and data.strip():
            self.words.append(" ".join(data.split()))


def fetch(address: str) -> bytes | None:
    """What is at an address; None where there is nothing (yet). Raises URLError where nobody answers."""
    if urlsplit(address).scheme not in ("http", "https"):
        raise URLError("only http and https are watched")
    try:
        with urlopen(Request(address, headers={"Accept-Language": "en-GB"}), timeout=WAIT_SECONDS) as answer:
            return answer.read(MOST_BYTES)
    except HTTPError as fault:
        if fault.code in (404, 403):
            return None
        raise


def look(round_address: str) -> tuple[dict[str, bytes], dict[str, str]]:
    """The files to keep, by name, and the digests of what browsers load, by address."""
    files: dict[str, bytes] = {}
    links: set[str] = set()
    loaded: set[str] = set()
    for path in PAGES:
        content = fetch(round_address + path)
        if content is None:
            continue
        page = Page()
        page.feed(content.decode("utf-8", "replace"))
        files[f"pages/{name_of(path) or 'round'}.txt"] = ("\n".join(page.words) + "\n").encode()
        links |= {urljoin(round_address + path, each) for each in page.linked}
        loaded |= {urljoin(round_address + path, each) for each in page.loaded}
    for address in sorted(each for each in links if each.startswith(round_address) and FIXED.search(each)):
        content = fetch(address)
        if content is not None:
            files[f"fixed/{name_of(address.removeprefix(round_address))}"] = content
    own = {each for each in loaded if urlsplit(each).netloc == urlsplit(round_address).netloc}
    digests = {urlsplit(each).path: hashlib.sha256(fetch(each) or b"").hexdigest() for each in sorted(own)}
    foreign = dict.fromkeys(sorted(loaded - own), "from elsewhere")
    return files, {**digests, **foreign}


def name_of(path: str) -> str:
    """A file's name for a path."""
    return re.sub(r"[^a-z0-9.]+", "-", path.lower()).strip("-")


def compare(folder: Path, files: dict[str, bytes], loaded: dict[str, str]) -> list[str]:
    """What has changed since the last look that must not, in sentences."""
    told = []
    for before in sorted((folder / "fixed").glob("*")):
        now = files.get(f"fixed/{before.name}")
        latest = before.name in ("the-ballot.json", "result-package.zip")  # these lead to the newest version or edition
        if now is None:
            told.append(f"{before.name} is gone.")
        elif now != before.read_bytes() and not latest:
            told.append(f"{before.name} is another file than before.")
    page = folder / "pages" / "the-ballot.txt"
    if page.exists():
        now = files.get("pages/the-ballot.txt", b"").decode()
        told += [f"A fingerprint is gone from the page of the ballot: {each}" for each in lost(page.read_text(), now)]
    listed = folder / "loaded.txt"
    if listed.exists():
        known = dict(line.split("  ", 1)[::-1] for line in listed.read_text().splitlines())
        told += [
            f"{path} is another file than before." for path in loaded if known.get(path, loaded[path]) != loaded[path]
        ]
    return told + [f"{path} is loaded from elsewhere." for path in loaded if loaded[path] == "from elsewhere"]


def lost(before: str, now: str) -> list[str]:
    """Fingerprints that stood on a page and do not any more; that of a ballot gives way to a newer version's."""
    known = [line for line in before.splitlines() if FINGERPRINT.match(line)]
    return [each for each in known[1:] if each not in now.splitlines()]


def keep(folder: Path, files: dict[str, bytes], loaded: dict[str, str]) -> None:
    """Write what was seen, and commit it where it differs. What is gone stays where it was."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "loaded.txt").write_text("".join(f"{loaded[path]}  {path}\n" for path in sorted(loaded)))
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    if git(folder, "status", "--porcelain"):
        git(folder, "commit", "--quiet", "--message", f"As it stood at {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")


def git(folder: Path, *command: str) -> str:
    """Run git in the folder, under a name of its own."""
    who = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in
           (("NAME", "watch_round"), ("EMAIL", "watch@localhost"))}  # fmt: skip
    done = subprocess.run(
        ["git", "-C", str(folder), *command], capture_output=True, text=True, check=True, env={**os.environ, **who}
    )
    return done.stdout


def main(arguments: list[str] | None = None) -> int:
    """Look once; gives 0, 1 (something changed that must not) or 2 (the round cannot be reached)."""
    parser = argparse.ArgumentParser(description="Watch a round of You Decide from outside.")
    parser.add_argument("round", help="the address of the round's page")
    parser.add_argument("folder", type=Path, help="where to keep what is seen")
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    try:
        files, loaded = look(given.round.rstrip("/"))
    except (URLError, OSError) as fault:
        print(f"{given.round} cannot be read: {fault}", file=sys.stderr)
        return UNREACHABLE
    if "pages/round.txt" not in files:
        print(f"There is no round at {given.round}.", file=sys.stderr)
        return UNREACHABLE
    told = compare(given.folder, files, loaded)
    keep(given.folder, files, loaded)
    print("\n".join(told) or "All is as it was.")
    return CHANGED if told else WELL


if __name__ == "__main__":
    sys.exit(main())
