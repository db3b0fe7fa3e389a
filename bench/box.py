"""The box as it fills and is opened: what a casting costs, opening 100,000 envelopes, reading a million ballots."""

from __future__ import annotations

import gzip
import os
import random
import re
import resource
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from bench.counting import say
from pb import create_app
from pb.config import Settings
from pb.core.actors import Role
from pb.core.canonical import canonical
from pb.core.receipts import make_receipt
from pb.core.sealing import PaperContent, pack, seal
from pb.extensions import db, present
from pb.models.rounds import Round
from pb.services.casting import Marked, cast
from pb.services.elections import profile_of
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.rights import Claim
from pb.services.voting import paper_of, voting_round_of
from tests.conftest import TurningClock
from tests.factories import a_closed_round, actor_again, someone
from tests.voters import a_paper, a_voting_round, codes_for

SIZES = (0, 100_000, 1_000_000)
TURNS = 150
WARM = 10
ENVELOPES = 100_000
READ = 1_000_000
PROJECTS = 20
MOST = 5
KILOBYTE = 1_000
_LINKED = re.compile(r'<(?:link rel="stylesheet"|script type="module")[^>]*(?:href|src)="([^"]+)"')
_IMPORTED = re.compile(r'(?:import|from)\s*"(\./[^"]+|/static/[^"]+)"|import\(.(\./[^"\')]+)')
_ENVELOPE = (
    "INSERT INTO envelope (id, round_id, slot, retry_tag, version, sealed, state) VALUES (?, ?, ?, ?, 1, ?, 'accepted')"
)


def box() -> None:
    """Print every line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in (_filling, _opening, _reading):
            part(folder / part.__name__)


def _made(folder: Path) -> Flask:
    app = create_app(Settings(instance_path=folder, mail="null", page_size=25))
    clock = app.extensions["test_clock"] = TurningClock()
    present.use(clock=clock)
    with app.app_context():
        upgrade()
    return app


def _write(folder: Path, statement: str, rows: Iterator[Sequence[object]]) -> None:
    """Write rows straight into the table, without waiting for the disk."""
    from pb.services.database import sqlite_driver

    connection = sqlite_driver().connect(folder / "you-decide.sqlite3")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-600000")
    connection.executemany(statement, rows)
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _filling(folder: Path) -> None:
    first = folder / "0"
    app = _made(first)
    with app.app_context():
        the_round = a_voting_round()
        round_id, size = the_round.id, the_round.envelope_size or 0
        codes = codes_for(the_round, TURNS + WARM)
        marked = [a_paper(the_round, nonce=f"{number:032d}") for number in range(TURNS + WARM)]
        app_page = _weight(app, the_round, codes_for(the_round, 1, name="One more")[0])
        _forget()
    apps = {0: app}
    for ballots in SIZES[1:]:
        apps[ballots] = _filled(first, folder / str(ballots), ballots, round_id, size)
    times: dict[int, list[tuple[float, float]]] = {ballots: [] for ballots in SIZES}
    for number in range(TURNS + WARM):
        for ballots, each in apps.items():
            times[ballots].append(_timed(each, marked[number], codes[number]))
    say("\na casting in process (sealed, durable), by how many ballots are in the box")
    base = 0.0
    for ballots, found in times.items():
        wall, cpu = (median(column) * 1000 for column in zip(*found[WARM:], strict=True))
        base = base or cpu
        say(f"  {ballots:9,} ballots: {wall:5.2f} ms, {cpu:5.2f} ms of CPU, {cpu / base:4.2f} of empty (pass 1.25)")
    say(app_page)


def _forget() -> None:
    db.session.remove()
    db.engine.dispose()


def _filled(first: Path, folder: Path, ballots: int, round_id: int, size: int) -> Flask:
    """A copy of the instance with so many codes used and envelopes in the box."""
    shutil.copytree(first, folder)
    step = 2**32 // ballots
    slots = [(number * step).to_bytes(4, "big") + os.urandom(28) for number in range(ballots)]
    used = "INSERT INTO code (slot, round_id, state, declared) VALUES (?, ?, 'used', 0)"
    _write(folder, used, ((slot, round_id) for slot in slots))
    random.Random(ballots).shuffle(slots)
    _write(
        folder,
        _ENVELOPE,
        (
            (f"{number * step:08x}-{secrets.token_hex(13)}", round_id, slot, os.urandom(32), os.urandom(size))
            for number, slot in enumerate(slots)
        ),
    )
    return create_app(Settings(instance_path=folder, mail="null"))


def _timed(app: Flask, marked: Marked, code: str) -> tuple[float, float]:
    with app.app_context():
        wall, cpu = perf_counter(), process_time()
        cast(marked, Claim(code=code))
        taken = perf_counter() - wall, process_time() - cpu
        db.session.remove()
    return taken


def _weight(app: Flask, the_round: Round, code: str) -> str:
    """The weight of the ballot with all that it loads, gzipped."""
    client = app.test_client()
    path = f"/rounds/{the_round.slug}/vote"
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    page = client.post(f"{path}/ballot", data={"code": code, "csrf_token": token[1] if token else ""}).text
    sizes = {"HTML": len(gzip.compress(page.encode()))}
    for address in _loaded(client, page):
        kind = "CSS" if ".css" in address else "JS"
        sizes[kind] = sizes.get(kind, 0) + len(gzip.compress(client.get(address).data))
    parts = ", ".join(f"{kind} {size / KILOBYTE:.1f}" for kind, size in sizes.items())
    return f"the voting page gzipped: {sum(sizes.values()) / KILOBYTE:.1f} kB ({parts}) (pass 40)"


def _loaded(client: FlaskClient, page: str) -> list[str]:
    """The addresses of the style sheets and scripts of a page, and of what these load."""
    found = list(dict.fromkeys(_LINKED.findall(page)))
    for address in found:
        if ".js" in address:
            names = (one or other for one, other in _IMPORTED.findall(client.get(address).text))
            folder = address.partition("?")[0].rpartition("/")[0]
            others = [name if name.startswith("/") else f"{folder}/{name[2:]}" for name in names]
            found += [each for each in others if each not in found]
    return found


def _opening(folder: Path) -> None:
    app = _made(folder)
    with app.app_context():
        the_round = a_closed_round()
        round_id, lead = the_round.id, someone(Role.COUNT_LEAD)
        for _ in range(2):
            approve_opening(round_id, by=someone(Role.OFFICER))
        now, account = present.now(), lead.account_id or 0
        sealed = list(_sealed(the_round, ENVELOPES))
        _forget()
    _write(folder, _ENVELOPE, iter(sealed))
    del sealed
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        seconds, used, told, peak = pool.submit(_opened, folder, round_id, account, now).result()
    say(
        f"\nopening {ENVELOPES:,} envelopes (freeze, open, check, shuffle, write): {seconds:.0f} s (pass 60), "
        f"{used:.0f} s of CPU on all cores, peak {peak:.0f} MB (pass 500), progress told {told} times"
    )


def _sealed(the_round: Round, count: int) -> Iterator[Sequence[object]]:
    """Envelopes as voters seal them, in the order of their ids."""
    paper = paper_of(voting_round_of(the_round.id))
    key, size = bytes.fromhex(paper.public_key), the_round.envelope_size or 0
    chance = random.Random(count)
    sections = [(section.key, [each.key for each in section.projects]) for section in paper.sections]
    for number in range(count):
        envelope_id = f"{number * (2**32 // count):08x}-0000-4000-8000-{secrets.token_hex(6)}"
        marks = {pot: {"approved": sorted(chance.sample(keys, chance.randint(1, 2)))} for pot, keys in sections}
        receipt = make_receipt(present.secrets.receipt_key, the_round.id, f"{number:032d}")
        content = pack(PaperContent(paper.rules.normalised(marks), receipt, paper.version))
        sealed = seal(key, the_round.id, paper.version, envelope_id, content, size)
        yield envelope_id, the_round.id, os.urandom(32), os.urandom(32), sealed


def _opened(folder: Path, round_id: int, account_id: int, now: object) -> tuple[float, float, int, float]:
    """Freeze and open in a process of its own: seconds, those of CPU, how often progress was told, peak memory (MB)."""
    app = create_app(Settings(instance_path=folder, mail="null"))
    present.use(clock=lambda: now)  # type: ignore[arg-type, return-value]
    told: list[int] = []
    with app.app_context():
        begun, before = perf_counter(), _used()
        freeze_box(round_id, by=actor_again(account_id))
        open_box(round_id, by=actor_again(account_id), progress=lambda done, _all: told.append(done))
        seconds, used = perf_counter() - begun, _used() - before
    return seconds, used, len(told), _peak()


def _peak() -> float:
    """The most memory that this process has had, in MB; `ru_maxrss` would tell of the one that began it, too."""
    (line,) = (each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _used() -> float:
    """Seconds of CPU, of this process and of those it began that have ended."""
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in found)


def _reading(folder: Path) -> None:
    app = _made(folder)
    with app.app_context():
        the_round = a_closed_round(ballots=())
        pot = the_round.pots[0]
        keys = [f"p-{number:02d}" for number in range(PROJECTS)]
        pot_id = pot.id
        _forget()
        _write(folder, "INSERT INTO opened_ballot (key, pot_id, choices) VALUES (?, ?, ?)", _ballots(pot_id, keys))
        turns = [_once(lambda: profile_of(db.session.get_one(type(pot), pot_id))) for _ in range(3)]
        least, used = (min(column) for column in zip(*turns, strict=True))
        _forget()
    say(
        f"\nreading {READ:,} opened ballots into the counting engine: {least:.2f} s, {used:.2f} s of CPU, "
        "best of three (pass 1)"
    )


def _ballots(pot_id: int, keys: list[str]) -> Iterator[Sequence[object]]:
    chance = random.Random(READ)
    for number in range(READ):
        chosen = sorted(chance.sample(keys, chance.randint(1, MOST)))
        yield (
            (number * (2**32 // READ)).to_bytes(4, "big") + os.urandom(12),
            pot_id,
            canonical({"approved": chosen}).decode(),
        )


def _once(deed: Callable[[], object]) -> tuple[float, float]:
    begun, before = perf_counter(), process_time()
    deed()
    taken = perf_counter() - begun, process_time() - before
    db.session.remove()
    return taken
